"""What a handler of `orders` may touch during one message. Locks in one order: orders, stock, shops (for numbers)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.orders.domain.lifecycle import missing_documents
from services.orders.domain.numbering import Given
from services.orders.domain.order import Shop
from services.orders.domain.placing import Catalogue
from services.orders.domain.states import DEFAULT_STATES, State
from services.orders.store.catalogue import Counters, Key, Products, Shops, Stock
from services.orders.store.orders import Orders
from services.orders.store.tables import stock_movements
from shared.contracts.house import EraseCustomer
from shared.contracts.orders import (
    AdjustStock,
    PlaceOrder,
    PutShop,
    RecordPayment,
    SetStock,
    StockChanged,
    TransitionOrder,
)
from shared.contracts.values import DocumentKind
from shared.runtime.store import Arrived, Ledger, UnitOfWork


class Work(UnitOfWork):
    """The unit of work."""

    states: Mapping[str, State] = DEFAULT_STATES

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        super().__init__(connection, adapters)
        self.shops = self.part(Shops(connection))
        self.products = self.part(Products(connection))
        self.orders = self.part(Orders(connection, self.shops))
        self.stock = self.part(Stock(connection))
        self.movements = self.part(Ledger(connection, stock_movements))
        self.counters = self.part(Counters(connection))

    def preload(self, batch: Sequence[Arrived]) -> None:
        """Locks all that a batch will change, kind by kind: two batches never wait for each other in a circle."""
        self.orders.preload(self._order_ids(batch))
        self.stock.preload(self._stock_keys(batch))
        self.shops.lock(self._numbering_shops(batch))

    def _order_ids(self, batch: Sequence[Arrived]) -> Iterator[UUID]:
        for envelope, message in batch:
            if isinstance(message, PlaceOrder | TransitionOrder | RecordPayment):
                yield message.order_id
            elif isinstance(message, EraseCustomer):
                yield from self.orders.of_customer(envelope.shop, message.customer_id)

    def _stock_keys(self, batch: Sequence[Arrived]) -> Iterator[Key]:
        for envelope, message in batch:
            if isinstance(message, SetStock | AdjustStock):
                yield envelope.shop, message.sku
            elif isinstance(message, PlaceOrder):
                yield from ((envelope.shop, line.sku) for line in message.lines)
            elif isinstance(message, TransitionOrder):
                order, state = self.orders.get(message.order_id), self.states.get(message.to)
                if order and state and state.has("restock"):
                    yield from ((order.shop.key, line.sku) for line in order.lines)

    def _numbering_shops(self, batch: Sequence[Arrived]) -> Iterator[str]:
        """Those that change their series, and those that will issue documents; an order may come with this batch."""
        for envelope, message in batch:
            state = self.states.get(message.to) if isinstance(message, TransitionOrder) else None
            if isinstance(message, PutShop):
                yield envelope.shop
            elif isinstance(message, TransitionOrder) and state:
                order = self.orders.get(message.order_id)
                if missing_documents(order, state) if order else state.has("invoice") or state.has("delivery_slip"):
                    yield envelope.shop

    def catalogue(self, skus: Sequence[str]) -> Catalogue:
        """Shop, products and stock that a new order needs; the stock is locked."""
        keys = [(self.shop, sku) for sku in sorted(set(skus))]
        self.products.preload(keys)
        self.stock.preload(keys)
        return Catalogue(
            self.shops.get(self.shop),
            {sku: self.products.get((shop, sku)) for shop, sku in keys},
            {sku: self.stock.get((shop, sku)) or 0 for shop, sku in keys},
        )

    def move_stock(self, sku: str, change: int, cause: str, order_id: Any = None) -> StockChanged:
        """Changes the available stock and writes the movement with its cause."""
        available = (self.stock.get((self.shop, sku)) or 0) + change
        self.stock.save((self.shop, sku), available)
        self.movements.add(shop=self.shop, sku=sku, change=change, cause=cause, order_id=order_id, at=self.now)
        return StockChanged(sku=sku, change=change, available=available, cause=cause, order_id=order_id)

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
