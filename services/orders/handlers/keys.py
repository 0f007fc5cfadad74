"""Keys to lock for commands about an order, beside the order itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from services.orders.domain.credit_changes import key_of
from services.orders.domain.moves import where_paid
from services.orders.domain.order import Order
from services.orders.domain.placing import is_with_credit
from services.orders.domain.state_documents import missing_documents
from services.orders.domain.states import Graph, State
from services.orders.domain.store_credit import Key as AccountKey
from services.orders.store.cart_rules import BuyerKey, OrderKey, RuleKey
from services.orders.store.catalogue import Key
from services.orders.work import Work
from services.orders.work.kinds import (
    ACCOUNTS,
    BUYERS,
    CUSTOMERS,
    RULES,
    SHOPS,
    STOCK,
    USES,
    WAITING,
)
from shared.contracts.envelope import Envelope
from shared.contracts.orders import PlaceOrder, RecordPayment, TransitionOrder, UseStoreCredit
from shared.runtime.storage.locks import Lock, Locks

K = TypeVar("K")


class AboutOrder(Protocol):
    """A message about one order."""

    @property
    def order_id(self) -> UUID: ...


class AboutCustomer(Protocol):
    """A message about one customer."""

    @property
    def customer_id(self) -> str: ...


# --- the order's parts ----------------------------------------------------------------------------


def stored_order(message: AboutOrder, at: Envelope, work: Work) -> Order | None:
    """Return the order of a message as it was stored, if the shop has it."""
    order = work.orders.stored(message.order_id)
    if order is None or order.shop.key != at.shop:
        return None
    return order


def of_order(
    keys: Callable[[Order], Iterable[K]],
) -> Callable[[AboutOrder, Envelope, Work], list[K]]:
    """Return a function that finds keys by the order of a message; an unknown order has none."""

    def find(message: AboutOrder, at: Envelope, work: Work) -> list[K]:
        order = stored_order(message, at, work)
        if order is None:
            return []
        return list(keys(order))

    return find


def _lines(order: Order) -> list[Key]:
    return [(order.shop.key, line.sku) for line in order.lines]


def _account_used(order: Order) -> Iterator[AccountKey]:
    if order.has_credit:
        yield key_of(order)


def _numbering_shop_of_edit(order: Order) -> Iterator[str]:
    if order.documents or order.shop.backorders:
        yield order.shop.key


lines = of_order(_lines)
"""Find the products of an order."""
account = of_order(lambda order: [key_of(order)])
"""Find the account of an order's customer."""
account_used = of_order(_account_used)
"""Find the account that an order was paid from, if it was."""
customer_of_order = of_order(lambda order: [(order.shop.key, order.customer.customer_id)])
"""Find the customer of an order."""
shop_of_edit = of_order(_numbering_shop_of_edit)
"""Find the shop if an edit may number documents."""


def uses(message: AboutOrder, at: Envelope, _work: Work) -> Iterable[OrderKey]:
    """Return the order as the user of cart rules."""
    return [(at.shop, message.order_id)]


def used_rules(message: AboutOrder, at: Envelope, work: Work) -> Iterable[RuleKey]:
    """Return the rules that an order used, and the vouchers for their rest."""
    return work.uses.rules_of((at.shop, message.order_id))


def buyers(message: AboutOrder, at: Envelope, work: Work) -> Iterable[BuyerKey]:
    """Return the buyers of the rules that an order used, where each has a limit."""
    found = []
    for use in work.uses.get((at.shop, message.order_id)) or ():
        rule = work.rules.get((at.shop, use.rule_id))
        if rule is not None and rule.limited_per_customer:
            found.append((at.shop, use.rule_id, use.customer_id))
    return found


def customer(message: AboutCustomer, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the customer of a message."""
    return [(at.shop, message.customer_id)]


def shop_in_hand(_message: object, at: Envelope, _work: Work) -> Iterable[str]:
    """Return the shop of a message."""
    return [at.shop]


# --- the states that an order may come to ---------------------------------------------------------


Moving = TransitionOrder | RecordPayment | UseStoreCredit


def states_of_placing(command: PlaceOrder, at: Envelope, work: Work) -> Sequence[State]:
    """Return the states that a new order may come to."""
    graph = work.states.graph(at.shop)
    states = _states(command.initial_state, graph)
    wanted = graph.get(command.initial_state)
    if wanted and is_with_credit(command):
        paid = where_paid(wanted, graph)
        if paid:
            states.append(paid)
    return states


def _states(goal: str, graph: Graph) -> list[State]:
    """Return a state and the one that an order comes to in its place for want of stock."""
    found = []
    wanted = graph.get(goal)
    if wanted:
        found.append(wanted)
        short = graph.get(wanted.when_short or "")
        if short:
            found.append(short)
    return found


def _states_of(message: Moving, order: Order, work: Work) -> list[State]:
    graph = work.states.graph(order.shop.key)
    if isinstance(message, TransitionOrder):
        return _states(message.to, graph)
    here = graph.get(order.state)
    if here is None or here.when_paid is None:
        return []
    return _states(here.when_paid, graph)


def _may_give_back(message: Moving, order: Order, work: Work) -> bool:
    """Return whether an order may give its goods back in a state, or take them again."""
    return any(_gives_back(order, state) for state in _states_of(message, order, work))


def _gives_back(order: Order, state: State) -> bool:
    return state.has("restock") or state.ends or not order.holds_stock


def if_returned(
    keys: Callable[[AboutOrder, Envelope, Work], Iterable[K]],
) -> Callable[[Moving, Envelope, Work], Iterable[K]]:
    """Return a function that finds the same keys if the order may give its goods back, or take them
    again; else none.
    """

    def find(message: Moving, at: Envelope, work: Work) -> Iterable[K]:
        order = stored_order(message, at, work)
        if order is None or not _may_give_back(message, order, work):
            return ()
        return keys(message, at, work)

    return find


def numbering_shop(message: Moving, at: Envelope, work: Work) -> Iterable[str]:
    """Return the shop if a state that an order may reach issues documents."""
    order = stored_order(message, at, work)
    if order is None:
        return []
    invoiced = bool(order.issued("invoice"))
    for state in _states_of(message, order, work):
        if missing_documents(order, state) or (invoiced and _gives_back(order, state)):
            return [at.shop]
    return []


class Refunding(AboutOrder, Protocol):
    """A command that may refund an order to store credit."""

    @property
    def to_store_credit(self) -> bool: ...


def account_of_refund(command: Refunding, at: Envelope, work: Work) -> Iterable[AccountKey]:
    """Return the account that a refund goes to, if it is one or the order was paid from it."""
    if command.to_store_credit:
        return account(command, at, work)
    return account_used(command, at, work)


# --- declarations ---------------------------------------------------------------------------------

MOVES: Locks[Moving, Work] = [
    STOCK.of(if_returned(lines)),
    WAITING.of(lines),
    USES.of(if_returned(uses)),
    RULES.of(if_returned(used_rules)),
    BUYERS.of(if_returned(buyers)),
    ACCOUNTS.of(account_used),
    SHOPS.of(numbering_shop),
]
"""Locks for an order that may change its state."""
EDITS: Locks[AboutOrder, Work] = [
    STOCK.of(lines),
    WAITING.of(lines),
    USES.of(uses),
    RULES.of(used_rules),
    BUYERS.of(buyers),
    SHOPS.of(shop_of_edit),
]
"""Locks for a change of lines, discounts or amounts."""
REFUNDS: Locks[AboutOrder, Work] = [
    STOCK.of(lines),
    WAITING.of(lines),
    SHOPS.of(shop_in_hand),
]
"""Locks for a refund."""
CUSTOMER: Lock[AboutOrder, Work] = CUSTOMERS.of(customer_of_order)
"""The lock on the customer of the order, to store an address."""
NUMBERS: Lock[object, Work] = SHOPS.of(shop_in_hand)
"""The lock on the shop, for the numbers of its documents."""
