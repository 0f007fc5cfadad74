"""The words by which a thread is found."""

from itertools import islice

from shared.writing.search import words

MOST = 200  # different words of one text
LONGEST = 20_000  # characters of a text that are looked at


def words_of(*texts: str) -> list[str]:
    """Words of texts, sorted. Of a long text the first ones count: nobody looks for a word of its
    quoted tail.
    """
    found: set[str] = set()
    for text in texts:
        for line in text[:LONGEST].splitlines():
            found.update(islice(sorted(words(line)), max(0, MOST - len(found))))
    return sorted(found)
