"""The conditions for documents, of the list and of a batch to print."""

from typing import get_args

from shared.console import choices
from shared.console.form_data import Reader
from shared.console.screen import Data, Screen
from shared.contracts.values import DocumentKind

KINDS: tuple[str, ...] = get_args(DocumentKind)


def kind_choices(screen: Screen) -> choices.Choices:
    """Return the kinds of documents with their names."""
    return choices.named("document", KINDS, screen.language)


def period(reader: Reader, begin: str, end: str) -> Data:
    """Return the conditions for a period of days. Raises `InvalidField`."""
    found: Data = {}
    if begin.strip():
        found["issued_from"] = reader.moment(begin, "from")
    if end.strip():
        found["issued_before"] = reader.end(end, "to")
    return found
