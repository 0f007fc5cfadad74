"""Days are those of the shop: periods end with their last one, sentences and files name it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.orders.domain import returning
from services.orders.domain.cart_rules import CartRule, objection_to_all
from services.orders.domain.export import to_csv
from services.orders.domain.order import Order
from services.orders.domain.store_credit import until
from shared.contracts import samples
from shared.contracts.orders import CartRuleDefinition, ConfirmReturn, ReturnSlipIssued
from shared.contracts.reason import Reason
from tests.moments import EAST, MOMENT, WEST, utc_days
from tests.orders.refunds import a_shipped_order
from tests.orders.test_export import an_entry
from tests.orders.test_returns import RETURN_ID, requested, step, try_to_request
from tests.orders.words import DEFAULT_STATES, NOON, Numbers, a_shop_in

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def shipped_in(zone: str, at: datetime = NOON, **profile: str) -> Order:
    """An order that left then; its shop is in a time zone, and takes goods back for 14 days."""
    order = a_shipped_order()
    history = tuple(replace(change, at=at) for change in order.history)
    shop = a_shop_in(zone, returns=True, return_days=14)
    address = shop.profile.address.model_copy(update=profile)
    shop = replace(shop, profile=shop.profile.model_copy(update={"address": address}))
    return replace(order, shop=shop, history=history)


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("UTC", datetime(2026, 12, 4, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 12, 3, 23, tzinfo=UTC)),
        (
            EAST,
            datetime(2026, 12, 4, 10, tzinfo=UTC),
        ),  # sent on the 20th there: the 4th ends at 10:00 UTC
        (WEST, datetime(2026, 12, 4, 11, tzinfo=UTC)),
    ],
)
def test_goods_can_be_returned_until_the_last_hour_of_the_last_day(
    zone: str, end: datetime
) -> None:
    sent = datetime(
        2026, 11, 19, 12, tzinfo=UTC
    )  # Regulation 1182/71, Article 3: this day is not counted
    order = shipped_in(zone, sent, country="US")
    assert not isinstance(try_to_request(order, at=end - SECOND), Reason)
    late = try_to_request(order, at=end)
    assert isinstance(late, Reason)
    last = "2026-12-04" if zone == EAST else "2026-12-03"
    assert (late.code, late.sentence) == (
        "too_late",
        f"The goods could be returned until {last} only.",
    )


def test_a_period_of_a_customer_in_the_union_does_not_end_on_a_weekend() -> None:
    friday, saturday = (
        datetime(2026, 11, 20, 12, tzinfo=UTC),
        datetime(2026, 11, 21, 12, tzinfo=UTC),
    )
    ends = {
        (sent.day, country): returning.return_end(
            shipped_in("UTC", sent, country=country), DEFAULT_STATES
        )
        for sent in (friday, saturday)
        for country in ("DE", "US")
    }
    assert ends == {
        (20, "DE"): datetime(2026, 12, 5, tzinfo=UTC),
        (20, "US"): datetime(2026, 12, 5, tzinfo=UTC),
        (21, "DE"): datetime(2026, 12, 8, tzinfo=UTC),
        (21, "US"): datetime(2026, 12, 6, tzinfo=UTC),
    }


def test_a_package_may_come_until_the_end_of_a_day() -> None:
    order = replace(requested(), shop=shipped_in("Europe/Berlin").shop)
    moved = returning.confirm(order, ConfirmReturn(**step(order)), Numbers(), NOON)
    assert not isinstance(moved, Reason)
    slip = next(event for event in moved.events if isinstance(event, ReturnSlipIssued)).document
    end = datetime(2026, 12, 5, 23, tzinfo=UTC)
    assert (slip.return_until, slip.shop.timezone) == (end, "Europe/Berlin")
    kept = moved.order.find_return(RETURN_ID)
    assert kept is not None
    assert kept.until == end


def test_store_credit_of_days_is_valid_until_the_end_of_a_day() -> None:
    end = until(a_shop_in("Asia/Tehran", store_credit_days=30), NOON)
    assert end == datetime(2026, 12, 21, 20, 30, tzinfo=UTC)  # midnight in Tehran


@pytest.mark.parametrize("zone", [EAST, WEST])
@pytest.mark.parametrize("terms", [{"valid_from": MOMENT + DAY}, {"valid_until": MOMENT - DAY}])
def test_sentences_say_times_of_the_shop(zone: str, terms: dict[str, datetime]) -> None:
    given = {key: at.replace(hour=10, minute=30) for key, at in terms.items()}
    rule = CartRule(
        CartRuleDefinition.model_validate(
            {
                **samples.CART_RULE,
                "valid_from": None,
                "valid_until": None,
                **given,
            }
        )
    )
    found = objection_to_all(rule, MOMENT, zone)
    assert found is not None
    day = next(iter(given.values())) + (timedelta(days=1) if zone == EAST else timedelta(days=-1))
    assert f"{day:%Y-%m-%d}" in found[1]
    assert zone in found[1]


@pytest.mark.parametrize("zone", [EAST, WEST])
def test_the_exported_list_shows_no_day_of_utc(zone: str) -> None:
    text = to_csv([an_entry(placed_at=MOMENT)], DEFAULT_STATES, "en", zone, heading=False)
    assert utc_days(text) == []
    assert {EAST: "2026-11-22T00:30:00+14:00", WEST: "2026-11-20T23:30:00-11:00"}[zone] in text
