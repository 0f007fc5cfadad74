"""The unit of work of `orders`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from services.orders.domain.backorder import Queue
from services.orders.domain.cart_rules import CartRule
from services.orders.domain.detail import OrderContext
from services.orders.domain.documents import NextNumber
from services.orders.domain.money import foreign_price
from services.orders.domain.numbering import IssuedNumbers
from services.orders.domain.offer import Catalogue
from services.orders.domain.order import Order
from services.orders.domain.rule_uses import RuleChanges
from services.orders.domain.shop import Product, Shop
from services.orders.domain.states import Graph
from services.orders.domain.stock_moves import StockMoves
from services.orders.domain.vouchers import Use
from services.orders.store.cart_rules import Buyers, CartRules, Uses
from services.orders.store.catalogue import (
    Counters,
    Movements,
    Products,
    Shops,
    Stock,
    language_of,
)
from services.orders.store.catalogue_tables import stock_movements
from services.orders.store.customers import Carts, Customers, ErasedCustomers
from services.orders.store.listing import Listing, Messages
from services.orders.store.orders import Orders
from services.orders.store.states import States
from services.orders.store.store_credit import Accounts
from services.orders.store.tables import order_messages
from services.orders.store.waiting import Waiting
from services.orders.work.credit_slips import CreditSlips
from services.orders.work.kinds import (
    ACCOUNTS,
    BUYERS,
    CUSTOMERS,
    GRAPHS,
    LOCK_ORDER,
    OFFERED,
    OFFERS,
    ORDERS,
    PRODUCTS,
    REFERENCES,
    RULES,
    SHOPS,
    SLIPS,
    STOCK,
    USES,
    WAITING,
)
from shared.contracts.message import CommandOrQuery, Event
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind
from shared.runtime.handlers import Aggregate
from shared.runtime.storage.locks import LockKind, Taker
from shared.runtime.storage.unit_of_work import LockedPart, Part, UnitOfWork, locked_store, store


class Work(UnitOfWork):
    """The stores of `orders`, and queries over several of them."""

    lock_order = LOCK_ORDER

    shops = locked_store(Shops, SHOPS)
    states = store(States)
    products = locked_store(Products, PRODUCTS)
    orders = LockedPart(
        lambda work: Orders(work.connection, work.shops, lambda key: work.waiting.get(key) or ()),
        ORDERS,
    )
    stock = locked_store(Stock, STOCK)
    waiting = store(Waiting)  # written after the orders that its rows belong to
    movements = Part(lambda work: Movements(work.connection, stock_movements))
    counters = store(Counters)
    rules = locked_store(CartRules, RULES)
    uses = store(Uses)
    buyers = LockedPart(lambda work: Buyers(work.connection, work.uses), BUYERS)
    accounts = locked_store(Accounts, ACCOUNTS)
    customers = locked_store(Customers, CUSTOMERS)
    carts = store(Carts)
    erased_customers = store(ErasedCustomers)
    messages = Part(lambda work: Messages(work.connection, order_messages))
    takers: ClassVar[Mapping[LockKind[Any], Taker]] = {
        REFERENCES: lambda work, references: work.orders.read_references(references),
        SLIPS: lambda work, numbers: work.credit_slips.read(numbers),
        OFFERS: lambda work, codes: work.rules.read_offers(codes),
        OFFERED: lambda work, products: work.products.preload(products),
        WAITING: lambda work, products: work.waiting.preload(products),
        USES: lambda work, orders: work.uses.preload(orders),
        GRAPHS: lambda work, shops: work.states.forget(shops),
    }

    @cached_property
    def listing(self) -> Listing:
        """Return the queries for lists of orders."""
        return Listing(self.connection)

    @cached_property
    def credit_slips(self) -> CreditSlips:
        """Return the credit slips of shops, by number."""
        return CreditSlips(self.shops, self.orders)

    @property
    def settings(self) -> Shop:
        """The settings of the shop of the current message, which must be stored."""
        shop = self.shops.get(self.shop)
        if shop is None:
            raise LookupError(f"The shop '{self.shop}' is not stored.")
        return shop

    @property
    def timezone(self) -> str:
        """The time zone of the shop of the current message; UTC before its profile arrived."""
        shop = self.shops.get(self.shop)
        return shop.timezone if shop else "UTC"

    @property
    def shop_language(self) -> str:
        """The language of the shop of the current message; English before its profile arrived."""
        return language_of(self.connection, self.shop) or "en"

    @property
    def graph(self) -> Graph:
        """The states and transitions of the shop of the current message."""
        return self.states.graph(self.shop)

    @property
    def numbers(self) -> NextNumber:
        """A function that returns the shop's next number of a kind of document."""
        return self._next_number

    def context(self, order: Order, language: str | None = None) -> OrderContext:
        """Return the data for the view of an order; states are named in a language, else in the
        order's.
        """
        messages, new_customer = self.listing.around(order.order_id)
        return OrderContext(self.graph, messages, new_customer, language or order.language)

    def order(self, order_id: UUID) -> Order | None:
        """Return the order, if it belongs to the shop of the current message."""
        return self._of_shop(self.orders.get(order_id))

    def stored_order(self, order_id: UUID) -> Order | None:
        """Return the order without the stock that its lines wait for, if it belongs to the shop of
        the current message.
        """
        return self._of_shop(self.orders.stored(order_id))

    def _of_shop(self, order: Order | None) -> Order | None:
        if order is None or order.shop.key != self.shop:
            return None
        return order

    def language(self, stated: str | None, customer_id: str | None = None) -> str:
        """Return the stated language, else that of the customer, else that of the shop."""
        if stated:
            return stated
        known = self.customers.get((self.shop, customer_id)) if customer_id else None
        if known:
            return known.language
        shop = self.shops.get(self.shop)
        return shop.default_language if shop else "en"

    def catalogue(
        self, skus: Iterable[str], codes: Collection[str] = (), customer_id: str | None = None
    ) -> Catalogue:
        """Return the data for a price; stock and limited rules are locked."""
        shop = self.shop
        wanted = {*skus}
        wanted.update(
            rule.terms.gift_sku for rule in self.rules.of(shop, codes) if rule.terms.gift_sku
        )
        products = self.sold(wanted)
        rules = self._countable_rules(shop, customer_id, codes)
        known = None
        if customer_id and any(rule.terms.groups for rule in rules):
            known = self.customers.get((shop, customer_id))
        return Catalogue(
            self.shops.get(shop),
            products,
            {sku: self.left(sku) for sku in products},
            rules,
            lambda rule_id: self.used_by(rule_id, customer_id),
            frozenset(known.groups if known else ()),
        )

    def sold(self, skus: Iterable[str]) -> Mapping[str, Product | None]:
        """Return products of the shop; their stock is locked."""
        keys = sorted({(self.shop, sku) for sku in skus})
        self.products.preload(keys)
        self.stock.preload(keys)
        return {sku: self.products.get((shop, sku)) for shop, sku in keys}

    # --- the rules, as `rule_uses` reads them -----------------------------------------------------

    def rule(self, rule_id: UUID) -> CartRule | None:
        """Return a rule of the shop, under its lock."""
        self.rules.lock([(self.shop, rule_id)])
        return self.rules.get((self.shop, rule_id))

    def uses_of(self, order_id: UUID) -> Sequence[Use]:
        """Return the uses of rules by an order; the rules are locked."""
        key = (self.shop, order_id)
        self.rules.lock(self.uses.rules_of(key))
        return self.uses.get(key) or ()

    def used_by(self, rule_id: UUID, customer_id: str | None) -> int:
        """Return how often a customer used a rule."""
        return self.buyers.get((self.shop, rule_id, customer_id)) or 0 if customer_id else 0

    def save_rules(self, changes: RuleChanges, order: Order | None = None) -> list[Event]:
        """Save decided changes of rules and of their uses by an order; return their events."""
        for rule_id, rule in changes.rules.items():
            self.rules.save((self.shop, rule_id), rule)
        for buyer, count in changes.buyers.items():
            self.buyers.save((self.shop, *buyer), count)
        if order is not None and changes.uses is not None:
            self.uses.save((self.shop, order.order_id), changes.uses)
        return [*changes.events]

    def _countable_rules(
        self, shop: str, customer_id: str | None, codes: Collection[str]
    ) -> list[CartRule]:
        """Return the rules that may count for a customer's cart, as they are under their locks."""
        counted = (rule for rule in self.rules.of(shop, codes) if rule.counts_for(customer_id))
        self.rules.lock((shop, rule.rule_id) for rule in counted)
        return self.rules.of(shop, codes)

    # --- the stock, as `stock_moves` reads it ----------------------------------------------------

    def left(self, sku: str) -> int:
        """Return the pieces of a product that are available."""
        return self.stock.get((self.shop, sku)) or 0

    def queue(self, sku: str) -> Queue:
        """Return the orders that wait for a product."""
        return self.waiting.get((self.shop, sku)) or ()

    def queues_of(self, orders: Collection[UUID]) -> Mapping[str, Queue]:
        """Return the queues, by SKU, in which some orders wait."""
        return self.waiting.queues_of(self.shop, orders)

    def save_stock(self, moves: StockMoves) -> list[Event]:
        """Save decided changes of stock; return their events."""
        for sku, level in moves.levels.items():
            self.stock.save((self.shop, sku), level)
        for sku, queue in moves.queues.items():
            self.waiting.save((self.shop, sku), queue)
        for movement in moves.movements:
            self.movements.add(shop=self.shop, at=self.now, **vars(movement))
        return [*moves.events]

    def _next_number(self, kind: DocumentKind) -> str:
        """Return the next number of a kind of document, as printed."""
        self.shops.lock([self.shop])
        shop = self.settings
        series, year = shop.numbering[kind], shop.year(self.now)
        return series.format(self.counters.next((self.shop, *series.key(kind, year))), year)

    def issued_numbers(self) -> IssuedNumbers:
        """Return the numbers that the shop of the current message has issued."""
        return IssuedNumbers(
            last=lambda key: self.counters.get((self.shop, *key)) or 0,
            numbers=lambda kind, prefix: self.orders.numbers(self.shop, kind, prefix),
        )


def _in_other_currency(order: Order, message: CommandOrQuery) -> Reason | None:
    return foreign_price(message, order.currency)


ORDER = Aggregate("order", Work.order, ORDERS, _in_other_currency)
STORED_ORDER = Aggregate("order", Work.stored_order, ORDERS)
"""For commands that do not depend on stock: the queues of waiting orders are not read."""
