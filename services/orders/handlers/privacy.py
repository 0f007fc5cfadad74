"""Export and erasure of a customer's personal data."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.orders.domain import privacy
from services.orders.domain.detail import detail
from services.orders.domain.order import NOBODY, Order
from services.orders.domain.store_credit import account_view, entry_view
from services.orders.handlers.keys import customer
from services.orders.store.cart_rules import RuleKey
from services.orders.work import Work
from services.orders.work.kinds import CUSTOMERS, ORDERS, RULES
from shared.contracts.common import EraseCustomer, ExportCustomer
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event, Value
from shared.runtime.handlers import Handlers

service = Handlers[Work]()

MOST_CARTS = 1000  # told of one customer
MOST_ENTRIES = 10_000


def orders_of_customer(
    command: EraseCustomer | ExportCustomer, at: Envelope, work: Work
) -> Iterable[UUID]:
    """Return the orders of a customer."""
    if command.customer_id == NOBODY.customer_id:
        return []
    return work.orders.of_customer(at.shop, command.customer_id)


def rules_of_customer(command: EraseCustomer, at: Envelope, work: Work) -> Iterable[RuleKey]:
    """Return the rules that are for a customer alone."""
    found = work.rules.of_customer(at.shop, command.customer_id)
    return [(at.shop, rule.rule_id) for rule in found]


@service.handles(
    EraseCustomer,
    locks=[
        ORDERS.of(orders_of_customer),
        RULES.of(rules_of_customer),
        CUSTOMERS.of(customer),
    ],
)
def erase_customer(command: EraseCustomer, work: Work) -> Iterable[Event]:
    """Anonymise the orders of a customer, except for those that the law requires to retain."""
    beside = {kind: len(values) for kind, values in _known(command, work).items()}
    accounts = len(work.accounts.of_customer(work.shop, command.customer_id))
    erasure = privacy.erase(
        command.customer_id, _orders(command, work), work.graph, work.now, beside, accounts=accounts
    )
    for order in erasure.orders:
        work.orders.save(order.order_id, order)
    if erasure.profile_erased:
        work.erased_customers.add(work.shop, command.customer_id)
    return [erasure.event]


@service.handles(ExportCustomer, locks=[ORDERS.of(orders_of_customer), CUSTOMERS.of(customer)])
def export_customer(command: ExportCustomer, work: Work) -> Iterable[Event]:
    """Return all orders of the customer, and the other data stored about them."""
    orders = [detail(order, work.context(order)) for order in _orders(command, work)]
    return privacy.export(
        command.customer_id, orders, {**_known(command, work), **_store_credit(command, work)}
    )


def _known(command: EraseCustomer | ExportCustomer, work: Work) -> Mapping[str, Sequence[Value]]:
    if command.customer_id == NOBODY.customer_id:
        return {}
    customer = work.customers.get((work.shop, command.customer_id))
    carts = work.carts.of(work.shop, command.customer_id, after=None, limit=MOST_CARTS)
    known: dict[str, Sequence[Value]] = {
        "customers": [customer] if customer else [],
        "carts": [cart.view() for cart in carts],
        "vouchers": [rule.terms for rule in work.rules.of_customer(work.shop, command.customer_id)],
    }
    return {kind: values for kind, values in known.items() if values}


def _store_credit(command: ExportCustomer, work: Work) -> Mapping[str, Sequence[Value]]:
    """Return the customer's store credit and its ledger."""
    accounts = work.accounts.of_customer(work.shop, command.customer_id)
    if not accounts:
        return {}
    entries = work.accounts.entries(work.shop, command.customer_id, None, MOST_ENTRIES)
    return {
        "store_credit_accounts": list(map(account_view, accounts)),
        "store_credit_entries": [
            entry_view(entry, currency) for _, currency, entry in entries[:MOST_ENTRIES]
        ],
    }


def _orders(command: EraseCustomer | ExportCustomer, work: Work) -> list[Order]:
    if command.customer_id == NOBODY.customer_id:
        return []
    ids = work.orders.of_customer(work.shop, command.customer_id)
    work.orders.preload(ids)
    found = filter(None, map(work.orders.get, ids))
    return [order for order in found if order.customer.customer_id == command.customer_id]
