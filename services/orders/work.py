"""What a handler of `orders` may touch during one message. Locks in one order: orders, stock, counters."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from services.orders.domain.documents import number_text
from services.orders.domain.lifecycle import missing_documents
from services.orders.domain.order import Shop
from services.orders.domain.placing import Catalogue
from services.orders.domain.states import DEFAULT_STATES, State
from services.orders.store.catalogue import Counters, Products, Shops, Stock
from services.orders.store.listing import Listing, Messages
from services.orders.store.orders import Orders
from services.orders.store.people import Acquaintances, Carts, Customers
from services.orders.store.tables import order_messages, stock_movements
from shared.contracts.message import Message
from shared.contracts.orders import PlaceOrder, RecordPayment, SetNote, SetStock, StockChanged, TransitionOrder
from shared.contracts.values import DocumentKind
from shared.runtime.store import Ledger, UnitOfWork


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
        self.customers = self.part(Customers(connection))
        self.acquaintances = self.part(Acquaintances(connection))
        self.carts = self.part(Carts(connection))
        self.messages = self.part(Messages(connection, order_messages))
        self.listing = Listing(connection)

    def preload(self, messages: Sequence[Message]) -> None:
        """Locks all that a batch will change, kind by kind: two batches never wait for each other in a circle."""
        self.orders.preload(
            message.order_id
            for message in messages
            if isinstance(message, PlaceOrder | TransitionOrder | RecordPayment | SetNote)
        )
        moves = [message for message in messages if isinstance(message, TransitionOrder)]
        moved = [(self.orders.get(move.order_id), self.states.get(move.to)) for move in moves]
        reached = [(order, state) for order, state in moved if order and state]
        self.stock.lock([
            *(message.sku for message in messages if isinstance(message, SetStock)),
            *(line.sku for message in messages if isinstance(message, PlaceOrder) for line in message.lines),
            *(line.sku for order, state in reached if state.has("restock") for line in order.lines),
        ])
        self.counters.lock(order.shop.key for order, state in reached if missing_documents(order, state))

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
        return number_text(shop.prefixes.get(kind, ""), self.counters.next(shop.key, kind))
