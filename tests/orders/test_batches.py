"""Messages handled in batches have the same effects as messages handled one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from services.orders.worker import service
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, receive
from tests.orders.words import (
    DEFAULT_STATES,
    MUG,
    TEA,
    NewDatabase,
    Storefront,
    a_payment,
    everything,
    names,
    rows,
    stumble,
)
from tests.words import ServiceHarness, an_order, changed, harness

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRICES = [1190, 1190, 1190, 990]


class Street:
    """Two shops with random commands, many of them wrong; each seed has its own databases."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.ids = [str(UUID(int=self.chance.getrandbits(128), version=4)) for _ in range(6)]
        self.rules = {
            code: (
                samples.VOUCHER
                | {
                    "rule_id": key,
                    "code": code,
                    "amount": samples.euro(amount),
                    "uses_per_customer": None,
                    "customer_id": None,
                }
            )
            for code, key, amount in (("TEN", self.ids[0], 10), ("ONE", self.ids[1], 1))
        }

    def message(self, name: str, data: dict[str, Any], shop: str) -> Delivery:
        identity = str(UUID(int=self.chance.getrandbits(128), version=4))
        sent = Envelope(id=identity, source="/street", type=wire_type(name), data=data, shop=shop)
        return receive(sent.encode())

    def opening(self) -> list[Delivery]:
        """Both shops, and half of the orders that there will be."""
        placed = [
            an_order(
                order_id=order_id,
                reference=f"A-{order_id[:8].upper()}",
                voucher_codes=["TEN"],
                total__amount=2_860,
            )
            for order_id in self.ids[::2]
        ]
        return [
            self.message(name, data, shop)
            for shop in ("left", "right")
            for name, data in (
                ("shop.put", samples.PUT_SHOP),
                ("product.put", samples.PUT_PRODUCT),
                ("stock.set", {"sku": MUG, "quantity": 12}),
            )
        ] + [
            self.message(name, data, "left")
            for name, data in [
                *(("cart_rule.put", rule) for rule in self.rules.values()),
                *(("order.place", data) for data in placed),
            ]
        ]

    def commands(self, count: int = 50) -> list[Delivery]:
        made: list[Delivery] = []
        while len(made) < count:
            again = made and self.chance.random() < 0.1
            made.append(self.chance.choice(made) if again else self.command())
        return made

    def command(self) -> Delivery:
        one_of = self.chance.choice
        prefix, sku, order_id = one_of(["IN", "RE"]), one_of([MUG, TEA]), one_of(self.ids)
        payment = {
            "payment_id": one_of(self.ids),
            "method": "Wire",
            "amount": {"amount": 1000, "currency": "EUR"},
        }
        price, quantity = one_of(PRICES), one_of([1, 2, 3])
        codes, worth = one_of([([], 0), (["TEN"], 10), (["ONE"], 1), (["TEN", "ONE"], 11)])
        place = an_order(
            order_id=order_id,
            reference=one_of([f"R-{number}" for number in range(9)]),
            lines=[{"sku": MUG, "quantity": quantity}],
            total__amount=quantity * price + 490 - worth,
            initial_state=one_of(
                ["awaiting_bank_wire", "awaiting_cod", "payment_accepted", "backorder_unpaid"]
            ),
            voucher_codes=codes,
        )
        code = one_of(sorted(self.rules))
        rule = self.rules[code] | {
            "uses": one_of([3, 9, None]),
            "active": one_of([True, True, False]),
        }
        to, force = (
            one_of([*sorted(DEFAULT_STATES), "cancelled", "payment_accepted"]),
            one_of([True, False]),
        )
        move = {"order_id": order_id, "to": to, "force": force, "reason": "?", "by": "anna"}
        line = {"line": one_of([1, 1, 2]), "quantity": one_of([0, 1, 2, 3])}
        discount = {"discount_id": one_of(self.ids), "discount_name": "Sorry", "percent": "10"}
        name, data = one_of(
            [
                (
                    "shop.put",
                    changed(
                        samples.PUT_SHOP, invoice_prefix=prefix, backorders=one_of([True, False])
                    ),
                ),
                (
                    "state.put",
                    changed(samples.PUT_STATE, colour=one_of(["#34209E", "#3498D8"]), guards=[]),
                ),
                ("product.put", changed(samples.PUT_PRODUCT, sku=sku, price__amount=price)),
                ("stock.set", {"sku": sku, "quantity": one_of([2, 5, 9])}),
                ("cart_rule.put", rule),
                ("voucher.disable", {"code": code}),
                (
                    "order.add_lines",
                    {"order_id": order_id, "lines": [{"sku": sku, "quantity": quantity}]},
                ),
                ("order.edit_lines", {"order_id": order_id, "lines": [line]}),
                ("order.add_discount", discount | {"order_id": order_id}),
                ("order.issue_invoice", {"order_id": order_id}),
                *[("order.place", place)] * 5,
                *[("order.transition", move)] * 7,
                *[("payment.record", {"order_id": order_id, "payment": payment})] * 3,
            ]
        )
        return self.message(name, data, one_of(["left"] * 4 + ["right"]))


def told_by(orders: ServiceHarness) -> list[dict[str, Any]]:
    """Return all published messages without the parts that are new each time: ids of messages and
    traces.
    """
    return [event.model_dump(exclude={"id", "traceparent"}) for event in orders.outbox()]


def uses_of_limited_rules(orders: ServiceHarness) -> list[tuple[int, int]]:
    """Return the number that each row counts, and the number of uses."""
    live = [
        (use.shop, use.rule_id) for use in rows(orders.engine, "cart_rule_uses") if not use.returned
    ]
    limited = [rule for rule in rows(orders.engine, "cart_rules") if rule.uses is not None]
    return [(rule.used, live.count((rule.shop, rule.rule_id))) for rule in limited]


@pytest.mark.parametrize("seed", [27, 34, 58])
def test_fifty_commands_together_are_the_same_fifty_one_by_one(
    seed: int, new_database: NewDatabase
) -> None:
    together, alone = harness(service, new_database()), harness(service, new_database())
    street = Street(seed)
    opening, commands = street.opening(), street.commands()
    for each in (together, alone):
        each.pipeline.transactions.clock = lambda: NOON
        each.deliver(*opening)
    assert together.deliver(*commands) == [DONE] * 50
    for command in commands:
        assert alone.deliver(command) == [DONE]
    assert everything(together.engine) == everything(alone.engine)
    assert told_by(together) == told_by(alone)
    assert all(used == counted for used, counted in uses_of_limited_rules(together))
    told = set(names(together.outbox()))
    assert {
        "order.placed",
        "order.place_refused",
        "order.edited",
        "invoice.issued",
        "voucher.redeemed",
        "voucher.returned",
    } <= told


def cancelled(order_id: str) -> dict[str, Any]:
    return {"order_id": order_id, "to": "cancelled"}


@pytest.mark.parametrize(
    ("name", "data"),
    [("order.transition", cancelled), ("payment.record", a_payment), ("order.place", None)],
)
def test_a_batch_reads_with_one_statement_for_all_its_orders(
    name: str, data: Callable[[str], dict[str, Any]] | None, shop: Storefront
) -> None:
    found = []
    for count in (1, 4):
        orders = orders_of_different_products(shop, count)
        if data:
            shop.deliver(*(shop.message("order.place", each) for each in orders))
            orders = [data(each["order_id"]) for each in orders]
        with queries(shop.desk.engine) as texts:
            shop.deliver(*(shop.message(name, each) for each in orders))
        found.append(len(texts))
    assert found[0] == found[1] > 5


def orders_of_different_products(shop: Storefront, count: int) -> list[dict[str, Any]]:
    """Return orders that share neither a product nor a customer."""
    found = []
    for number in range(count):
        sku = f"MUG-{number}"
        shop.tell("product.put", changed(samples.PUT_PRODUCT, sku=sku))
        shop.tell("stock.set", {"sku": sku, "quantity": 9})
        line = {"sku": sku, "quantity": 2}
        found.append(an_order(lines=[line], customer__customer_id=sku))
    return found


@contextmanager
def queries(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that read."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_an_order_is_placed_paid_and_moved_in_one_batch(shop: Storefront) -> None:
    data = an_order()
    shop.deliver(
        shop.message("order.place", data),
        *moves(shop, data["order_id"], "payment_accepted", "processing"),
    )
    order = shop.order(data["order_id"])
    assert [entry["state"] for entry in order["history"]] == [
        "awaiting_bank_wire",
        "payment_accepted",
        "processing",
    ]
    assert [document["number"] for document in order["documents"]] == ["IN000001", "DE000001"]


def test_a_shop_changed_earlier_in_the_batch_counts_for_what_follows(shop: Storefront) -> None:
    order_id = shop.place()
    profile = changed(samples.PUT_SHOP, invoice_prefix="RE-", profile__name="New Name")
    told = shop.deliver(
        shop.message("shop.put", profile), *moves(shop, order_id, "payment_accepted")
    )
    issued = told[-1].data["document"]
    assert (issued["number"], issued["shop"]["name"]) == ("RE-000001", "New Name")
    assert told[1].data["order"]["shop"]["name"] == "New Name"


def test_a_refused_command_in_a_batch_takes_no_number(shop: Storefront) -> None:
    ids = shop.place_all(3)
    shop.deliver(
        *moves(shop, ids[0], "payment_accepted"),
        *moves(shop, ids[1], "delivered"),
        *moves(shop, ids[1], "refunded"),
        *moves(shop, ids[2], "payment_accepted"),
    )
    assert shop.order(ids[2])["documents"][0]["number"] == "IN000002"


def test_the_last_pieces_go_to_the_first_in_the_batch(shop: Storefront) -> None:
    shop.tell("stock.set", {"sku": MUG, "quantity": 3})
    told = shop.deliver(*(shop.message("order.place", an_order()) for _ in range(3)))
    assert names(told) == [
        "order.placed",
        "stock.changed",
        "customer.changed",
        "order.place_refused",
        "order.place_refused",
    ]
    assert shop.stock() == 1


def test_a_piece_that_comes_back_in_a_batch_can_be_sold_in_it(shop: Storefront) -> None:
    order_id = shop.place()
    shop.tell("stock.set", {"sku": MUG, "quantity": 0})
    told = shop.deliver(
        *moves(shop, order_id, "cancelled"), shop.message("order.place", an_order())
    )
    assert names(told) == ["order.transitioned", "stock.changed", "order.placed", "stock.changed"]


def test_an_order_that_the_database_rejects_harms_none_of_its_neighbours(shop: Storefront) -> None:
    ids = shop.place_all(5)
    with stumble(shop.desk.engine, ids[2]):
        verdicts = shop.desk.deliver(*moves_of_all(shop, ids))
    assert [verdict.fate for verdict in verdicts] == [
        Fate.DONE,
        Fate.DONE,
        Fate.RETRY,
        Fate.DONE,
        Fate.DONE,
    ]
    assert [shop.order(order_id)["state"] for order_id in ids].count("payment_accepted") == 4
    assert shop.order(ids[2])["history"][-1]["state"] == "awaiting_bank_wire"


def test_a_number_that_a_failed_move_had_taken_is_given_to_the_next(shop: Storefront) -> None:
    ids = shop.place_all(5)
    messages = moves_of_all(shop, ids)
    with stumble(shop.desk.engine, ids[0], ids[3]):
        shop.desk.deliver(*messages)
    shop.deliver(*messages)  # RabbitMQ brings those again that failed, and a few that did not
    numbers = [row.number for row in rows(shop.desk.engine, "documents", shop=shop.shop)]
    assert sorted(numbers) == [f"IN{count:06d}" for count in range(1, 6)]


def moves(shop: Storefront, order_id: str, *path: str) -> list[Delivery]:
    return [shop.message("order.transition", {"order_id": order_id, "to": state}) for state in path]


def moves_of_all(shop: Storefront, ids: list[str]) -> list[Delivery]:
    return [message for order_id in ids for message in moves(shop, order_id, "payment_accepted")]
