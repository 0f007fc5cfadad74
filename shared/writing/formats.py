"""Format numbers, money and dates in a language, and choose a language.

The formats are in `languages`, one TOML file per language; the texts are in a folder of the same
name in each service.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from typing import Any, Literal, Self, TypeVar

from babel import Locale, UnknownLocaleError
from pydantic import Field

from shared.contracts.message import Value
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Money
from shared.writing import currencies
from shared.writing.jalali import jalali

FALLBACK = "en"
FORMATS = files("shared.writing") / "languages"
MINUS = "−"
LATIN_DIGITS = "0123456789"
RIAL, TOMAN = "IRR", "toman"


class Formats(Value):
    """The formats of a language. `tag` is the name of its file (BCP 47)."""

    tag: str
    direction: Literal["ltr", "rtl"]
    digits: str = Field(min_length=10, max_length=10)
    decimal_mark: str
    group_mark: str
    percent: str = Field(description="With {number}")
    money: str = Field(description="With {number} and {currency}")
    comma: str = Field(description="Between the parts of a list")
    colon: str = Field(default=": ", description="Between a label and its value, in text")
    currencies: dict[str, str] = Field(
        description="Names of currencies that are not written by their code"
    )
    calendar: Literal["gregorian", "jalali"]
    date_form: str = Field(description="With {day}, {month} (a word) and {year}")
    first_day: str = Field(default="1", description="The first of a month, such as `1er`")
    months: list[str] = Field(min_length=12, max_length=12)
    toman: bool = Field(default=False, description="Whether Rial are written in Toman")

    def for_shop(self, shop: ShopProfile) -> Self:
        """Return the language with the shop's option to write ten Rials as one Toman."""
        if not shop.toman:
            return self
        return self.model_copy(update={"toman": True})

    def write_number(self, plain: str) -> str:
        """Format a plain decimal number (`-1234.50`) with the digits and separators of the
        language.
        """
        whole, point, part = plain.lstrip("-").partition(".")
        text = f"{int(whole):,}".replace(",", self.group_mark)
        if point:
            text += self.decimal_mark + part
        text = self.write_digits(text)
        if plain.startswith("-"):
            text = MINUS + text
        return text

    def write_amount(self, money: Money) -> str:
        """Format an amount without its currency, for a table that names it elsewhere."""
        plain = currencies.decimal(money.amount, money.currency)
        if self.is_toman(money.currency):
            plain = _tenth(plain)
        return self.write_number(plain)

    def write_money(self, money: Money) -> str:
        """Format an amount with its currency."""
        return self.money.format(
            number=self.write_amount(money), currency=self.name_currency(money.currency)
        )

    def name_currency(self, code: str) -> str:
        """Return the name of a currency."""
        name = TOMAN if self.is_toman(code) else code
        return self.currencies.get(name, name)

    def is_toman(self, currency: str) -> bool:
        """Return whether amounts of a currency are written in Toman."""
        return self.toman and currency == RIAL

    def name_country(self, code: str) -> str:
        """Return the name of a country (ISO 3166-1, two letters). Source: Unicode CLDR."""
        return _countries(self.tag).get(code, code)

    def write_date(self, day: date) -> str:
        """Format a date in the calendar of the language. Raises `TypeError` for a time, since its
        date depends on a time zone (see `days`).
        """
        if isinstance(day, datetime):
            raise TypeError(f"The day of {day} depends on a time zone.")
        year, month, day_of_month = day.year, day.month, day.day
        if self.calendar == "jalali":
            year, month, day_of_month = jalali(day)
        shown = self.first_day if day_of_month == 1 else day_of_month
        return self.write_digits(
            self.date_form.format(day=shown, month=self.months[month - 1], year=year)
        )

    def write_digits(self, text: str) -> str:
        """Replace Latin digits by those of the language."""
        return text.translate(str.maketrans(LATIN_DIGITS, self.digits))


def _tenth(plain: str) -> str:
    return f"{Decimal(plain).scaleb(-1).normalize():f}"


@cache
def _countries(tag: str) -> Mapping[str, str]:
    try:
        return Locale.parse(tag, sep="-").territories
    except (ValueError, UnknownLocaleError):  # a language that CLDR does not know
        return {}


L = TypeVar("L", bound=Formats)


def choose(languages: Mapping[str, L], wanted: str) -> L:
    """Return the language of a BCP 47 tag, else that of its parent (`fa` for `fa-IR`), else
    English.
    """
    tag = wanted
    while tag and tag not in languages:
        tag = tag.rpartition("-")[0]
    return languages[tag or FALLBACK]


def read_language(kind: type[L], tag: str, toml: str) -> L:
    """Parse the texts of a language, and add its formats. Raises `pydantic.ValidationError` with
    the invalid field.
    """
    return kind.model_validate({"tag": tag, **_formats(tag), **tomllib.loads(toml)})


def _formats(tag: str) -> dict[str, Any]:
    file = FORMATS / f"{tag}.toml"
    if not file.is_file():
        return {}
    return tomllib.loads(file.read_text("utf-8"))


def read_languages(kind: type[L], folder: Traversable) -> dict[str, L]:
    """Read all languages of a folder, by tag."""
    languages: dict[str, L] = {}
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            tag = file.name.removesuffix(".toml")
            languages[tag] = read_language(kind, tag, file.read_text("utf-8"))
    return languages
