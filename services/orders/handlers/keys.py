"""Keys to lock for commands about an order, beside the order itself."""

from collections.abc import Iterable, Sequence
from typing import Protocol
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
    return order if order is not None and order.shop.key == at.shop else None


def lines(message: AboutOrder, at: Envelope, work: Work) -> Iterable[Key]:
    """Return the products of an order."""
    order = stored_order(message, at, work)
    return _lines(order) if order else []


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


def account(message: AboutOrder, at: Envelope, work: Work) -> Iterable[AccountKey]:
    """Return the account of an order's customer."""
    order = stored_order(message, at, work)
    return [key_of(order)] if order else []


def account_used(message: AboutOrder, at: Envelope, work: Work) -> Iterable[AccountKey]:
    """Return the account that an order was paid from, if it was."""
    order = stored_order(message, at, work)
    return [key_of(order)] if order and order.has_credit else []


def customer_of_order(message: AboutOrder, at: Envelope, work: Work) -> Iterable[Key]:
    """Return the customer of an order."""
    order = stored_order(message, at, work)
    return [(at.shop, order.customer.customer_id)] if order else []


def customer(message: AboutCustomer, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the customer of a message."""
    return [(at.shop, message.customer_id)]


def shop_in_hand(_message: object, at: Envelope, _work: Work) -> Iterable[str]:
    """Return the shop of a message."""
    return [at.shop]


def shop_of_edit(message: AboutOrder, at: Envelope, work: Work) -> Iterable[str]:
    """Return the shop if an edit may number documents."""
    order = stored_order(message, at, work)
    return [at.shop] if order and (order.documents or order.shop.backorders) else []


# --- the states that an order may come to ---------------------------------------------------------


Moving = TransitionOrder | RecordPayment | UseStoreCredit


def states_of_transition(command: TransitionOrder, at: Envelope, work: Work) -> Sequence[State]:
    """Return the states that an order may come to by a transition."""
    return _states(command.to, work.states.graph(at.shop))


def states_of_payment(message: AboutOrder, at: Envelope, work: Work) -> Sequence[State]:
    """Return the states that an order may come to by a payment."""
    order, graph = stored_order(message, at, work), work.states.graph(at.shop)
    here = graph.get(order.state) if order else None
    return _states(here.when_paid if here else None, graph)


def states_of_placing(command: PlaceOrder, at: Envelope, work: Work) -> Sequence[State]:
    """Return the states that a new order may come to."""
    graph = work.states.graph(at.shop)
    states = _states(command.initial_state, graph)
    wanted = graph.get(command.initial_state) if is_with_credit(command) else None
    paid = where_paid(wanted, graph) if wanted else None
    return [*states, paid] if paid else states


def _states(goal: str | None, graph: Graph) -> list[State]:
    wanted = graph.get(goal or "")
    short = graph.get(wanted.when_short or "") if wanted else None
    return [state for state in (wanted, short) if state]


def _states_of(message: Moving, at: Envelope, work: Work) -> Sequence[State]:
    if isinstance(message, TransitionOrder):
        return states_of_transition(message, at, work)
    return states_of_payment(message, at, work)


def _is_returned(message: Moving, at: Envelope, work: Work) -> Order | None:
    """Return the order, if it may give its goods back in a state, or take them again."""
    order = stored_order(message, at, work)
    states = _states_of(message, at, work)
    return order if order and any(_gives_back(order, state) for state in states) else None


def _gives_back(order: Order, state: State) -> bool:
    return state.has("restock") or state.ends or not order.holds_stock


def returned_lines(message: Moving, at: Envelope, work: Work) -> Iterable[Key]:
    """Return the products of an order that may give its goods back."""
    order = _is_returned(message, at, work)
    return _lines(order) if order else []


def returned_uses(message: Moving, at: Envelope, work: Work) -> Iterable[OrderKey]:
    """Return the order, if it may give back the rules that it used."""
    return uses(message, at, work) if _is_returned(message, at, work) else []


def returned_rules(message: Moving, at: Envelope, work: Work) -> Iterable[RuleKey]:
    """Return the rules that an order may give back."""
    return used_rules(message, at, work) if _is_returned(message, at, work) else []


def returned_buyers(message: Moving, at: Envelope, work: Work) -> Iterable[BuyerKey]:
    """Return the buyers of the rules that an order may give back."""
    return buyers(message, at, work) if _is_returned(message, at, work) else []


def numbering_shop(message: Moving, at: Envelope, work: Work) -> Iterable[str]:
    """Return the shop if a state that an order may reach issues documents."""
    order = stored_order(message, at, work)
    invoiced = bool(order and order.issued("invoice"))
    for state in _states_of(message, at, work):
        corrected = order is not None and invoiced and _gives_back(order, state)
        if corrected or missing_documents(order, state):
            return [at.shop]
    return []


def _lines(order: Order) -> list[Key]:
    return [(order.shop.key, line.sku) for line in order.lines]


class Refunding(AboutOrder, Protocol):
    """A command that may refund an order to store credit."""

    @property
    def store_credit(self) -> bool: ...


def account_of_refund(command: Refunding, at: Envelope, work: Work) -> Iterable[AccountKey]:
    """Return the account that a refund goes to, if it is one or the order was paid from it."""
    keys = account if command.store_credit else account_used
    return keys(command, at, work)


# --- declarations ---------------------------------------------------------------------------------

MOVES: Locks[Moving, Work] = [
    STOCK.of(returned_lines),
    WAITING.of(lines),
    USES.of(returned_uses),
    RULES.of(returned_rules),
    BUYERS.of(returned_buyers),
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
