"""Explain why no service takes a message of some type, and suggest what may have been meant."""

import re
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from shared import contracts
from shared.contracts.message import PREFIX, CommandOrQuery, catalogue, wire_type
from shared.contracts.reason import Reason

TYPE = re.compile(rf"^(?:{PREFIX}\.)?(?P<name>.+?)(?:\.v(?P<version>[0-9]+))?$", re.IGNORECASE)
MAX_SUGGESTIONS = 3


def why_not_taken(kind: str, routing_key: str) -> Reason:
    """Return why no service takes a message of this type that was published with this key."""
    _load_all()
    message = catalogue.get(kind)
    if message is None or message.internal:
        return _unknown(kind)
    if not issubclass(message, CommandOrQuery):
        return Reason(
            "not_a_command",
            f"'{message.name}' is published by services: send a command or a query.",
            "type",
        )
    if routing_key and routing_key != message.name:
        return Reason(
            "wrong_routing_key",
            f"'{message.name}' was published with the routing key '{routing_key}': use its name.",
            "type",
            {"routing_key": message.name},
        )
    return Reason("not_installed", f"No service is installed that takes '{message.name}'.", "type")


def close_to(wrong: str, known: list[str]) -> list[str]:
    """Return the names that may have been meant, the closest first."""
    by_lower_case = {name.lower(): name for name in known}
    close = get_close_matches(wrong.lower(), by_lower_case, n=MAX_SUGGESTIONS, cutoff=0.6)
    return [by_lower_case[name] for name in close]


def _unknown(kind: str) -> Reason:
    found = TYPE.match(kind)
    name = found["name"] if found else kind
    versions = _versions().get(name)
    if versions is None:
        meant = []
        for close in close_to(name, list(_versions())):
            meant.append(wire_type(close, max(_versions()[close])))
        return Reason("unknown_name", _no_message(kind, meant), "type", {"did_you_mean": meant})
    meant = [wire_type(name, version) for version in versions]
    if not kind.startswith(f"{PREFIX}.") or not (found and found["version"]):
        return Reason("unknown_name", _no_message(kind, meant), "type", {"did_you_mean": meant})
    return Reason(
        "unknown_version",
        f"'{name}' has no version {found['version']}. Did you mean {' or '.join(meant)}?",
        "type",
        {"did_you_mean": meant},
    )


def _no_message(kind: str, meant: list[str]) -> str:
    if not meant:
        return f"There is no message '{kind}'."
    return f"There is no message '{kind}'. Did you mean {' or '.join(meant)}?"


def _versions() -> dict[str, list[int]]:
    """Return the versions of commands and queries that clients may send, by name."""
    found: dict[str, list[int]] = {}
    for message in catalogue.values():
        if issubclass(message, CommandOrQuery) and not message.internal:
            found.setdefault(message.name, []).append(message.version)
    return found


@cache
def _load_all() -> None:
    """Load the contracts of all services: each has imported only those that it needs."""
    for module in iter_modules(contracts.__path__):
        import_module(f"{contracts.__name__}.{module.name}")
