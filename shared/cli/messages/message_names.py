"""Check the names of messages before anything is sent, and suggest close ones."""

from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules

from shared import contracts
from shared.cli.services import Installation
from shared.clients.phrases import suggestion
from shared.contracts.message import Command, Event, Message, Query, catalogue
from shared.runtime.errors import AftercartError

Messages = dict[str, type[Message]]
"""The newest version of each message by its name."""


def command_version(name: str, installation: Installation, *, anyway: bool = False) -> int:
    """Return the newest version of a command. `anyway`: also of a name that no contract has.

    Raises `AftercartError` that suggests close names, or the right command line for a query.
    """
    known = _messages(name, installation)
    found = known.get(name)
    if anyway:
        return found.version if found else 1
    if found and issubclass(found, Query):
        raise AftercartError(f"'{name}' is a query: use `aftercart ask {name}`.")
    return _version(name, Command, known, "command")


def query_version(name: str, installation: Installation) -> int:
    """Return the newest version of a query. Raises as `command_version` does."""
    known = _messages(name, installation)
    found = known.get(name)
    if found and issubclass(found, Command):
        raise AftercartError(f"'{name}' is a command: use `aftercart send {name} FILE`.")
    return _version(name, Query, known, "query")


def unknown_event(pattern: str, installation: Installation) -> str | None:
    """Return a warning if a pattern without wildcards is no event's name, else None."""
    if "*" in pattern or "#" in pattern:
        return None
    events = _names(Event, _messages(pattern, installation))
    if pattern in events:
        return None
    return f"No contract has an event '{pattern}'{suggestion(pattern, events)}"


def public_names(kind: type[Message]) -> list[str]:
    """Return the names of all messages of a kind in the contracts, such as commands."""
    return _names(kind, _messages("", Installation({})))


def _messages(name: str, installation: Installation) -> Messages:
    """Return all public messages. If `name` is in no contract, the installed services are loaded
    first, which may bring contracts of their own.
    """
    for module in iter_modules(contracts.__path__):
        import_module(f"{contracts.__name__}.{module.name}")
    if name not in _newest():
        for service in installation.names:
            with suppress(AftercartError):
                installation.service(service)
    return _newest()


def _newest() -> Messages:
    by_version = sorted(catalogue.values(), key=lambda message: message.version)
    newest: Messages = {}
    for message in by_version:
        if not message.internal:
            newest[message.name] = message
    return newest


def _version(name: str, kind: type[Message], known: Messages, noun: str) -> int:
    found = known.get(name)
    if found and issubclass(found, kind):
        return found.version
    if found:
        other = "an event" if issubclass(found, Event) else "an answer"
        raise AftercartError(f"'{name}' is {other}, which cannot be sent to a service.")
    raise AftercartError(
        f"No service handles a {noun} '{name}'{suggestion(name, _names(kind, known))}"
    )


def _names(kind: type[Message], known: Messages) -> list[str]:
    return sorted(name for name, message in known.items() if issubclass(message, kind))
