"""Store credit at work: accounts that a batch changes, locked behind the cart rules and before the
shops.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.orders.domain import store_credit
from services.orders.domain.order import Order
from services.orders.domain.placing import is_with_credit
from services.orders.domain.store_credit import Account, Holder, Key
from services.orders.store.catalogue import Shops
from services.orders.store.orders import Orders
from services.orders.store.store_credit import Accounts
from shared.contracts.message import Event, Message
from shared.contracts.orders import (
    CompleteReturn,
    CreateRefund,
    ExpireStoreCredit,
    IssueStoreCredit,
    PlaceOrder,
    RefundToStoreCredit,
    UseStoreCredit,
)
from shared.runtime.handlers import Later
from shared.runtime.storage.unit_of_work import Arrived


def account_of(order: Order) -> Key:
    """Return the key of the account that an order is paid from."""
    return order.shop.key, order.customer.customer_id, order.currency


class Credit:
    """The accounts of a batch."""

    def __init__(self, connection: Connection) -> None:
        self.accounts = Accounts(connection)

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


class CreditLocks:
    """What a batch locks of store credit: the accounts, and the orders whose credit slips pay
    others.
    """

    shops: Shops
    orders: Orders
    credit: Credit

    def find_slips(self, shop: str, codes: Collection[str]) -> dict[str, UUID]:
        """Return the orders of credit slips by what a customer may type for their numbers."""
        settings = self.shops.get(shop) if codes else None
        if settings is None:
            return {}
        prefix = settings.numbering["credit_slip"].prefix
        typed = {
            code: prefix + code[len(prefix) :] for code in codes if code.startswith(prefix.upper())
        }
        found = self.orders.with_slips(shop, {*codes, *typed.values()})
        numbers = ((code, typed.get(code, code)) for code in codes)
        return {code: found[number] for code, number in numbers if number in found}

    def orders_of_slips(self, batch: Sequence[Arrived]) -> Iterator[UUID]:
        """Return the orders of the credit slips that a batch names; read at once for each shop."""
        codes: dict[str, list[str]] = {}
        for envelope, message in batch:
            if isinstance(message, PlaceOrder):
                codes.setdefault(envelope.shop, []).extend(message.voucher_codes)
            elif isinstance(message, UseStoreCredit):
                codes.setdefault(envelope.shop, []).extend(message.credit_slips)
        for shop, some in codes.items():
            yield from self.find_slips(shop, some).values()

    def accounts_of(self, batch: Sequence[Arrived], moved: Iterable[Order]) -> Iterator[Key]:
        """Return the accounts that a batch may change; orders that are `moved` may give back what
        they used.
        """
        for envelope, message in batch:
            yield from _named(envelope.shop, message)
            yield from self._of_order(message)
        for order_id in self.orders_of_slips(batch):
            yield from self._account(order_id)
        yield from (account_of(order) for order in moved if order.has_credit)

    def _of_order(self, message: Message) -> Iterator[Key]:
        if isinstance(message, UseStoreCredit | RefundToStoreCredit):
            yield from self._account(message.order_id)
        elif isinstance(message, CreateRefund | CompleteReturn):
            yield from self._account(message.order_id, always=message.store_credit)

    def _account(self, order_id: UUID, *, always: bool = True) -> Iterator[Key]:
        """Return the account of an order's customer; unless `always`, only if the order was paid
        from it.
        """
        order = self.orders.bare(order_id)
        if order and (always or order.has_credit):
            yield account_of(order)


def _named(shop: str, message: Message) -> Iterator[Key]:
    if isinstance(message, IssueStoreCredit):
        yield shop, message.customer_id, message.amount.currency
    elif isinstance(message, ExpireStoreCredit):
        yield shop, message.customer_id, message.currency
    elif isinstance(message, PlaceOrder) and is_with_credit(message):
        yield shop, message.customer.customer_id, message.currency
