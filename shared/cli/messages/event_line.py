"""An event as one line: time, name, subject, and of its fields those that tell most."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from rich.text import Text

from shared.cli.terminal import clean, local, short
from shared.contracts.envelope import Envelope
from shared.writing.currencies import decimal

LONGEST, MOST = 48, 6  # characters of a value, fields of a line
# Parts of a value that say what it is.
TELLING = (
    "reference",
    "number",
    "key",
    "total",
    "template",
    "recipient",
    "amount",
    "filename",
    "name",
)
PLUMBING = ("at", "sequence", "sha256")


def line(event: Envelope) -> Text:
    """`12:00:01 order.placed 6f1c… order=XKBKNABJK 28.70 EUR state=awaiting_bank_wire`."""
    refused = event.name.endswith("_refused")
    text = Text.assemble(
        (local(event.time, "%H:%M:%S"), "dim"),
        " ",
        (clean(event.name), "bold red" if refused else "bold cyan"),
    )
    if event.subject:
        text.append(f" {clean(event.subject)}", "dim")
    for name, value in list(_fields(event))[:MOST]:
        text.append(f" {name}=", "dim").append(value)
    return text


def _fields(event: Envelope) -> Iterator[tuple[str, str]]:
    for name, value in event.data.items():
        if name in PLUMBING or value == event.subject:
            continue
        told = short(_told(value), LONGEST)
        if told:
            yield clean(name), told


def _told(value: Any) -> str:
    """A value in a few words; empty where it says nothing to people."""
    if isinstance(value, Mapping):
        return _money(value) or " ".join(
            filter(None, (_told(value[name]) for name in TELLING if name in value))
        )
    if isinstance(value, list):
        plain = all(isinstance(item, str | int) for item in value)
        return ",".join(map(str, value)) if plain else str(len(value))
    if value is None or value is False or _is_uuid(value):
        return ""
    return "yes" if value is True else str(value)


def _money(value: Mapping[str, Any]) -> str:
    amount, currency = value.get("amount"), value.get("currency")
    if (
        set(value) != {"amount", "currency"}
        or not isinstance(amount, int)
        or not isinstance(currency, str)
    ):
        return ""
    return f"{decimal(amount, currency)} {currency}"


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
