"""The kinds of locks of `orders`, in the order in which every batch takes them.

Some only read ahead, for a whole batch at once, what the keys of later kinds are found by.
"""

from uuid import UUID

from services.orders.domain.store_credit import Key as AccountKey
from services.orders.store.cart_rules import BuyerKey, OrderKey, RuleKey
from services.orders.store.catalogue import Key as ProductKey
from services.orders.store.customers import Key as CustomerKey
from shared.runtime.storage.locks import LockKind

Named = tuple[str, str]
"""Shop, and a reference or a code."""

REFERENCES = LockKind[Named]("references")
"""Read ahead: which references of shops are taken."""
SLIPS = LockKind[Named]("credit slips")
"""Read ahead: the orders of the credit slips among some codes."""
ORDERS = LockKind[UUID]("orders")
PRODUCTS = LockKind[ProductKey]("products")
OFFERS = LockKind[Named]("offers")
"""Read ahead: the rules with a code, and those of a shop that need none (an empty code)."""
STOCK = LockKind[ProductKey]("stock")
OFFERED = LockKind[ProductKey]("offered products")
"""Read ahead, under the lock of their stock: no lock waits for a change of their prices."""
WAITING = LockKind[ProductKey]("waiting orders")
"""Read ahead: the lock of the stock guards them."""
USES = LockKind[OrderKey]("uses of rules")
"""Read ahead: the lock of the order guards them."""
RULES = LockKind[RuleKey]("cart rules")
BUYERS = LockKind[BuyerKey]("buyers")
ACCOUNTS = LockKind[AccountKey]("store credit")
CUSTOMERS = LockKind[CustomerKey]("customers")
SHOPS = LockKind[str]("shops")
"""A shop's row is the lock of its numbers too: taken last, and shortly."""
GRAPHS = LockKind[str]("states")
"""Read again: the lock of the shop guards them."""

LOCK_ORDER = (
    REFERENCES,
    SLIPS,
    ORDERS,
    PRODUCTS,
    OFFERS,
    STOCK,
    OFFERED,
    WAITING,
    USES,
    RULES,
    BUYERS,
    ACCOUNTS,
    CUSTOMERS,
    SHOPS,
    GRAPHS,
)
