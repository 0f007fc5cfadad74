"""The names of messages that exist, so that a typing error is told before anything is sent."""

from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules

from shared import contracts
from shared.cli.services import Installation, suggestion
from shared.contracts.message import Command, Event, Message, Query, catalogue, wire_type
from shared.runtime.errors import AftercartError

Known = dict[str, type[Message]]


def _known(name: str, installation: Installation) -> Known:
    """Every message by its name, in its newest version, without those that services send to
    themselves.

    Where `name` is in none of our contracts, the installed services are loaded, which may bring
    contracts of their own.
    """
    for module in iter_modules(contracts.__path__):
        import_module(f"{contracts.__name__}.{module.name}")
    if name not in _newest():
        for service in installation.names:
            with suppress(AftercartError):
                installation.service(service)
    return _newest()


def _newest() -> Known:
    by_version = sorted(catalogue.values(), key=lambda message: message.version)
    return {message.name: message for message in by_version if not message.internal}


def command_type(name: str, installation: Installation, *, anyway: bool = False) -> str:
    """The wire type of a command. `anyway`: also of one that no contract has.

    Raises `AftercartError`, with names that are close, or with the right way to use this one.
    """
    known = _known(name, installation)
    found = known.get(name)
    if anyway:
        return found.wire_type() if found else wire_type(name)
    if found and issubclass(found, Query):
        raise AftercartError(f"'{name}' is a question: use `aftercart ask {name}`.")
    return _of_kind(name, Command, known, "command")


def query_type(name: str, installation: Installation) -> str:
    """The wire type of a query. Raises as `command_type` does."""
    known = _known(name, installation)
    found = known.get(name)
    if found and issubclass(found, Command):
        raise AftercartError(f"'{name}' is a command: use `aftercart send {name} FILE`.")
    return _of_kind(name, Query, known, "question")


def _of_kind(name: str, kind: type[Message], known: Known, word: str) -> str:
    found = known.get(name)
    if found and issubclass(found, kind):
        return found.wire_type()
    if found:
        what = "an event: it tells what happened" if issubclass(found, Event) else "an answer"
        raise AftercartError(f"'{name}' is {what}, so no service takes it.")
    names = sorted(other for other, message in known.items() if issubclass(message, kind))
    raise AftercartError(f"No service takes a {word} '{name}'{suggestion(name, names)}")


def doubt(pattern: str, installation: Installation) -> str | None:
    """A sentence about a pattern of events that will never match, if this is seen."""
    if "*" in pattern or "#" in pattern:
        return None
    known = _known(pattern, installation)
    events = sorted(name for name, message in known.items() if issubclass(message, Event))
    return (
        None
        if pattern in events
        else f"No contract has an event '{pattern}'{suggestion(pattern, events)}"
    )
