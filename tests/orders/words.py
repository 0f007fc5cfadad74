"""Words for tests of `orders`: values of its domain, and a storefront that speaks to its desk."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, Table, delete, select

from services.orders.domain.cart_rules import CartRule
from services.orders.domain.lifecycle import Moved, record_payment, transition
from services.orders.domain.numbering import Series
from services.orders.domain.offer import Catalogue
from services.orders.domain.order import Order
from services.orders.domain.placing import Placed, place
from services.orders.domain.shop import Product, Shop
from services.orders.domain.store_credit import Account
from services.orders.store.states import default_states
from services.orders.store.tables import metadata
from services.orders.worker import service
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.orders import PlaceOrder, RecordPayment, TransitionOrder
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import DocumentKind, Money
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Verdict
from shared.runtime.rabbitmq.outgoing import Outcome
from shared.runtime.storage import message_tables
from shared.runtime.storage.database import engine_for, reading
from tests.words import ServiceHarness, an_order, changed, delivery

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NUMBERING: dict[DocumentKind, Series] = {
    "invoice": Series("IN"),
    "delivery_slip": Series("DE"),
    "credit_slip": Series("CR"),
    "return_slip": Series("RT"),
}
SHOP = Shop("default", ShopProfile.model_validate(samples.SHOP_PROFILE), "en", NUMBERING)
MUG, TEA, POT = "MUG-BLUE", "TEA-250", "POT-RED"
DEFAULT_STATES = default_states()
NewDatabase = Callable[[], str]
JOURNAL = {"inbox", "outbox", "schedule", "sequence"}


# --- the domain -----------------------------------------------------------------------------------


def a_shop_in(zone: str, **changes: Any) -> Shop:
    """The shop with its days in a time zone."""
    return replace(SHOP, profile=SHOP.profile.model_copy(update={"timezone": zone}), **changes)


def a_product(
    sku: str = MUG, price: int = 1190, rate: str = "19", currency: str = "EUR", **names: str
) -> Product:
    return Product(
        sku, names or {"en": "Mug, blue"}, Money(amount=price, currency=currency), Decimal(rate)
    )


def try_to_place(
    *products: Product,
    shop: Shop | None = SHOP,
    stock: int = 100,
    rules: Sequence[CartRule] = (),
    **changes: Any,
) -> Placed | Reason:
    """`order.place` with a catalogue of these products (else the mug), each with that stock."""
    found = {product.sku: product for product in products or [a_product()]}
    catalogue = Catalogue(shop, found, dict.fromkeys(found, stock), rules)
    return place(
        PlaceOrder.model_validate(an_order(**changes)), catalogue, DEFAULT_STATES, Numbers(), NOON
    )


def a_placed_order(*products: Product, state: str = "awaiting_bank_wire", **changes: Any) -> Order:
    """An order of two mugs, 28.70 euro, that stands in some state and has no history of how it came
    there.
    """
    placed = try_to_place(*products, **changes)
    assert isinstance(placed, Placed), placed
    return replace(placed.order, state=state)


class Numbers:
    """Counts like a shop's counters, from 1."""

    def __init__(self) -> None:
        self.given: Counter[str] = Counter()

    def __call__(self, kind: DocumentKind) -> str:
        self.given[kind] += 1
        return NUMBERING[kind].format(self.given[kind], 2026)


def try_to_move(
    order: Order,
    to: str,
    numbers: Callable[[Any], str] | None = None,
    account: Account | None = None,
    **how: Any,
) -> Moved | Reason:
    command = TransitionOrder(
        **{"order_id": order.order_id, "to": to, "by": "anna@shop.test", **how}
    )
    return transition(
        order, command, DEFAULT_STATES, numbers or Numbers(), NOON, lambda sku: 100, account
    )


def move(order: Order, to: str, numbers: Callable[[Any], str] | None = None, **how: Any) -> Moved:
    moved = try_to_move(order, to, numbers, **how)
    assert isinstance(moved, Moved), moved
    return moved


def try_to_pay(
    order: Order, amount: int, currency: str = "EUR", payment_id: str = "", **more: Any
) -> Moved | Reason:
    money = {"amount": amount, "currency": currency}
    fresh = {"payment_id": payment_id or str(uuid4()), "transaction_id": str(uuid4())}
    payment = {**samples.PAYMENT, **fresh, "amount": money, **more}
    command = RecordPayment.model_validate({"order_id": order.order_id, "payment": payment})
    return record_payment(order, command, NOON)


def pay(order: Order, amount: int, **more: Any) -> Order:
    paid = try_to_pay(order, amount, **more)
    assert isinstance(paid, Moved), paid
    return paid.order


# --- the service ----------------------------------------------------------------------------------


@dataclass
class Storefront:
    """A shop of its own on the desk; its messages carry its name."""

    desk: ServiceHarness
    shop: str

    def tell(self, name: str, data: dict[str, Any], **attributes: Any) -> list[Envelope]:
        return self.desk.tell(name, data, shop=self.shop, **attributes)

    def message(self, name: str, data: dict[str, Any], **attributes: Any) -> Delivery:
        return delivery(name, data, shop=self.shop, **attributes)

    def deliver(self, *deliveries: Delivery) -> list[Envelope]:
        """Deliver a batch in which no message fails; return the published messages."""
        last = self.desk.last_number()
        assert self.desk.deliver(*deliveries) == [DONE] * len(deliveries)
        return self.desk.outbox(last)

    def place(self, **changes: Any) -> str:
        """A new order; its id."""
        told = self.tell("order.place", an_order(**changes))
        assert told[0].name == "order.placed", told[0].data
        return str(told[0].subject)

    def place_all(self, count: int, **changes: Any) -> list[str]:
        """That many new orders, placed in one batch; their ids."""
        data = [an_order(**changes) for _ in range(count)]
        assert (
            self.desk.deliver(*(self.message("order.place", each) for each in data))
            == [DONE] * count
        )
        return [each["order_id"] for each in data]

    def move(self, order_id: str, to: str, **how: Any) -> list[Envelope]:
        return self.tell("order.transition", {"order_id": order_id, "to": to, **how})

    def pay(self, order_id: str, amount: int = 2870, **changes: Any) -> list[Envelope]:
        return self.tell("payment.record", a_payment(order_id, amount, **changes))

    def order(self, order_id: str) -> dict[str, Any]:
        answer = self.desk.ask("order.get", {"order_id": order_id}, shop=self.shop)
        assert answer.name == "order.get_answered", answer.data
        return answer.data

    def stock(self, sku: str = MUG) -> int:
        (found,) = rows(self.desk.engine, "stock", shop=self.shop, sku=sku)
        return int(found.available)

    def refusal(self, name: str, data: dict[str, Any], **attributes: Any) -> dict[str, Any]:
        """A command that must be refused and change nothing; the refusal's data."""
        before = everything(self.desk.engine, self.shop)
        told = self.tell(name, data, **attributes)
        assert [event.name for event in told] == [f"{name}_refused"]
        assert everything(self.desk.engine, self.shop) == before
        return told[0].data

    def conflict(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """A command whose key was used with other content; only its sender is told."""
        (reply,) = self.tell(name, data, replyto="test.reply")
        assert (reply.name, reply.data["code"]) == (f"{name}_refused", "conflict")
        return reply.data

    def repetition(self, name: str, data: dict[str, Any], **attributes: Any) -> None:
        """A command that was carried out before, as another message: nothing changes."""
        before = everything(self.desk.engine, self.shop)
        (reply,) = self.tell(name, data, replyto="test.reply", **attributes)
        assert (reply.name, reply.data["events"]) == ("command.done", [])
        assert reply.data["repeated"]
        assert everything(self.desk.engine, self.shop) == before


def a_payment(order_id: str, amount: int = 2870, **changes: Any) -> dict[str, Any]:
    """`payment.record` with an id of its own."""
    fresh = {
        "payment__payment_id": str(uuid4()),
        "payment__transaction_id": str(uuid4()),
        "payment__amount__amount": amount,
    }
    return changed(samples.RECORD_PAYMENT, order_id=order_id, **{**fresh, **changes})


def names(events: Sequence[Envelope]) -> list[str]:
    return [event.name for event in events]


def everything(engine: Engine, shop: str = "") -> dict[str, list[Any]]:
    """Return all rows of all tables of the service, without those of the runtime, as the driver
    returns them: converting them would take longer than most tests.

    With a shop, leave out the rows of the other shops, of which there are more with each test.
    """
    found = {}
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            if table.name not in JOURNAL:
                found[table.name] = _raw_rows(connection, table, shop)
    return found


def _raw_rows(connection: Connection, table: Table, shop: str) -> list[Any]:
    """Return the rows of a table in an order that depends on nothing else."""
    where = _belongs_to(shop, table) if shop else ""
    if connection.dialect.name == "sqlite":
        query = f"SELECT * FROM {table.name} {where}"  # noqa: S608
        return sorted(connection.exec_driver_sql(query).cursor.fetchall(), key=repr)
    query = f"SELECT t::text FROM {table.name} AS t {where}"  # noqa: S608
    return sorted(connection.exec_driver_sql(query).cursor.fetchall())


def _belongs_to(shop: str, table: Table) -> str:
    """Return the condition that finds the rows of a shop; a table that names neither the shop nor
    an order has none.
    """
    if "shop" in table.c:
        return f"WHERE shop = '{shop}'"
    if "order_id" in table.c:
        return f"WHERE order_id IN (SELECT order_id FROM orders WHERE shop = '{shop}')"  # noqa: S608
    return ""


def forget_what_was_told(engine: Engine) -> None:
    """As if the relay had sent it all."""
    with engine.begin() as connection:
        connection.execute(delete(message_tables.outbox))


def rows(engine: Engine, table: str, **where: Any) -> list[Any]:
    """Rows of a table of the service, in the order of its primary key."""
    found = metadata.tables[table]
    conditions = [found.c[name] == value for name, value in where.items()]
    with reading(engine) as connection:
        return list(
            connection.execute(select(found).where(*conditions).order_by(*found.primary_key))
        )


def at_once(url: str, *batches: Sequence[Delivery]) -> list[list[Verdict]]:
    """Workers of their own, one a batch, all starting at the same moment; their verdicts."""
    start = Barrier(len(batches))
    verdicts: list[list[Verdict]] = [[] for _ in batches]

    def work(index: int) -> None:
        engine = engine_for(url)
        pipeline = Pipeline(service, engine, lambda messages: [Outcome.CONFIRMED] * len(messages))
        start.wait()
        verdicts[index] = pipeline.process(batches[index])
        engine.dispose()

    workers = [Thread(target=work, args=(index,)) for index in range(len(batches))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return verdicts


@contextmanager
def stumble(engine: Engine, *order_ids: str) -> Iterator[None]:
    """Meanwhile the database itself refuses every document of these orders."""
    if engine.dialect.name == "sqlite":
        among = ", ".join(f"'{UUID(order_id).hex}'" for order_id in order_ids)
        start = [
            f"CREATE TRIGGER stumble BEFORE INSERT ON documents WHEN NEW.order_id IN ({among}) "
            "BEGIN SELECT RAISE(ABORT, 'stumbled'); END"
        ]
        end = "DROP TRIGGER stumble"
    else:
        among = ", ".join(f"'{order_id}'" for order_id in order_ids)
        start = [
            (
                "CREATE OR REPLACE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'stumbled'; END $$"
            ),
            (
                "CREATE TRIGGER stumble BEFORE INSERT ON documents FOR EACH ROW WHEN (NEW.order_id"
                f" IN ({among})) EXECUTE FUNCTION stumble()"
            ),
        ]
        end = "DROP TRIGGER stumble ON documents"
    with engine.begin() as connection:
        for statement in start:
            connection.exec_driver_sql(statement)
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql(end)
