"""Web addresses from patterns; what is filled in is percent-encoded, so that it stays a part of the
page.
"""

from urllib.parse import quote

from shared.contracts.links import PLACEHOLDER


def fill(pattern: str, **values: str) -> str:
    """Return the page of a checked pattern; empty without a pattern."""
    return PLACEHOLDER.sub(lambda found: _encoded(values[found[1]]), pattern)


def _encoded(value: str) -> str:
    """Return a value as a part of a path or a query; dots alone would lead up the path."""
    return quote(value, safe="") if value.strip(".") else value.replace(".", "%2E")
