"""Write texts, times and amounts of the screens in the language of the user.

The texts are in `languages`, one folder per language and one TOML file per area: `title` in
`orders.toml` is the text `orders.title`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import HTTPConnection

from shared.contracts.values import Money
from shared.writing.currencies import decimal
from shared.writing.days import local
from shared.writing.formats import Formats, read_language
from shared.writing.jalali import jalali
from shared.writing.refusals import translated

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FOLDER = files("shared.console") / "languages"
TAGS = ("en", "fa", "de", "fr")
REASONS = ("not_possible", "move_not_possible", "nothing_due")  # codes whose sentences reasons are
NAMES = {"en": "English", "fa": "فارسی", "de": "Deutsch", "fr": "Français"}


@dataclass(frozen=True)
class Language:
    """The texts and formats of a language. `zone` is the time zone of the shop."""

    tag: str
    formats: Formats
    texts: Mapping[str, str] = field(repr=False)
    zone: str = "UTC"

    @property
    def direction(self) -> str:
        """Return `ltr` or `rtl`."""
        return self.formats.direction

    @property
    def jalali(self) -> bool:
        """Whether people write dates in the Jalali calendar."""
        return self.formats.calendar == "jalali"

    def in_shop(self, profile: Mapping[str, Any]) -> "Language":
        """Return the language with the time zone of a shop, and its option to write Toman."""
        if not profile:
            return self
        formats = self.formats
        if profile.get("toman"):
            formats = formats.model_copy(update={"toman": True})
        return replace(self, zone=profile["timezone"], formats=formats)

    def text(self, key: str, **values: Any) -> str:
        """Return a text with its values filled in; numbers get the digits of the language."""
        written = {}
        for name, value in values.items():
            written[name] = self.number(value) if isinstance(value, int) else value
        return self.texts[key].format(**written)

    def has(self, key: str) -> bool:
        """Return whether there is a text with this key."""
        return key in self.texts

    def reason(self, sentence: str) -> str:
        """Return why an action is not possible, which services write in English."""
        for code in REASONS:
            written, tag = translated(code, sentence, self.tag)
            if tag == self.tag:
                return written
        return sentence

    def value(self, kind: str, value: Any) -> str:
        """Return the name of a value of an enumeration, such as `value.document.invoice`; a value
        without a name is written as it is.
        """
        return self.texts.get(f"value.{kind}.{value}", str(value))

    def values(self, kind: str, values: Iterable[Any]) -> str:
        """Return the names of values of an enumeration, as a list."""
        return self.formats.comma.join(self.value(kind, value) for value in values)

    def number(self, value: Any) -> str:
        """Return a number with the digits and separators of the language."""
        plain = str(value)
        if isinstance(value, float):
            plain = f"{value:.3f}".rstrip("0").rstrip(".")
        return self.formats.write_number(plain)

    def percent(self, rate: Any) -> str:
        """Return a rate in percent."""
        return self.formats.percent.format(number=self.number(rate))

    def digits(self, text: Any) -> str:
        """Return a text with the digits of the language, without separators."""
        return self.formats.write_digits(str(text))

    def money(self, money: Mapping[str, Any] | None) -> str:
        """Return an amount with its currency; empty for none."""
        if not money:
            return ""
        return self.formats.write_money(Money(amount=money["amount"], currency=money["currency"]))

    def plain(self, money: Mapping[str, Any]) -> str:
        """Return an amount as it is typed into a form: `12.50`."""
        return decimal(money["amount"], money["currency"])

    def moment(self, at: Any, *, zone: str | None = None) -> str:
        """Return date and time in the shop's time zone; empty for none."""
        if not at:
            return ""
        here = local(_parsed(at), zone or self.zone)
        day = self.formats.write_date(here.date())
        return f"{day}{self.formats.comma}{self.digits(f'{here:%H:%M}')}"

    def day(self, at: Any) -> str:
        """Return a date, that of a time in the shop's time zone; empty for none."""
        if not at:
            return ""
        if isinstance(at, str) and len(at) == len("2026-11-21"):
            return self.formats.write_date(date.fromisoformat(at))
        return self.formats.write_date(local(_parsed(at), self.zone).date())

    def typed(self, text: str) -> str:
        """Return a date as people type it into a form, with a time if there is one:
        `2026-11-21T12:00` stays, in Persian it becomes ۱۴۰۵/۰۸/۳۰ ۱۲:۰۰.
        """
        day, _, clock = text.partition("T")
        if not self.jalali or not ISO_DAY.fullmatch(day):
            return text
        year, month, number = jalali(date.fromisoformat(day))
        return self.digits(f"{year}/{month:02}/{number:02} {clock}".strip())

    def country(self, code: str) -> str:
        """Return the name of a country."""
        return self.formats.name_country(code)


def _parsed(at: Any) -> datetime:
    if isinstance(at, datetime):
        return at
    return datetime.fromisoformat(str(at))


@cache
def languages() -> Mapping[str, Language]:
    """Return all languages by tag."""
    found: dict[str, Language] = {}
    for tag in TAGS:
        found[tag] = Language(tag, read_language(Formats, tag, ""), _texts(tag))
    return found


def language_of(wanted: str) -> Language:
    """Return the language of a BCP 47 tag or an `Accept-Language` header, else English."""
    for part in wanted.split(","):
        tag = part.partition(";")[0].strip().lower()
        parent = tag.partition("-")[0]
        if parent in TAGS:
            return languages()[parent]
    return languages()["en"]


def _texts(tag: str) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for file in (FOLDER / tag).iterdir():
        area, _, ending = file.name.partition(".")
        if ending == "toml":
            _flatten(area, tomllib.loads(file.read_text("utf-8")), texts)
    return texts


def _flatten(prefix: str, part: Mapping[str, Any], texts: dict[str, str]) -> None:
    for name, value in part.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            _flatten(key, value, texts)
        else:
            texts[key] = value


def language_for(http: HTTPConnection) -> Language:
    """Return the language that the user chose, else the one of the browser."""
    chosen = http.session.get("language")
    return language_of(chosen or http.headers.get("accept-language", ""))
