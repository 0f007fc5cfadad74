"""Search terms of a thread."""

from itertools import islice

from shared.writing.search import words

MAX_TERMS = 200  # distinct words of one text
MAX_LENGTH = 20_000  # characters of a text that are indexed


def search_terms_of(*texts: str) -> list[str]:
    """Return the words of texts, sorted. Only the beginning of a long text counts, not its quoted
    rest.
    """
    found: set[str] = set()
    for text in texts:
        for line in text[:MAX_LENGTH].splitlines():
            found.update(islice(sorted(words(line)), max(0, MAX_TERMS - len(found))))
    return sorted(found)
