import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from services.documents.domain.language import Language
from shared.writing.currencies import decimal
from shared.writing.formats import choose, read_language
from tests.documents.builders import money

Languages = dict[str, Language]


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (2870, "EUR", "28.70"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1200, "JPY", "1200"),
        (1, "KWD", "0.001"),
        (1250000, "IRR", "1250000"),
        (1250000, "IQD", "1250"),
        (1250050, "IQD", "1250.050"),
        (-(10**15), "USD", "-10000000000000.00"),
        (12345, "CLF", "1.2345"),
    ],
)
def test_minor_units_are_written_with_the_currencys_decimals(
    amount: int, currency: str, written: str
) -> None:
    assert decimal(amount, currency) == written


@pytest.mark.parametrize(
    ("amount", "currency", "english", "persian"),
    [
        (123456789, "EUR", "EUR 1,234,567.89", "۱٬۲۳۴٬۵۶۷٫۸۹ یورو"),
        (1250000, "IRR", "IRR 1,250,000", "۱٬۲۵۰٬۰۰۰ ریال"),
        (-1050, "EUR", "EUR −10.50", "\u2068−۱۰٫۵۰\u2069 یورو"),
        (999, "CHF", "CHF 9.99", "۹٫۹۹ CHF"),
    ],
)
def test_money_is_written_as_people_write_it(
    amount: int, currency: str, english: str, persian: str, languages: Languages
) -> None:
    assert languages["en"].write_money(money(amount, currency)) == english
    assert languages["fa"].write_money(money(amount, currency)) == persian


def test_rates_have_no_idle_zeros(languages: Languages) -> None:
    rates = [
        languages["en"].write_rate(Decimal(rate))
        for rate in ("19", "19.60", "0", "5.5", "100", "0.1250")
    ]
    assert rates == ["19%", "19.6%", "0%", "5.5%", "100%", "0.125%"]
    assert languages["fa"].write_rate(Decimal("9.5")) == "۹٫۵٪"


def test_dates_are_written_in_the_languages_calendar(languages: Languages) -> None:
    day = date(2026, 11, 21)
    assert languages["en"].write_date(day) == "21 November 2026"
    assert languages["fa"].write_date(day) == "۳۰ آبان ۱۴۰۵"


def test_a_moment_is_no_day(languages: Languages) -> None:
    with pytest.raises(TypeError, match="time zone"):
        languages["en"].write_date(datetime(2026, 11, 21, tzinfo=UTC))


def test_every_language_has_every_text(languages: Languages) -> None:
    assert {tag: sorted(language.texts) for tag, language in languages.items()} == {
        tag: sorted(languages["en"].texts) for tag in languages
    }
    assert all(text.strip() for language in languages.values() for text in language.texts.values())


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [("en", "en"), ("fa", "fa"), ("fa-IR", "fa"), ("en-x-a-b", "en"), ("xx", "en"), ("", "en")],
)
def test_an_unknown_language_falls_back(wanted: str, chosen: str, languages: Languages) -> None:
    assert choose(languages, wanted).tag == chosen


def test_a_language_file_with_a_fault_is_refused_by_the_faults_name() -> None:
    with pytest.raises(ValidationError, match="digits"):
        read_language(Language, "xx", 'digits = "012"')


@pytest.mark.parametrize("place", ["services.documents", "services.notify", "shared.writing"])
def test_french_marks_of_two_parts_stand_behind_a_space_that_does_not_break(place: str) -> None:
    """Source: the rules of the Imprimerie nationale. `{% if x %} : {{ y }}` is a mark as well."""
    text = (files(place) / "languages/fr.toml").read_text("utf-8")
    values = [
        re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{\w+\}", "x", value)
        for value in _texts(tomllib.loads(text))
    ]
    wrong = [
        value for value in values if re.search(r"\w [:;!?»]|« |\w[;!?»]|(?<!Re|wd)\b:(?!//)", value)
    ]
    assert wrong == []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _texts(part)
