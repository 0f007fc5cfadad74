"""Two batches that want the same rows, one from the front and one from the back, do not get in each
other's way.

A deadlock would be found by PostgreSQL after a second, and the batch that it fails would be taken
apart.
"""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import select

from services.orders.store.tables import metadata
from shared.contracts import samples
from shared.runtime.rabbitmq.delivery import DONE, Delivery
from tests.orders.promotions import a_rule, euro, put_rule, rule_id
from tests.orders.refunds import a_refund
from tests.orders.words import MUG, TEA, Storefront, at_once
from tests.words import an_order, changed

products = cycle([MUG, TEA])
Batch = Callable[[Storefront, Storefront], list[Delivery]]


def sales(shop: Storefront, _: Storefront) -> list[Delivery]:
    """Of two products, one after the other."""
    return [*sell(shop, MUG), *sell(shop, TEA)]


def cancellations_and_sales(shop: Storefront, _: Storefront) -> list[Delivery]:
    """One product comes back while the other is sold."""
    return [*move_all(shop, "cancelled", shop.place_all(8)), *sell(shop, TEA)]


def counts_and_sales(shop: Storefront, _: Storefront) -> list[Delivery]:
    """The stock of one product is set while the other is sold."""
    return [shop.message("stock.set", {"sku": TEA, "quantity": 5000}), *sell(shop, MUG)]


def backorders_and_counts(shop: Storefront, _: Storefront) -> list[Delivery]:
    """Two products are waited for, and come in."""
    shop.desk.deliver(
        *(shop.message("stock.set", {"sku": sku, "quantity": 3}) for sku in (MUG, TEA))
    )
    waiting = [
        shop.message(
            "order.place",
            an_order(lines=[{"sku": sku, "quantity": 2}], initial_state="backorder_unpaid"),
        )
        for sku in (MUG, TEA)
        for _ in range(8)
    ]
    return [
        *waiting,
        *(shop.message("stock.set", {"sku": sku, "quantity": 50}) for sku in (MUG, TEA)),
    ]


def placed_as_paid(shop: Storefront, other: Storefront) -> list[Delivery]:
    """Orders of two shops that are numbered as soon as they are placed."""
    paid = [an_order(initial_state="payment_accepted") for _ in range(16)]
    return [
        each.message("order.place", new)
        for each, new in zip([shop] * 8 + [other] * 8, paid, strict=True)
    ]


def own_states_and_profiles(shop: Storefront, other: Storefront) -> list[Delivery]:
    """Two shops change their states and their profiles."""
    put = [("state.put", samples.PUT_STATE), ("shop.put", samples.PUT_SHOP)]
    return [each.message(name, data) for each in (shop, other) for name, data in put * 4]


def numbers_and_sales(shop: Storefront, _: Storefront) -> list[Delivery]:
    """Invoices, then stock."""
    return [*move_all(shop, "payment_accepted", shop.place_all(8)), *sell(shop, TEA)]


def two_series(shop: Storefront, _: Storefront) -> list[Delivery]:
    """Delivery slips, then invoices."""
    paid, unpaid = shop.place_all(20), shop.place_all(20)
    shop.desk.deliver(*move_all(shop, "payment_accepted", paid))
    return [*move_all(shop, "processing", paid), *move_all(shop, "payment_accepted", unpaid)]


def numbers_of_two_shops(shop: Storefront, other: Storefront) -> list[Delivery]:
    """Invoices of one shop, then of another."""
    return [
        message
        for each in (shop, other)
        for message in move_all(each, "payment_accepted", each.place_all(20))
    ]


def catalogue(shop: Storefront, _: Storefront) -> list[Delivery]:
    """Many products that exist, one after the other."""
    products = [a_product(f"P-{number}") for number in range(100)]
    shop.deliver(*(shop.message("product.put", product) for product in products))
    return [shop.message("product.put", product) for product in products]


def series_and_numbers(shop: Storefront, other: Storefront) -> list[Delivery]:
    """The series of one shop are changed while the other's are used."""
    start = shop.message("shop.put", changed(samples.PUT_SHOP, profile__name="Other"))
    return [start, *numbers_of_two_shops(shop, other)]


def adjustments_and_sales(shop: Storefront, _: Storefront) -> list[Delivery]:
    """The stock of one product is adjusted while the other is sold."""
    return [
        shop.message("stock.adjust", {"sku": TEA, "change": -1, "cause": "broken"}),
        *sell(shop, MUG),
    ]


def erasures_and_moves(shop: Storefront, _: Storefront) -> list[Delivery]:
    """Orders of a customer are erased while they are moved."""
    return [
        shop.message("customer.erase", {"customer_id": "c-1001"}),
        *move_all(shop, "cancelled", shop.place_all(8)),
    ]


def vouchers_used_and_given_back(shop: Storefront, other: Storefront) -> list[Delivery]:
    """Use two rules in orders of two shops, return others, and change one of the rules; the orders
    are of different products, so that no lock of the stock serializes them.
    """
    batch, lines = [], [{"sku": next(products), "quantity": 2}]
    for each in (shop, other):
        put_rule(
            each,
            rule_id=rule_id(1),
            code="TEN",
            amount=euro(1_000),
            uses=9_000,
            uses_per_customer=9_000,
        )
        put_rule(each, rule_id=rule_id(2), free_shipping=True, uses_per_customer=9_000)
        with_ten = {"voucher_codes": ["TEN"], "total__amount": 1_380, "lines": lines}
        batch += move_all(each, "cancelled", each.place_all(4, **with_ten))
        batch += [each.message("order.place", an_order(**with_ten)) for _ in range(4)]
        again = a_rule(
            rule_id=rule_id(2), free_shipping=True, uses_per_customer=9_000
        ).terms.model_dump(mode="json")
        batch.append(each.message("cart_rule.put", again))
    return batch


def edits(shop: Storefront, other: Storefront) -> list[Delivery]:
    """Of two shops, one product is taken out of orders and another one added, while it is sold; all
    of it invoiced.
    """
    batch: list[Delivery] = []
    for each in (shop, other):
        for order_id in each.place_all(4, initial_state="payment_accepted"):
            data = {"order_id": order_id, "lines": [{"line": 1, "quantity": 1}]}
            more = {"order_id": order_id, "lines": [{"sku": TEA, "quantity": 1}]}
            batch += [each.message("order.edit_lines", data), each.message("order.add_lines", more)]
        batch += sell(each, TEA)
    return batch


def refunds_and_sales(shop: Storefront, other: Storefront) -> list[Delivery]:
    """Refund orders of two shops, one of them to store credit, while the returned goods are
    sold.
    """
    batch = []
    for each in (shop, other):
        lines = [{"sku": next(products), "quantity": 2}]
        orders = each.place_all(6, initial_state="payment_accepted", lines=lines)
        batch += [
            each.message("refund.create", a_refund(order_id, to_store_credit=each is other))
            for order_id in orders
        ]
    return [*batch, *sell(shop, TEA), *sell(other, MUG)]


def sell(shop: Storefront, sku: str) -> list[Delivery]:
    return [
        shop.message("order.place", an_order(lines=[{"sku": sku, "quantity": 2}])) for _ in range(8)
    ]


def move_all(shop: Storefront, to: str, orders: list[str]) -> list[Delivery]:
    return [
        shop.message("order.transition", {"order_id": order_id, "to": to}) for order_id in orders
    ]


def a_product(sku: str) -> dict[str, Any]:
    return {
        "sku": sku,
        "names": {"en": sku},
        "price": {"amount": 1190, "currency": "EUR"},
        "tax_rate": "19",
    }


@pytest.fixture
def stocked(shop: Storefront, other_shop: Storefront) -> tuple[Storefront, Storefront]:
    """Two shops with mugs and tea enough, which have issued their first documents."""
    for each in (shop, other_shop):
        each.deliver(
            each.message("product.put", a_product(TEA)),
            *(each.message("stock.set", {"sku": sku, "quantity": 5000}) for sku in (MUG, TEA)),
        )
        each.move(each.place(), "processing")
    return shop, other_shop


@pytest.mark.parametrize(
    "batch",
    [
        sales,
        cancellations_and_sales,
        counts_and_sales,
        numbers_and_sales,
        two_series,
        numbers_of_two_shops,
        catalogue,
        series_and_numbers,
        adjustments_and_sales,
        erasures_and_moves,
        backorders_and_counts,
        placed_as_paid,
        own_states_and_profiles,
        vouchers_used_and_given_back,
        edits,
        refunds_and_sales,
    ],
)
def test_two_batches_never_wait_for_each_other_in_a_circle(
    batch: Batch, stocked: tuple[Storefront, Storefront], url: str, logs: list[Any]
) -> None:
    # SQLite has one writer, so that nothing is left to chance there
    rounds = 1 if stocked[0].desk.engine.dialect.name == "sqlite" else 3
    for _ in range(rounds):
        forth, back = batch(*stocked), batch(*stocked)[::-1]
        assert at_once(url, forth, back) == [[DONE] * len(forth)] * 2
    assert {entry["outcome"] for entry in logs} == {"done"}


def test_a_batch_locks_nothing_of_another_shop(
    stocked: tuple[Storefront, Storefront], url: str, logs: list[Any]
) -> None:
    """SQLite has one writer; there it is only seen that the batch is done."""
    shop, other = stocked
    batch = [
        *numbers_and_sales(shop, other),
        shop.message("stock.adjust", {"sku": MUG, "change": 1, "cause": "found"}),
    ]
    with shop.desk.engine.connect() as holder:
        if holder.dialect.name == "postgresql":
            for table in ("stock", "shops", "counters", "orders"):
                found = metadata.tables[table]
                holder.execute(select(found).where(found.c.shop == other.shop).with_for_update())
        else:
            holder.rollback()
        assert at_once(url, batch) == [[DONE] * len(batch)]
    assert {entry["outcome"] for entry in logs} == {"done"}
