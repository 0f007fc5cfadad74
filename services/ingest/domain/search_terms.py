"""Search terms of a thread."""

from shared.writing.search import words

MAX_TERMS = 200  # distinct words of one text
MAX_LENGTH = 20_000  # characters of a text that are indexed


def search_terms_of(*texts: str) -> list[str]:
    """Return the words of texts, sorted. Only the beginning of a long text counts, not its quoted
    rest.
    """
    found: set[str] = set()
    for text in texts:
        for line in dict.fromkeys(text[:MAX_LENGTH].splitlines()):
            new, room = words(line), MAX_TERMS - len(found)
            if len(new) > room:
                new = frozenset(sorted(new)[: max(0, room)])
            found.update(new)
    return sorted(found)
