"""Format an event as one line: time, name, subject, and its most informative fields."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from rich.text import Text

from shared.cli.terminal import clean, local_time, shortened
from shared.contracts.envelope import Envelope
from shared.writing.currencies import decimal

MAX_VALUE, MAX_FIELDS = 48, 6  # characters of a value, fields of a line
# Parts of a nested value that identify it, in the order in which they are shown.
IDENTIFYING = (
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
TECHNICAL = ("at", "sequence", "sha256")
TRANSLATED = ("language", "sentence")  # of a refusal, whose reason is shown in English


def event_line(event: Envelope) -> Text:
    """Return `12:00:01 order.placed 6f1c… order=XKBKNABJK 28.70 EUR new_state=shipped`."""
    style = "bold cyan"
    if event.name.endswith("_refused"):
        style = "bold red"
    text = Text.assemble(
        (local_time(event.time, "%H:%M:%S"), "dim"),
        " ",
        (clean(event.name), style),
    )
    if event.subject:
        text.append(f" {clean(event.subject)}", "dim")
    for name, value in list(_fields(event))[:MAX_FIELDS]:
        text.append(f" {name}=", "dim").append(value)
    return text


def _fields(event: Envelope) -> Iterator[tuple[str, str]]:
    hidden: tuple[str, ...] = TECHNICAL
    if event.name.endswith("_refused"):
        hidden = (*TECHNICAL, *TRANSLATED)
    for name, value in event.data.items():
        if name in hidden or value == event.subject:
            continue
        summary = shortened(_summary(value), MAX_VALUE)
        if summary:
            yield clean(name), summary


def _summary(value: Any) -> str:
    """Return a value in a few words; empty if it means nothing to people."""
    if isinstance(value, Mapping):
        return _money(value) or _identifying(value)
    if isinstance(value, list):
        if all(isinstance(item, str | int) for item in value):
            return ",".join(map(str, value))
        return str(len(value))
    if value is None or value is False or _is_uuid(value):
        return ""
    if value is True:
        return "yes"
    return str(value)


def _identifying(value: Mapping[str, Any]) -> str:
    parts = [_summary(value[name]) for name in IDENTIFYING if name in value]
    return " ".join(filter(None, parts))


def _money(value: Mapping[str, Any]) -> str:
    """Return an amount as people write it; empty if the value is no amount."""
    if set(value) != {"amount", "currency"}:
        return ""
    amount, currency = value["amount"], value["currency"]
    if not isinstance(amount, int) or not isinstance(currency, str):
        return ""
    return f"{decimal(amount, currency)} {currency}"


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
