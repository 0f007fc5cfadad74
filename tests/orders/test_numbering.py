"""Series of numbers: how they are written, when they begin anew, and that no number is ever given
twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as some

from services.orders.domain.numbering import Series
from shared.contracts import samples
from shared.contracts.orders import Numbering
from tests.orders.words import Storefront, at_once, rows
from tests.words import changed

EVE = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # in Berlin half an hour before the new year
PLAIN = samples.PUT_SHOP["numbering"]["invoice"]
YEARLY = {"year": "before", "yearly": True}


def series(prefix: str = "IN", **rules: Any) -> Series:
    return Series(prefix, Numbering.model_validate(rules))


def put(**invoice: Any) -> dict[str, Any]:
    """`shop.put` with a series of invoices; `prefix`, `timezone` and `calendar` stand beside it."""
    outside = {
        "invoice_prefix": invoice.pop("prefix", "IN"),
        "calendar": invoice.pop("calendar", "gregorian"),
        "profile__timezone": invoice.pop("timezone", "Europe/Berlin"),
    }
    return changed(samples.PUT_SHOP, numbering={"invoice": {**PLAIN, **invoice}}, **outside)


@contextmanager
def at(shop: Storefront, time: datetime) -> Iterator[None]:
    """Meanwhile it is that time."""
    clock = shop.desk.pipeline.transactions.clock
    shop.desk.pipeline.transactions.clock = lambda: time
    yield
    shop.desk.pipeline.transactions.clock = clock


def invoice(shop: Storefront) -> str:
    """The number of a new invoice."""
    told = shop.move(shop.place(), "payment_accepted")
    return next(
        str(each.data["document"]["number"]) for each in told if each.name == "invoice.issued"
    )


# --- as they are written --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "rules", "count", "text"),
    [
        ("IN", {}, 1, "IN000001"),
        ("", {}, 42, "000042"),
        ("2026-", {}, 999_999, "2026-999999"),
        ("IN", {}, 1_000_000, "IN1000000"),
        ("IN", {"width": 1}, 7, "IN7"),
        ("IN", {"width": 12}, 7, "IN000000000007"),
        ("IN", {"year": "before"}, 1, "IN2026/000001"),
        ("IN", {"year": "after"}, 1, "IN000001/2026"),
        ("IN", {"year": "before", "separator": "-"}, 1, "IN2026-000001"),
        ("", {"year": "after", "separator": "", "width": 4}, 1, "00012026"),
    ],
)
def test_a_number_is_prefix_digits_and_year(
    prefix: str, rules: dict[str, Any], count: int, text: str
) -> None:
    assert series(prefix, **rules).format(count, 2026) == text


rules = some.builds(
    Numbering,
    width=some.integers(1, 12),
    year=some.sampled_from(["none", "before", "after"]),
    separator=some.sampled_from(["", "/", "-", ".", "_"]),
)
written = some.builds(Series, some.text("IN-_0129", max_size=10), rules)
years, counts = some.integers(1000, 9999), some.integers(1, 10**13)


@given(written, some.lists(some.tuples(counts, years), unique=True, max_size=20))
def test_no_two_counts_and_no_two_years_give_the_same_number(
    one: Series, given_out: list[tuple[int, int]]
) -> None:
    shown = {(count, year if one.rules.year != "none" else 0) for count, year in given_out}
    assert len({one.format(count, year) for count, year in shown}) == len(shown)


@given(written, counts, years)
def test_a_number_is_read_as_it_was_written(one: Series, count: int, year: int) -> None:
    assert one.parse(one.format(count, year)) == (count, 0 if one.rules.year == "none" else year)


@given(written, some.text("IN-_0129/.", max_size=20))
def test_what_is_read_could_have_been_written(one: Series, text: str) -> None:
    found = one.parse(text)
    assert found is None or one.format(*found) == text


# --- as a shop sets them --------------------------------------------------------------------------


def test_numbers_begin_anew_with_the_year_of_the_shops_time_zone(shop: Storefront) -> None:
    shop.tell("shop.put", put(**YEARLY))
    with at(shop, EVE):
        assert [invoice(shop), invoice(shop)] == ["IN2026/000001", "IN2026/000002"]
    with at(shop, EVE.replace(hour=23)):
        assert invoice(shop) == "IN2027/000001"
    counted = {row.year: row.last for row in rows(shop.desk.engine, "counters", shop=shop.shop)}
    assert counted == {2026: 2, 2027: 1}


def test_without_a_new_beginning_the_count_goes_on_through_the_years(shop: Storefront) -> None:
    shop.tell("shop.put", put(year="after"))
    with at(shop, EVE):
        assert invoice(shop) == "IN000001/2026"
    with at(shop, EVE.replace(hour=23)):
        assert invoice(shop) == "IN000002/2027"


def test_each_series_counts_for_itself(shop: Storefront) -> None:
    assert invoice(shop) == "IN000001"
    shop.tell("shop.put", put(series="web", prefix="W"))
    assert [invoice(shop), invoice(shop)] == ["W000001", "W000002"]
    shop.tell("shop.put", put())
    assert invoice(shop) == "IN000002"


def test_a_start_counts_once(shop: Storefront) -> None:
    shop.tell("shop.put", put(start=5000))
    assert invoice(shop) == "IN005000"
    shop.tell("shop.put", put(start=5000))
    assert invoice(shop) == "IN005001"
    shop.tell("shop.put", put())
    assert invoice(shop) == "IN005002"


def test_a_start_is_that_of_the_year_in_which_it_was_set(shop: Storefront) -> None:
    with at(shop, EVE):
        shop.tell("shop.put", put(**YEARLY, start=70))
        assert invoice(shop) == "IN2026/000070"
    with at(shop, EVE.replace(hour=23)):
        assert invoice(shop) == "IN2027/000001"


@pytest.mark.parametrize("start", [1, 2, 3])
def test_a_start_below_what_was_issued_is_refused_with_the_next_possible(
    shop: Storefront, start: int
) -> None:
    numbers = [invoice(shop) for _ in range(3)]
    assert numbers[-1] == "IN000003"
    refused = shop.refusal("shop.put", put(start=start))
    assert (refused["code"], refused["details"]["field"]) == (
        "numbers_taken",
        "numbering.invoice.start",
    )
    assert refused["details"]["next_possible"] == 4
    shop.tell("shop.put", put(start=4))
    assert invoice(shop) == "IN000004"


def test_a_new_series_does_not_give_the_numbers_of_an_old_one_again(shop: Storefront) -> None:
    invoice(shop)
    refused = shop.refusal("shop.put", put(series="web"))
    assert (refused["code"], refused["details"]["next_possible"]) == ("numbers_taken", 2)
    shop.tell("shop.put", put(series="web", start=2))
    assert invoice(shop) == "IN000002"
    assert shop.refusal("shop.put", put())["details"]["next_possible"] == 3


def test_nor_do_settings_that_would_in_a_later_year(shop: Storefront) -> None:
    shop.tell("shop.put", put(prefix="IN2099"))
    assert invoice(shop) == "IN2099000001"
    refused = shop.refusal("shop.put", put(year="before", separator=""))
    assert (refused["code"], refused["details"]["field"]) == (
        "numbers_ambiguous",
        "numbering.invoice",
    )


def test_numbers_that_begin_anew_must_show_the_year(shop: Storefront) -> None:
    refused = shop.refusal("shop.put", put(yearly=True))
    assert (refused["code"], refused["details"]["field"]) == (
        "year_missing",
        "numbering.invoice.year",
    )


def test_a_number_taken_earlier_in_the_batch_counts(shop: Storefront) -> None:
    order_id = shop.place()
    told = shop.deliver(
        shop.message("order.transition", {"order_id": order_id, "to": "payment_accepted"}),
        shop.message("shop.put", put(start=1)),
    )
    assert told[-1].name == "shop.put_refused"


def test_settings_and_invoices_at_the_same_moment_leave_no_gap(shop: Storefront, url: str) -> None:
    orders = shop.place_all(24)
    invoices = [
        [shop.message("order.transition", {"order_id": each, "to": "processing"})]
        for each in orders
    ]
    settings = [
        [shop.message("shop.put", put(width=width, prefix=f"{width}-"))] for width in (3, 4, 5, 6)
    ]
    at_once(url, *(batch for pair in zip(invoices[::6], settings, strict=True) for batch in pair))
    at_once(url, *(batch for number, batch in enumerate(invoices) if number % 6))
    found = [
        row.number for row in rows(shop.desk.engine, "documents", shop=shop.shop, kind="invoice")
    ]
    assert sorted(int(number[-3:]) for number in found) == list(range(1, 25))


def test_what_was_issued_keeps_its_number(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    shop.tell("shop.put", put(prefix="RE", width=9, year="after"))
    assert [document["number"] for document in shop.order(order_id)["documents"]] == ["IN000001"]


def test_the_settings_are_told(shop: Storefront) -> None:
    told = shop.tell("shop.put", put(**YEARLY, timezone="Asia/Tehran", calendar="jalali"))[0].data
    assert told["numbering"]["invoice"] == {**PLAIN, **YEARLY}
    assert (told["profile"]["timezone"], told["calendar"]) == ("Asia/Tehran", "jalali")
    assert told["rounding"] == {"mode": "half_up", "per": "total"}


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
def test_the_year_turns_where_the_shop_is(shop: Storefront, zone: str) -> None:
    shop.tell("shop.put", put(**YEARLY, timezone=zone))
    with at(shop, EVE):
        assert invoice(shop) == ("IN2027/000001" if zone == "Asia/Tokyo" else "IN2026/000001")


NOWRUZ = datetime(2027, 3, 20, 20, 30, tzinfo=UTC)  # in Tehran the midnight before 1 Farvardin 1406


def test_numbers_of_a_jalali_shop_begin_anew_at_nowruz_where_it_is(shop: Storefront) -> None:
    shop.tell("shop.put", put(**YEARLY, calendar="jalali", timezone="Asia/Tehran"))
    with at(shop, datetime(2027, 1, 1, 12, tzinfo=UTC)):  # no new year there
        assert invoice(shop) == "IN1405/000001"
    with at(shop, NOWRUZ - timedelta(seconds=1)):
        assert invoice(shop) == "IN1405/000002"
    with at(shop, NOWRUZ):
        assert [invoice(shop), invoice(shop)] == ["IN1406/000001", "IN1406/000002"]


def test_a_shop_may_change_to_the_jalali_calendar_and_back(shop: Storefront) -> None:
    with at(shop, EVE):
        shop.tell("shop.put", put(**YEARLY))
        assert invoice(shop) == "IN2026/000001"
        assert shop.tell("shop.put", put(**YEARLY, calendar="jalali"))[0].name == "shop.changed"
        assert invoice(shop) == "IN1405/000001"
        assert shop.tell("shop.put", put(**YEARLY))[0].name == "shop.changed"
        assert invoice(shop) == "IN2026/000002"
