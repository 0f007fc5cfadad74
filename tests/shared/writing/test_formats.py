"""What every language writes."""

from datetime import date

import pytest

from shared.contracts.values import Money
from shared.writing.formats import Formats


def formats(tag: str) -> Formats:
    return Formats(
        tag=tag,
        direction="ltr",
        digits="0123456789",
        decimal_mark=".",
        group_mark=",",
        percent="{number}%",
        comma=", ",
        money="{currency} {number}",
        currencies={},
        calendar="gregorian",
        date_form="{day} {month} {year}",
        months=["month"] * 12,
    )


@pytest.mark.parametrize(
    ("tag", "name"),
    [("en", "Iran"), ("fa", "ایران"), ("de", "Iran"), ("fr", "Iran"), ("pt-BR", "Irã")],
)
def test_a_country_is_called_as_its_language_calls_it(tag: str, name: str) -> None:
    assert formats(tag).name_country("IR") == name


@pytest.mark.parametrize(
    ("tag", "code"), [("en", "QZ"), ("fa", ""), ("tlh", "DE"), ("not a tag", "DE")]
)
def test_a_country_or_a_language_that_nobody_knows_leaves_the_code(tag: str, code: str) -> None:
    assert formats(tag).name_country(code) == code


@pytest.mark.parametrize(
    ("day", "written"), [(1, "1er month 2027"), (2, "2 month 2027"), (11, "11 month 2027")]
)
def test_the_first_of_a_month_may_be_counted(day: int, written: str) -> None:
    assert (
        formats("fr").model_copy(update={"first_day": "1er"}).write_date(date(2027, 1, day))
        == written
    )


def test_an_amount_has_the_decimals_of_its_currency() -> None:
    assert formats("en").write_money(Money(amount=123456, currency="KWD")) == "KWD 123.456"
    assert formats("en").write_money(Money(amount=-123456, currency="JPY")) == "JPY −123,456"
