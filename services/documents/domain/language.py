"""A language of documents: its words and its way to write numbers, money and dates."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from services.documents.domain.text import isolate
from shared.writing.jalali import jalali
from shared.writing.script import Script


class Language(Script):
    """One file of the folder `languages`."""

    percent: str = Field(description="With {number}")
    calendar: Literal["gregorian", "jalali"]
    date_form: str = Field(description="With {day}, {month} (a word) and {year}")
    months: list[str] = Field(min_length=12, max_length=12)
    texts: dict[str, str]

    def write_number(self, plain: str) -> str:
        """A number; a negative one keeps its sign on the left, on whatever paper."""
        text = super().write_number(plain)
        return self.isolate(text) if plain.startswith("-") else text

    def write_rate(self, rate: Decimal) -> str:
        """A tax rate in percent, without idle zeros."""
        return self.percent.format(number=self.write_number(f"{rate.normalize():f}"))

    def write_date(self, day: date) -> str:
        """A date in this language's calendar."""
        year, month, day_of_month = jalali(day) if self.calendar == "jalali" else (day.year, day.month, day.day)
        return self.write_digits(self.date_form.format(day=day_of_month, month=self.months[month - 1], year=year))

    def isolate(self, text: str) -> str:
        """`text` so that it keeps its own order inside this language's."""
        return isolate(text, self.direction)
