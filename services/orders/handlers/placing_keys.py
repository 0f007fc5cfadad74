"""The rows that `order.place` locks."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from services.orders.domain.cart_rules import CartRule
from services.orders.domain.credit_changes import key_of
from services.orders.domain.placing import is_with_credit
from services.orders.domain.state_documents import missing_documents
from services.orders.domain.store_credit import Key as AccountKey
from services.orders.domain.vouchers import made_with
from services.orders.handlers.keys import lines, states_of_placing
from services.orders.store.cart_rules import BuyerKey, RuleKey
from services.orders.store.catalogue import Key
from services.orders.work import Work
from services.orders.work.kinds import (
    ACCOUNTS,
    BUYERS,
    CUSTOMERS,
    OFFERED,
    OFFERS,
    ORDERS,
    REFERENCES,
    RULES,
    SHOPS,
    SLIPS,
    STOCK,
    WAITING,
    Named,
)
from shared.contracts.envelope import Envelope
from shared.contracts.orders import PlaceOrder
from shared.runtime.storage.locks import Locks


def reference(command: PlaceOrder, at: Envelope, _work: Work) -> Iterable[Named]:
    """Return the reference of the order."""
    return [(at.shop, command.reference)]


def codes(command: PlaceOrder, at: Envelope, _work: Work) -> Iterable[Named]:
    """Return the codes that the customer gives: vouchers or credit slips."""
    return [(at.shop, code) for code in command.voucher_codes]


def offers(command: PlaceOrder, at: Envelope, work: Work) -> Iterable[Named]:
    """Return the codes, and the empty one for the rules that need none."""
    return [(at.shop, ""), *codes(command, at, work)]


def orders(command: PlaceOrder, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the new order, and the orders of credit slips that pay for it."""
    return [command.order_id, *work.credit_slips.find(at.shop, command.voucher_codes).values()]


def products(command: PlaceOrder, at: Envelope, work: Work) -> Iterator[Key]:
    """Return the products of the order, and those that rules may give for it."""
    for line in command.lines:
        yield at.shop, line.sku
    for rule in _rules(command, at, work):
        if rule.terms.gift_sku:
            yield at.shop, rule.terms.gift_sku


def limited_rules(command: PlaceOrder, at: Envelope, work: Work) -> Iterable[RuleKey]:
    """Return the rules of which the order may use up one of a limited number of uses, and the
    vouchers that are made with it.
    """
    customer_id = command.customer.customer_id
    found = [rule for rule in _rules(command, at, work) if rule.counts_for(customer_id)]
    return [(at.shop, rule.rule_id) for rule in [*found, *made_with(command)]]


def buyers(command: PlaceOrder, at: Envelope, work: Work) -> Iterable[BuyerKey]:
    """Return the customer for each rule with a limit per customer."""
    customer_id = command.customer.customer_id
    rules = [*_rules(command, at, work), *made_with(command)]
    found = (rule for rule in rules if rule.limited_per_customer)
    return [(at.shop, rule.rule_id, customer_id) for rule in found]


def accounts(command: PlaceOrder, at: Envelope, work: Work) -> Iterator[AccountKey]:
    """Return the accounts that the order is paid from."""
    slips = work.credit_slips.find(at.shop, command.voucher_codes)
    if slips or is_with_credit(command):
        yield at.shop, command.customer.customer_id, command.currency
    for order_id in slips.values():
        order = work.orders.stored(order_id)
        if order:
            yield key_of(order)


def customer(command: PlaceOrder, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the customer; the order may create their record."""
    return [(at.shop, command.customer.customer_id)]


def numbering_shop(command: PlaceOrder, at: Envelope, work: Work) -> Iterable[str]:
    """Return the shop if a state that the order may reach issues documents."""
    states = states_of_placing(command, at, work)
    return [at.shop] if any(missing_documents(None, state) for state in states) else []


def _rules(command: PlaceOrder, at: Envelope, work: Work) -> list[CartRule]:
    return work.rules.of(at.shop, command.voucher_codes)


PLACING: Locks[PlaceOrder, Work] = [
    REFERENCES.of(reference),
    SLIPS.of(codes),
    ORDERS.of(orders),
    OFFERS.of(offers),
    STOCK.of(products),
    OFFERED.of(products),
    WAITING.of(lines),
    RULES.of(limited_rules),
    BUYERS.of(buyers),
    ACCOUNTS.of(accounts),
    CUSTOMERS.of(customer),
    SHOPS.of(numbering_shop),
]
