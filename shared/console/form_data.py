"""Read the fields of a submitted form as the fields of a command: texts become the types that the
contract states.

The name of an input is the path of its field: `note`, `lines[0].quantity`. An input left empty is
left out. Digits of every script are read, and dates in the Jalali calendar as well.
"""

import re
import types
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel
from pydantic_core import PydanticUndefined

from shared.contracts.values import Money
from shared.writing.currencies import decimal, exponent
from shared.writing.days import end_of, start_of
from shared.writing.jalali import nowruz

MARKS = str.maketrans({"٫": ".", "٬": None, "−": "-", "\u200f": None, "\u200e": None})
FIRST_GREGORIAN_YEAR = 1700  # earlier years are Jalali
PATH = re.compile(r"([a-z_0-9-]+)|\[(\d{1,3})\]", re.IGNORECASE)
AMOUNT = re.compile(r"(-?)(\d{1,15})(?:\.(\d+))?", re.ASCII)
MAX_ENTRIES = 500
TRUE, FALSE = ("on", "true", "yes"), ("off", "false", "no")


class InvalidField(Exception):
    """A text is not of its field's type. `key` is the text that says so."""

    def __init__(self, field: str, key: str) -> None:
        super().__init__(field, key)
        self.field, self.key = field, key


@dataclass(frozen=True)
class Reader:
    """Converts the texts of a form. `currency` is that of amounts, `zone` that of times."""

    currency: str = "EUR"
    zone: str = "UTC"

    def read(self, model: type[BaseModel], inputs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Return the fields of a message. Raises `InvalidField`. Inputs that are no field of the
        model are ignored.
        """
        tree: dict[str, Any] = {}
        for name, text in inputs:
            if text.strip() or _is_text(model, name):
                _put(tree, name, text)
        return self._object(model, tree, "")

    def _object(self, model: type[BaseModel], tree: Mapping[str, Any], path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in tree.items():
            field = model.model_fields.get(name)
            if field is not None:
                where = f"{path}.{name}" if path else name
                found[name] = self._value(field.annotation, value, where)
        return found

    def _value(self, annotation: Any, value: Any, path: str) -> Any:
        kind = plain_type(annotation, value)
        if get_origin(kind) is list:
            return self._list(get_args(kind)[0], value, path)
        if get_origin(kind) is dict:
            return self._map(get_args(kind)[1], value, path)
        if isinstance(kind, type) and issubclass(kind, Money):
            return self.money(value, path)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if not isinstance(value, Mapping):
                raise InvalidField(path, "form.invalid")
            return self._object(kind, value, path)
        if not isinstance(value, list):
            return self._single(kind, value, path)
        return self._single(kind, value[-1], path)  # the last of a hidden input and a checkbox

    def _list(self, inner: Any, value: Any, path: str) -> list[Any]:
        if isinstance(value, Mapping):  # entries with an index, perhaps not all of them
            entries = list(map(value.__getitem__, sorted(value, key=int)))
        else:
            entries = value if isinstance(value, list) else [value]
        found: list[Any] = []
        for number, entry in enumerate(entries[:MAX_ENTRIES]):
            found.append(self._value(inner, entry, f"{path}[{number}]"))
        return found

    def _map(self, inner: Any, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise InvalidField(path, "form.invalid")
        return {key: self._value(inner, entry, f"{path}.{key}") for key, entry in value.items()}

    def _single(self, kind: Any, text: Any, path: str) -> Any:
        if not isinstance(text, str):
            raise InvalidField(path, "form.invalid")
        if kind is bool:
            return text in TRUE
        if kind is int:
            return whole_number(text, path)
        if kind in (datetime, AwareDatetime):
            return self.moment(text, path)
        if kind is date:
            return parse_day(text, path).isoformat()
        if get_origin(kind) is Literal or kind is str:
            return text.replace("\r\n", "\n").strip()
        return latin(text)

    def money(self, value: Any, path: str) -> dict[str, Any]:
        """Return an amount: of the text `12.50`, or of the inputs `.amount` and `.currency`."""
        currency = self.currency
        if isinstance(value, Mapping):
            currency = str(value.get("currency") or currency)
            value = value.get("amount", "")
        if isinstance(value, list):
            value = value[-1]
        found = AMOUNT.fullmatch(latin(value))
        if found is None or len(found[3] or "") > exponent(currency):
            raise InvalidField(path, "form.invalid_amount")
        sign, whole, part = found.groups("")
        return {
            "amount": int(sign + whole + part.ljust(exponent(currency), "0")),
            "currency": currency,
        }

    def moment(self, text: str, path: str) -> str:
        """Return a time in UTC: of a date its beginning in `zone`, or of a local time."""
        text = latin(text)
        day, _, clock = text.replace(" ", "T").partition("T")
        if not clock:
            return _utc(start_of(parse_day(day, path), self.zone))
        try:
            at = datetime.fromisoformat(f"{parse_day(day, path).isoformat()}T{clock}")
        except ValueError:
            raise InvalidField(path, "form.invalid_time") from None
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(self.zone))
        return _utc(at)

    def end(self, text: str, path: str) -> str:
        """Return the end of a day in UTC."""
        return _utc(end_of(parse_day(text, path), self.zone))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain_type(annotation: Any, value: Any = "") -> Any:
    """Return a type without `Annotated` and `None`. Of a union, return `bool` for the value of a
    checkbox, and otherwise the text if it is one of the members, or the first other one.
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        return plain_type(get_args(annotation)[0], value)
    if origin not in (Union, types.UnionType):
        return annotation
    members = [plain_type(member, value) for member in get_args(annotation)]
    ticked = value[-1:] if isinstance(value, list) else [value]
    if bool in members and ticked[0] in TRUE + FALSE:
        return bool
    if str in members:
        return str
    return next(member for member in members if member not in (bool, type(None)))


def latin(text: Any) -> str:
    """Return a number's text with Latin digits, a point, and no separators of thousands."""
    plain = str(text).strip().translate(MARKS)
    found = ""
    for character in plain:
        digit = unicodedata.decimal(character, None)
        found += character if digit is None else str(digit)
    if "." not in found and re.fullmatch(r"-?\d+,\d{1,2}", found):
        return found.replace(",", ".")
    return found


def whole_number(text: str, path: str) -> int:
    """Return an integer. Raises `InvalidField`."""
    try:
        return int(latin(text))
    except ValueError:
        raise InvalidField(path, "form.invalid_number") from None


def parse_day(text: str, path: str) -> date:
    """Return a date, Gregorian or Jalali by its year. Raises `InvalidField`."""
    parts = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", latin(text))
    if parts is None:
        raise InvalidField(path, "form.invalid_date")
    year, month, day = map(int, parts.groups())
    try:
        if year < FIRST_GREGORIAN_YEAR:
            return _gregorian(year, month, day)
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise InvalidField(path, "form.invalid_date") from None


def _gregorian(year: int, month: int, day: int) -> date:
    """Return the Gregorian date of a Jalali one."""
    last = 31 if month <= 6 else 30
    if not (1 <= month <= 12 and 1 <= day <= last):
        raise ValueError
    days = (month - 1) * 31 - max(0, month - 7)
    return date.fromordinal(nowruz(year).toordinal() + days + day - 1)


def _is_text(model: type[BaseModel], name: str) -> bool:
    """Return whether a field of the message itself is a text that may be empty."""
    field = model.model_fields.get(name)
    return (
        field is not None and field.annotation is str and field.default in (PydanticUndefined, "")
    )


def flatten(data: Any, path: str = "") -> list[tuple[str, str]]:
    """Return fields as the inputs of a form, by path; the reverse of `Reader.read`."""
    if data is None:
        return []
    if isinstance(data, Mapping):
        if data.keys() == {"amount", "currency"}:
            return [(path, decimal(data["amount"], data["currency"]))]
        parts = [(f"{path}.{name}" if path else name, part) for name, part in data.items()]
    elif isinstance(data, list):
        parts = [(f"{path}[{number}]", part) for number, part in enumerate(data)]
    elif isinstance(data, bool):
        return [(path, "on" if data else "off")]
    else:
        return [(path, str(data))]
    inputs: list[tuple[str, str]] = []
    for name, part in parts:
        inputs += flatten(part, name)
    return inputs


def _put(tree: dict[str, Any], path: str, text: str) -> None:
    """Put a text at its path; several texts at one path become a list."""
    steps = [match[1] or match[2] for match in PATH.finditer(path)]
    if not steps:
        return
    for step in steps[:-1]:
        below = tree.setdefault(step, {})
        if not isinstance(below, dict):
            return
        tree = below
    last = steps[-1]
    if last not in tree:
        tree[last] = text
    elif isinstance(tree[last], list):
        tree[last].append(text)
    elif isinstance(tree[last], str):
        tree[last] = [tree[last], text]
