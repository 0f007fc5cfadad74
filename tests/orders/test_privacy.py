"""A customer's data: all of it is exported on request, and erased as far as the law and unfinished
orders allow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.orders.domain.detail import OrderContext, detail
from services.orders.domain.order import NOBODY, Order
from services.orders.domain.order_line import Change
from services.orders.domain.privacy import PART, erase, export, retained_until
from services.orders.domain.refund import Done
from shared.contracts import samples
from tests.orders.promotions import a_voucher, create
from tests.orders.refunds import a_shipped_order, refund
from tests.orders.words import (
    DEFAULT_STATES,
    NOON,
    SHOP,
    Storefront,
    a_placed_order,
    a_shop_in,
    everything,
    move,
    pay,
    rows,
)
from tests.words import changed

ADA = samples.CUSTOMER["customer_id"]
ERASE = {"customer_id": ADA, "emails": ["ada@example.test"]}
PERSONAL = ("Ada Byron", "ada@example.test", "St James", ADA, "SW1Y", "London")


def at_state(order: Order, state: str, at: datetime = NOON) -> Order:
    return replace(
        order, state=state, history=(*order.history, Change(state, at, "anna@shop.test"))
    )


@contextmanager
def in_year(shop: Storefront, year: int) -> Iterator[None]:
    clock = shop.desk.pipeline.transactions.clock
    shop.desk.pipeline.transactions.clock = lambda: datetime(year, 1, 2, tzinfo=UTC)
    yield
    shop.desk.pipeline.transactions.clock = clock


def shown(shop: Storefront, order_id: str) -> str:
    return str(shop.order(order_id))


# --- what is kept ---------------------------------------------------------------------------------


def test_an_order_that_was_paid_or_documented_is_kept_until_the_legal_years_are_over() -> None:
    assert retained_until(pay(a_placed_order(), 100)) == date(2037, 1, 1)
    invoiced = move(a_placed_order(), "processing").order
    assert retained_until(invoiced) == date(2037, 1, 1)
    assert retained_until(replace(invoiced, shop=replace(SHOP, legal_years=6))) == date(2033, 1, 1)


def test_its_time_begins_with_the_end_of_the_year_of_its_last_change_where_the_shop_is() -> None:
    order = pay(a_placed_order(), 100)
    eve = at_state(order, "refunded", datetime(2027, 12, 31, 23, 30, tzinfo=UTC))
    assert retained_until(replace(eve, shop=a_shop_in("UTC"))) == date(2038, 1, 1)
    assert retained_until(replace(eve, shop=a_shop_in("Europe/Berlin"))) == date(2039, 1, 1)
    tehran = a_shop_in("Asia/Tehran", calendar="jalali")  # the last change is of 11 Dey 1406
    assert retained_until(replace(eve, shop=tehran)) == date(2038, 3, 21)  # 1 Farvardin 1417


def test_a_refund_begins_the_legal_time_anew() -> None:
    order = refund(a_shipped_order(), "return").order
    later = replace(order.refunds[0], at=datetime(2027, 2, 1, tzinfo=UTC))
    assert (retained_until(order), retained_until(replace(order, refunds=(later,)))) == (
        date(2037, 1, 1),
        date(2038, 1, 1),
    )
    done = replace(later, done=Done(datetime(2028, 2, 1, tzinfo=UTC), "anna"))
    assert retained_until(replace(order, refunds=(done,))) == date(2039, 1, 1)


def test_of_an_order_that_came_to_nothing_the_law_wants_nothing() -> None:
    assert retained_until(at_state(a_placed_order(), "cancelled")) is None


@pytest.mark.parametrize(
    ("day", "erased"), [(datetime(2036, 12, 31), 0), (datetime(2037, 1, 1), 1)]
)
def test_the_law_lets_go_on_the_day(day: datetime, erased: int) -> None:
    order = at_state(pay(a_placed_order(), 100), "refunded")
    found = erase(ADA, [order], DEFAULT_STATES, day.replace(tzinfo=UTC)).event
    assert (found.erased, len(found.kept)) == ({"orders": erased}, 1 - erased)


def test_an_order_that_is_not_finished_is_kept() -> None:
    (kept,) = erase(ADA, [a_placed_order(), a_placed_order()], DEFAULT_STATES, NOON).event.kept
    assert (kept.what, kept.count, kept.code, kept.erasable_on) == ("orders", 2, "running", None)


def test_an_erased_order_still_adds_up_and_belongs_to_nobody() -> None:
    order = at_state(a_placed_order(), "cancelled")
    (erased,) = erase(ADA, [order], DEFAULT_STATES, NOON).orders
    assert erased.customer == NOBODY
    assert erased.invoice_address.country == erased.delivery_address.country == "GB"
    assert (erased.amount, erased.lines, erased.history) == (
        order.amount,
        order.lines,
        order.history,
    )
    assert not any(word in str(erased) for word in PERSONAL)


def test_many_orders_are_told_in_parts() -> None:
    order = a_placed_order()
    told = export(
        ADA, [detail(order, OrderContext(DEFAULT_STATES, 0, False, "en"))] * (2 * PART + 1)
    )
    assert [(each.part, each.parts, len(each.records["orders"])) for each in told] == [
        (1, 3, PART),
        (2, 3, PART),
        (3, 3, 1),
    ]


# --- on the database ------------------------------------------------------------------------------


def test_orders_are_erased_kept_by_law_and_kept_while_they_run(shop: Storefront) -> None:
    cancelled, paid, running = (shop.place() for _ in range(3))
    shop.move(cancelled, "cancelled")
    shop.move(paid, "payment_accepted")
    (told,) = shop.tell("customer.erase", ERASE)
    assert (told.name, told.subject, told.data["service"]) == ("customer.erased", ADA, "orders")
    assert told.data["erased"]["orders"] == 1
    kept = {each["code"]: (each["count"], each["erasable_on"]) for each in told.data["kept"]}
    assert kept == {"legal_time": (1, f"{datetime.now(UTC).year + 11}-01-01"), "running": (1, None)}
    assert not any(word in shown(shop, cancelled) for word in PERSONAL)
    assert all(
        all(word in shown(shop, order_id) for word in PERSONAL) for order_id in (paid, running)
    )


def test_erasing_again_changes_nothing_more(shop: Storefront) -> None:
    shop.move(shop.place(), "cancelled")
    shop.tell("customer.erase", ERASE)
    before = everything(shop.desk.engine)
    (told,) = shop.tell("customer.erase", ERASE)
    assert (told.data["erased"], told.data["kept"]) == ({"orders": 0}, [])
    assert everything(shop.desk.engine) == before


def test_when_the_legal_time_is_over_the_order_is_erased_and_its_documents_stay(
    shop: Storefront,
) -> None:
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    documents = shop.order(order_id)["documents"]
    with in_year(shop, datetime.now(UTC).year + 11):
        assert shop.tell("customer.erase", ERASE)[0].data["erased"]["orders"] == 1
    assert not any(word in shown(shop, order_id) for word in PERSONAL)
    assert shop.order(order_id)["documents"] == documents != []
    assert shop.order(order_id)["order"]["paid"]["amount"] == 2870


def test_the_time_is_the_shops(shop: Storefront) -> None:
    shop.tell("shop.put", changed(samples.PUT_SHOP, legal_years=0))
    shop.move(shop.place(), "payment_accepted")
    assert shop.tell("customer.erase", ERASE)[0].data["erased"]["orders"] == 0
    with in_year(shop, datetime.now(UTC).year + 1):
        assert shop.tell("customer.erase", ERASE)[0].data["erased"]["orders"] == 1


def test_all_that_is_known_is_told(shop: Storefront) -> None:
    orders = sorted(shop.place() for _ in range(3))
    (told,) = shop.tell("customer.export", ERASE)
    assert (told.name, told.data["part"], told.data["parts"]) == ("customer.exported", 1, 1)
    assert [each["order"]["order_id"] for each in told.data["records"]["orders"]] == orders
    assert told.data["records"]["orders"] == [shop.order(order_id) for order_id in orders]


@pytest.mark.parametrize("command", ["customer.erase", "customer.export"])
def test_of_others_nothing_is_told_and_nothing_erased(
    shop: Storefront, other_shop: Storefront, command: str
) -> None:
    theirs = [other_shop.place(), shop.place(customer__customer_id="c-2")]
    for order_id, where in zip(theirs, (other_shop, shop), strict=True):
        where.move(order_id, "cancelled")
    before = everything(shop.desk.engine)
    for customer in (ADA, str(uuid4()), NOBODY.customer_id, "c' OR '1'='1", "%"):
        (told,) = shop.tell(command, {"customer_id": customer})
        assert told.data.get("erased", {"orders": 0}) == {"orders": 0}
        assert told.data.get("records", {"orders": []}) == {"orders": []}
    assert everything(shop.desk.engine) == before


def test_an_order_placed_and_cancelled_in_the_same_batch_is_erased(shop: Storefront) -> None:
    order: dict[str, Any] = changed(
        samples.PLACE_ORDER, order_id=str(uuid4()), reference=uuid4().hex[:9].upper()
    )
    told = shop.deliver(
        shop.message("order.place", order),
        shop.message("order.transition", {"order_id": order["order_id"], "to": "cancelled"}),
        shop.message("customer.erase", ERASE),
    )
    assert told[-1].data["erased"]["orders"] == 1
    assert not any(word in shown(shop, order["order_id"]) for word in PERSONAL)


def test_a_customers_vouchers_are_told_and_end_with_him(shop: Storefront) -> None:
    code = create(shop)
    (told,) = shop.tell("customer.export", ERASE)
    assert [each["code"] for each in told.data["records"]["vouchers"]] == [code]
    order_id = shop.place(voucher_codes=[code], total__amount=490)
    shop.move(order_id, "shipped", force=True, reason="-", by="anna@shop.test")
    shop.move(order_id, "delivered")
    (told,) = shop.tell("customer.erase", ERASE)
    assert told.data["erased"]["vouchers"] == 2  # and the rest of it
    assert {
        (row.customer_id, row.active)
        for row in rows(shop.desk.engine, "cart_rules", shop=shop.shop)
    } == {
        (NOBODY.customer_id, False),
    }
    assert {
        row.customer_id for row in rows(shop.desk.engine, "cart_rule_uses", shop=shop.shop)
    } == {NOBODY.customer_id}


def test_a_voucher_made_in_the_batch_that_erases_its_customer_ends_with_him(
    shop: Storefront,
) -> None:
    shop.deliver(shop.message("voucher.create", a_voucher()), shop.message("customer.erase", ERASE))
    assert [row.customer_id for row in rows(shop.desk.engine, "cart_rules", shop=shop.shop)] == [
        NOBODY.customer_id
    ]
