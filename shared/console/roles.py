"""The roles of people, and what each role may do: the only place that decides it."""

from collections.abc import Iterable

LOOK = "look"  # see every screen but those of operation
DESK = "desk"  # answer customers
ORDERS = "orders"  # change orders, customers, vouchers and stock
DEFINE = "define"  # change templates, states, rules and settings
FORCE = "force"  # move an order against the graph
LARGE_REFUNDS = "large_refunds"  # refund more than the setting allows
PRIVACY = "privacy"  # export and erase the personal data of customers
OPERATE = "operate"  # see queues and events; replay and drop dead letters

PERMISSIONS: dict[str, frozenset[str]] = {
    "look": frozenset({LOOK}),
    "desk": frozenset({LOOK, DESK}),
    "orders": frozenset({LOOK, ORDERS}),
    "manager": frozenset({LOOK, DESK, ORDERS, DEFINE, FORCE, LARGE_REFUNDS, PRIVACY}),
    "operator": frozenset({LOOK, OPERATE}),
}
"""What each role may do. A user may have several roles."""


def permissions(roles: Iterable[str]) -> frozenset[str]:
    """Return what the roles allow together; unknown roles allow nothing."""
    granted: set[str] = set()
    for role in roles:
        granted |= PERMISSIONS.get(role, frozenset())
    return frozenset(granted)
