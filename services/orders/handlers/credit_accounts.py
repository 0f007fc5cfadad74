"""Load and save accounts of store credit."""

from collections.abc import Iterable

from services.orders.domain.credit_changes import Holder, change_of, holder_of
from services.orders.domain.order import Order
from services.orders.domain.refund_credit import Opened
from services.orders.domain.store_credit import Account, Key, expired
from services.orders.work import Work
from shared.contracts.message import Event
from shared.contracts.orders import ExpireStoreCredit
from shared.runtime.handlers import Later


def current_account(key: Key, work: Work) -> Account:
    """Return an account without lots that expired by now."""
    return expired(work.accounts.account(key), work.now)


def save_account(account: Account, holder: Holder, work: Work) -> list[Event | Later]:
    """Save an account; return the events of its new entries, and the commands that will expire its
    new lots.
    """
    if not account.entries:
        return []
    change = change_of(work.accounts.account(account.key), account, holder)
    if change is None:
        return []
    work.accounts.save(account.key, account)
    command = ExpireStoreCredit(customer_id=account.customer_id, currency=account.currency)
    later = []
    for expiry in change.expiries:
        later.append(Later(command, expiry.at, key=f"store credit/{expiry.lot_id}"))
    return [*change.events, *later]


def save_account_of(order: Order, account: Account | None, work: Work) -> list[Event | Later]:
    """Save the account of an order's customer, if the order changed it."""
    if account is None:
        return []
    return save_account(account, holder_of(order), work)


def save_opened(opened: Opened, work: Work) -> Iterable[Event]:
    """Save orders after their refunds became store credit."""
    for order in opened.orders:
        work.orders.save(order.order_id, order)
    return opened.events
