"""Store credit at work: accounts that a batch changes, locked behind the cart rules and before the
shops.
"""

from collections.abc import Iterable
from datetime import datetime

from services.orders.domain import store_credit
from services.orders.domain.order import Order
from services.orders.domain.store_credit import Account, Holder, Key
from services.orders.store.store_credit import Accounts
from shared.contracts.message import Event
from shared.contracts.orders import ExpireStoreCredit
from shared.runtime.handlers import Later


def account_of(order: Order) -> Key:
    """Return the key of the account that an order is paid from."""
    return order.shop.key, order.customer.customer_id, order.currency


class Credit:
    """The accounts of a batch."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def of(self, order: Order, at: datetime) -> Account:
        """Return the account of an order's customer, without what expired by now."""
        return self.current(account_of(order), at)

    def current(self, key: Key, at: datetime) -> Account:
        """Return an account without what expired by now."""
        return store_credit.expired(self.accounts.account(key), at)

    def save(self, account: Account, holder: Holder) -> list[Event | Later]:
        """Save an account; return the events of what changed, and when to look for what expires of
        it.
        """
        if not account.entries:
            return []
        before = self.accounts.get(account.key)
        fresh = account.entries[len(before.entries) if before else 0 :]
        if not fresh:
            return []
        self.accounts.save(account.key, account)
        return [*store_credit.events(account, fresh, holder), *_endings(account, fresh)]

    def save_of(self, order: Order, account: Account | None) -> list[Event | Later]:
        """Save the account of an order's customer, if the order changed it."""
        if account is None:
            return []
        return self.save(account, Holder(order.customer, order.language, order.shop.profile))


def _endings(account: Account, fresh: Iterable[store_credit.Entry]) -> Iterable[Later]:
    for entry in fresh:
        if entry.kind in ("issued", "given_back") and entry.lot.expires_at:
            command = ExpireStoreCredit(customer_id=account.customer_id, currency=account.currency)
            yield Later(command, entry.lot.expires_at, key=f"store credit/{entry.lot.lot_id}")
