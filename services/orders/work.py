"""What a handler of `orders` may touch during one message. Locks in one order: orders, stock, shops (for numbers)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.orders.domain.backorder import joined, lacking, left_by, served, waiting_less
from services.orders.domain.detail import Around, detail
from services.orders.domain.lifecycle import NextNumber, missing_documents
from services.orders.domain.numbering import Given
from services.orders.domain.offer import Catalogue
from services.orders.domain.order import Order, Shop
from services.orders.domain.refund import Refund
from services.orders.domain.refunding import as_voucher
from services.orders.domain.states import Graph, State
from services.orders.store.catalogue import Counters, Key, Products, Shops, Stock
from services.orders.store.listing import Listing, Messages
from services.orders.store.orders import Orders
from services.orders.store.people import Acquaintances, Carts, Customers, Forgotten
from services.orders.store.promotions import Promotions
from services.orders.store.states import States
from services.orders.store.tables import order_messages, stock_movements
from services.orders.store.waiting import Waiting
from shared.contracts.house import EraseCustomer
from shared.contracts.message import Asking, Event, Message, Refusal
from shared.contracts.orders import (
    AdjustStock,
    CompleteReturn,
    ConfirmReturn,
    CreateRefund,
    DenyReturn,
    MarkRefunded,
    OrderDetail,
    PlaceOrder,
    PutShop,
    PutState,
    ReceiveReturn,
    RecordPayment,
    RequestReturn,
    Reservation,
    SetNote,
    SetStock,
    StockChanged,
    StockReserved,
    StockShort,
    TransitionOrder,
)
from shared.contracts.values import DocumentKind
from shared.runtime.store import Arrived, Ledger, UnitOfWork

RESERVED = "stock.reserved"
Refunding = CreateRefund | MarkRefunded | RequestReturn | ConfirmReturn | DenyReturn | ReceiveReturn | CompleteReturn


class Work(UnitOfWork):
    """The unit of work."""

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        super().__init__(connection, adapters)
        self.shops = self.part(Shops(connection))
        self.states = self.part(States(connection))
        self.products = self.part(Products(connection))
        self.waiting = Waiting(connection)
        self.orders = self.part(Orders(connection, self.shops, self.waiting))
        self.stock = self.part(Stock(connection))
        self.part(self.waiting)  # written after the orders that its rows belong to
        self.movements = self.part(Ledger(connection, stock_movements))
        self.counters = self.part(Counters(connection))
        self.promotions = Promotions(connection)
        for part in (self.promotions.rules, self.promotions.uses, self.promotions.buyers):
            self.part(part)
        self.customers = self.part(Customers(connection))
        self.acquaintances = self.part(Acquaintances(connection))
        self.carts = self.part(Carts(connection))
        self.forgotten = self.part(Forgotten(connection))
        self.messages = self.part(Messages(connection, order_messages))
        self.listing = Listing(connection)

    @property
    def graph(self) -> Graph:
        """The states and moves of the shop of the message in hand."""
        return self.states.graph(self.shop)

    @property
    def numbers(self) -> NextNumber:
        """The shop's next number of a kind of document."""
        return lambda kind: self.next_number(self._shop(), kind)

    def preload(self, batch: Sequence[Arrived]) -> None:
        """Locks all that a batch will change, kind by kind: two batches never wait for each other in a circle."""
        self.orders.preload(self._order_ids(batch))
        self.orders.read_references(_references(batch))
        reached = [found for envelope, message in batch for found in self._reached(envelope.shop, message)]
        refunded = [(order.shop.key, line.sku) for order in self._refunded(batch) for line in order.lines]
        self.stock.preload([*self._stock_keys(batch, reached), *self.promotions.find(batch), *refunded])
        self.waiting.preload((order.shop.key, line.sku) for _, order, _ in reached if order for line in order.lines)
        self.waiting.preload(refunded)
        self.promotions.preload(batch, self._ended(reached))
        self.customers.preload(self.promotions.grouped(batch))
        changed = {envelope.shop for envelope, message in batch if isinstance(message, PutShop | PutState)}
        numbered = {shop for shop, order, state in reached if missing_documents(order, state)}
        numbered |= {order.shop.key for order in self._refunded(batch)}
        self.shops.lock(changed | numbered)
        self.states.forget(changed)  # read before the lock

    def detail(self, order: Order) -> OrderDetail:
        """The order with all that is known around it."""
        key = order.order_id
        return detail(order, Around(self.graph, self.listing.messages(key), self.listing.new_customer(key)))

    def order(self, order_id: UUID) -> Order | None:
        """The order, if the shop of the message in hand has it."""
        order = self.orders.get(order_id)
        return order if order is not None and order.shop.key == self.shop else None

    def unknown_order(self, asked: Asking) -> Refusal:
        """The refusal of what names an order that there is not."""
        order_id = asked.order_id  # type: ignore[attr-defined]
        return asked.refuse("unknown_order", f"There is no order {order_id} in this shop.", field="order_id")

    def _order_ids(self, batch: Sequence[Arrived]) -> Iterator[UUID]:
        for envelope, message in batch:
            if isinstance(message, PlaceOrder | TransitionOrder | RecordPayment | SetNote | Refunding):
                yield message.order_id
            elif isinstance(message, EraseCustomer):
                yield from self.orders.of_customer(envelope.shop, message.customer_id)

    def _stock_keys(self, batch: Sequence[Arrived], reached: Sequence["Reached"]) -> Iterator[Key]:
        for envelope, message in batch:
            if isinstance(message, SetStock | AdjustStock):
                yield envelope.shop, message.sku
            elif isinstance(message, PlaceOrder):
                yield from ((envelope.shop, line.sku) for line in message.lines)
        for shop, order, state in reached:
            if order and (state.has("restock") or state.ends or not order.holds_stock):
                yield from ((shop, line.sku) for line in order.lines)

    def _ended(self, reached: Sequence["Reached"]) -> Iterator[tuple[str, UUID]]:
        """Orders that may give back what they used, or use it again."""
        for shop, order, state in reached:
            if order and (state.has("restock") or state.ends or not order.holds_stock):
                yield shop, order.order_id

    def _refunded(self, batch: Sequence[Arrived]) -> Iterator[Order]:
        """The orders that a batch may refund, or number slips for."""
        for envelope, message in batch:
            order = self.orders.bare(message.order_id) if isinstance(message, Refunding) else None
            if order is not None and order.shop.key == envelope.shop:
                yield order

    def _reached(self, shop: str, message: Message) -> Iterable["Reached"]:
        """The states that an order may come to because of a message; the order may come with this batch."""
        if not isinstance(message, PlaceOrder | TransitionOrder | RecordPayment):
            return []
        graph, order = self.states.graph(shop), self.orders.bare(message.order_id)
        if order is not None and order.shop.key != shop:
            return []
        wanted = graph.get(_goal(message, order, graph) or "")
        states = [wanted, graph.get(wanted.when_short or "")] if wanted else []
        return [(shop, order, state) for state in states if state]

    def _shop(self) -> Shop:
        shop = self.shops.get(self.shop)
        if shop is None:
            raise LookupError(f"the shop '{self.shop}' is not kept")
        return shop

    # --- catalogue and stock ------------------------------------------------------------------------------------------

    def catalogue(
        self, skus: Iterable[str], codes: Collection[str] = (), customer_id: str | None = None
    ) -> Catalogue:
        """Shop, products, stock and rules that a price depends on; the stock and the limited rules are locked."""
        shop = self.shop
        gifts = {rule.terms.gift for rule in self.promotions.rules.of(shop, codes) if rule.terms.gift}
        keys = sorted((shop, sku) for sku in {*skus, *gifts})
        self.products.preload(keys)
        self.stock.preload(keys)
        rules = self.promotions.of(shop, codes)
        known = self.customers.get((shop, customer_id)) if customer_id and any(x.terms.groups for x in rules) else None
        return Catalogue(
            self.shops.get(shop), {sku: self.products.get((shop, sku)) for shop, sku in keys},
            {sku: self.left(sku) for _, sku in keys}, rules,
            lambda rule_id: self.promotions.used_by(shop, customer_id, rule_id),
            frozenset(known.groups) if known else frozenset(),
        )

    def left(self, sku: str) -> int:
        """What is free of a product."""
        return self.stock.get((self.shop, sku)) or 0

    def move_stock(self, sku: str, change: int, cause: str, order_id: Any = None) -> StockChanged:
        """Changes the available stock and writes the movement with its cause."""
        available = self.left(sku) + change
        self.stock.save((self.shop, sku), available)
        self.movements.add(shop=self.shop, sku=sku, change=change, cause=cause, order_id=order_id, at=self.now)
        return StockChanged(sku=sku, change=change, available=available, cause=cause, order_id=order_id)

    def take_stock(self, order: Order, cause: str) -> list[Event]:
        """Sets aside what is there for an order; for what is missing it waits its turn."""
        taken = [self.move_stock(sku, -count, cause, order.order_id) for sku, count in order.held.items() if count]
        return [*taken, *self._wait(order)]

    def _wait(self, order: Order) -> Iterable[Event]:
        for sku in dict.fromkeys(line.sku for line in order.lines if line.missing):
            queue = joined(self.waiting.get((self.shop, sku)) or (), order, sku)
            self.waiting.save((self.shop, sku), queue)
            self.stock.save((self.shop, sku), self.left(sku))  # so that there is a row that others lock
            yield StockShort(sku=sku, missing=lacking(queue, order.order_id), order_id=order.order_id)

    def give_back(self, order: Order, cause: str) -> list[Event]:
        """What an order held is free again, for those who wait first; it waits no more itself."""
        for sku in order.held:
            self.waiting.save((self.shop, sku), left_by(self.waiting.get((self.shop, sku)) or (), order.order_id))
        held = {sku: count for sku, count in order.held.items() if count}
        back: list[Event] = [self.move_stock(sku, count, cause, order.order_id) for sku, count in held.items()]
        return [*back, *(event for sku in held for event in self.serve(sku))]

    def refund(self, order: Order, refund: Refund, command: CreateRefund | CompleteReturn) -> list[Event]:
        """What a refund brings beside itself: pieces that go back, and the voucher instead of the money."""
        told = self.take_back(order, refund, command.name)
        voucher = as_voucher(order, refund)
        return [*told, self.promotions.give(order, voucher, command.by)] if voucher else told

    def take_back(self, order: Order, refund: Refund, cause: str) -> list[Event]:
        """What a refund gives up of an order (as it was before): what was missing is waited for no more, what goes back
        is free again, for those who wait first.
        """
        for line in refund.lines:
            key, dropped = (self.shop, order.lines[line.number - 1].sku), line.released - line.restocked
            if order.lines[line.number - 1].missing and dropped:
                queue = self.waiting.get(key) or ()
                self.waiting.save(key, waiting_less(queue, order.order_id, line.number - 1, dropped))
        back = [(order.lines[line.number - 1].sku, line.restocked) for line in refund.lines if line.restocked]
        moved: list[Event] = [self.move_stock(sku, count, cause, order.order_id) for sku, count in back]
        return [*moved, *(event for sku in dict(back) for event in self.serve(sku))]

    def serve(self, sku: str) -> list[Event]:
        """Gives what is free of a product to those who wait for it, in the order of placing, and tells who."""
        queue, got = served(self.waiting.get((self.shop, sku)) or (), self.left(sku))
        if not got:
            return []
        self.waiting.save((self.shop, sku), queue)
        moved = [self.move_stock(sku, -count, RESERVED, order_id) for order_id, count in got.items()]
        return [*moved, self._reserved(sku, got)]

    def _reserved(self, sku: str, got: Mapping[UUID, int]) -> StockReserved:
        queue = self.waiting.get((self.shop, sku)) or ()
        still = self.waiting.still(got)
        return StockReserved(
            sku=sku, available=self.left(sku), filled=[order_id for order_id in got if order_id not in still],
            reservations=[
                Reservation(order_id=order_id, quantity=count, missing=lacking(queue, order_id))
                for order_id, count in got.items()
            ],
        )

    def next_number(self, shop: Shop, kind: DocumentKind) -> str:
        """The next number of a kind of document, as it will be printed."""
        self.shops.lock([shop.key])
        held = self.shops.get(shop.key) or shop
        series, year = held.numbering[kind], held.year(self.now)
        return series.text(self.counters.next((shop.key, *series.key(kind, year))), year)

    def given_numbers(self) -> Given:
        """What the shop of the message in hand has numbered so far."""
        return Given(
            last=lambda key: self.counters.get((self.shop, *key)) or 0,
            numbers=lambda kind, prefix: self.orders.numbers(self.shop, kind, prefix),
        )


def _references(batch: Sequence[Arrived]) -> list[tuple[str, str]]:
    """What new orders are to be called, by shop."""
    return [(envelope.shop, message.reference) for envelope, message in batch if isinstance(message, PlaceOrder)]


Reached = tuple[str, Order | None, State]
"""A shop, an order of it if it is there already, and a state that it may come to."""


def _goal(message: PlaceOrder | TransitionOrder | RecordPayment, order: Order | None, graph: Graph) -> str | None:
    """The state that a message is to bring an order to."""
    if isinstance(message, PlaceOrder):
        return message.initial_state
    if isinstance(message, TransitionOrder):
        return message.to
    here = graph.get(order.state) if order else None
    return here.when_paid if here else None
