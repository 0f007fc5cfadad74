"""A language of documents: its words and its way to write numbers, money and dates."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from services.documents.domain import currencies
from services.documents.domain.jalali import jalali
from services.documents.domain.text import isolate
from shared.contracts.message import Value
from shared.contracts.values import Money

FALLBACK = "en"
MINUS = "−"


class Language(Value):
    """One file of the folder `languages`; `tag` is that file's name (BCP 47)."""

    tag: str
    direction: Literal["ltr", "rtl"]
    digits: str = Field(min_length=10, max_length=10)
    decimal_mark: str
    group_mark: str
    percent: str = Field(description="With {number}")
    money: str = Field(description="With {number} and {currency}")
    calendar: Literal["gregorian", "jalali"]
    date_form: str = Field(description="With {day}, {month} (a word) and {year}")
    months: list[str] = Field(min_length=12, max_length=12)
    currencies: dict[str, str] = Field(description="Names of currencies that are not written by their code")
    texts: dict[str, str]

    def write_number(self, plain: str) -> str:
        """A plain decimal number (`-1234.50`) in this language's digits and marks."""
        whole, point, part = plain.lstrip("-").partition(".")
        grouped = f"{int(whole):,}".replace(",", self.group_mark)
        text = grouped + (self.decimal_mark + part if point else "")
        text = text.translate(str.maketrans("0123456789", self.digits))
        return self.isolate(MINUS + text) if plain.startswith("-") else text

    def write_amount(self, money: Money) -> str:
        """An amount without its currency, for a table that names it elsewhere."""
        return self.write_number(currencies.decimal(money.amount, money.currency))

    def write_money(self, money: Money) -> str:
        """An amount with its currency."""
        return self.money.format(number=self.write_amount(money), currency=self.name_currency(money.currency))

    def name_currency(self, code: str) -> str:
        """What a currency is called."""
        return self.currencies.get(code, code)

    def write_rate(self, rate: Decimal) -> str:
        """A tax rate in percent, without idle zeros."""
        return self.percent.format(number=self.write_number(f"{rate.normalize():f}"))

    def write_date(self, day: date) -> str:
        """A date in this language's calendar."""
        year, month, day_of_month = jalali(day) if self.calendar == "jalali" else (day.year, day.month, day.day)
        text = self.date_form.format(day=day_of_month, month=self.months[month - 1], year=year)
        return text.translate(str.maketrans("0123456789", self.digits))

    def isolate(self, text: str) -> str:
        """`text` so that it keeps its own order inside this language's."""
        return isolate(text, self.direction)


def choose(languages: Mapping[str, Language], wanted: str) -> Language:
    """The language for a BCP 47 tag: that one, its parents (`de-AT`, `de`), else English."""
    tag = wanted
    while tag and tag not in languages:
        tag = tag.rpartition("-")[0]
    return languages[tag or FALLBACK]
