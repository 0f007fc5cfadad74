"""Look up messages of the contract by their names."""

import shared.contracts.assets
import shared.contracts.common
import shared.contracts.documents
import shared.contracts.e_invoices
import shared.contracts.ingest
import shared.contracts.notify
import shared.contracts.orders
import shared.contracts.templates  # noqa: F401 - each module declares messages
from shared.contracts.message import Command, Message, Query, catalogue, wire_type


def version_of(name: str) -> int:
    """Return the newest version of a message."""
    version = 1
    while wire_type(name, version + 1) in catalogue:
        version += 1
    return version


def message_named(name: str) -> type[Message]:
    """Return the class of a message."""
    return catalogue[wire_type(name, version_of(name))]


def is_query(name: str) -> bool:
    """Return whether a message only asks, so that it may be lost without harm."""
    return issubclass(message_named(name), Query)


def command_named(name: str) -> type[Command]:
    """Return the class of a command."""
    found = message_named(name)
    if not issubclass(found, Command):
        raise TypeError(f"'{name}' is no command.")
    return found
