"""The names of messages that exist, so that a typing error is told before anything is sent."""

from importlib import import_module
from pkgutil import iter_modules

from shared import contracts
from shared.cli.installation import suggestion
from shared.contracts.message import Command, Event, Message, Query, catalogue, wire_type
from shared.runtime.errors import AftercartError


def declared() -> dict[str, type[Message]]:
    """Every message by its name, in its newest version, without those that services send to themselves."""
    for module in iter_modules(contracts.__path__):
        import_module(f"{contracts.__name__}.{module.name}")
    newest = sorted(catalogue.values(), key=lambda message: message.version)
    return {message.name: message for message in newest if not message.internal}


def command_type(name: str, *, anyway: bool = False) -> str:
    """The wire type of a command. `anyway`: also of one that no contract has.

    Raises `AftercartError`, with names that are close, or with the right way to use this one.
    """
    known = declared()
    found = known.get(name)
    if anyway:
        return found.wire_type() if found else wire_type(name)
    if found and issubclass(found, Query):
        raise AftercartError(f"'{name}' is a question: use `aftercart ask {name}`.")
    return _of_kind(name, Command, known, "command")


def query_type(name: str) -> str:
    """The wire type of a query. Raises as `command_type` does."""
    known = declared()
    found = known.get(name)
    if found and issubclass(found, Command):
        raise AftercartError(f"'{name}' is a command: use `aftercart send {name} FILE`.")
    return _of_kind(name, Query, known, "question")


def _of_kind(name: str, kind: type[Message], known: dict[str, type[Message]], word: str) -> str:
    found = known.get(name)
    if found and issubclass(found, kind):
        return found.wire_type()
    if found:
        what = "an event: it tells what happened" if issubclass(found, Event) else "an answer"
        raise AftercartError(f"'{name}' is {what}, so no service takes it.")
    names = sorted(other for other, message in known.items() if issubclass(message, kind))
    raise AftercartError(f"No service takes a {word} '{name}'{suggestion(name, names)}")


def doubt(pattern: str) -> str | None:
    """A sentence about a pattern of events that will never match, if this is seen."""
    if "*" in pattern or "#" in pattern:
        return None
    events = sorted(name for name, message in declared().items() if issubclass(message, Event))
    return None if pattern in events else f"No contract has an event '{pattern}'{suggestion(pattern, events)}"
