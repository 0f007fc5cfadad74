"""Build URLs from patterns. Values are percent-encoded, so that they cannot change the URL's
structure.
"""

from urllib.parse import quote

from shared.contracts.links import PLACEHOLDER


def fill(pattern: str, **values: str) -> str:
    """Return the URL of a validated pattern; empty if the pattern is empty."""
    return PLACEHOLDER.sub(lambda found: _encoded(values[found[1]]), pattern)


def _encoded(value: str) -> str:
    """Encode a value for a path or a query. Dots alone would refer to a parent directory."""
    if value.strip("."):
        return quote(value, safe="")
    return value.replace(".", "%2E")
