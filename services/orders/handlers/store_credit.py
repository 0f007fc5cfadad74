"""Store credit: issue, use, expiry, queries."""

from collections.abc import Iterable
from uuid import UUID

from services.orders.domain import credit_payments, lifecycle
from services.orders.domain.credit_changes import Holder, key_of, known_holder
from services.orders.domain.credit_payments import Wish
from services.orders.domain.money import LARGEST, minor
from services.orders.domain.order import Order
from services.orders.domain.refund_credit import open_slips
from services.orders.domain.store_credit import (
    Account,
    Cause,
    Key,
    Lot,
    account_view,
    entry_view,
    expired,
    issued,
    until,
)
from services.orders.handlers.credit_accounts import (
    current_account,
    save_account,
    save_account_of,
    save_opened,
)
from services.orders.handlers.keys import MOVES, account, customer
from services.orders.work import ORDER, Work
from services.orders.work.kinds import ACCOUNTS, CUSTOMERS, ORDERS, SLIPS, Named
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    ExpireStoreCredit,
    GetStoreCredit,
    IssueStoreCredit,
    ListStoreCredit,
    StoreCreditAccount,
    StoreCreditAnswer,
    StoreCreditList,
    UseStoreCredit,
)
from shared.contracts.paths import path_to
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE
from shared.runtime.handlers import Handlers, Later

service = Handlers[Work]()
Told = Iterable[Event | Later]


def issued_to(command: IssueStoreCredit, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the account that store credit is issued to."""
    return [(at.shop, command.customer_id, command.amount.currency)]


def expiring(command: ExpireStoreCredit, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the account with the expiring lots."""
    return [(at.shop, command.customer_id, command.currency)]


def named_slips(command: UseStoreCredit, at: Envelope, _work: Work) -> Iterable[Named]:
    """Return the credit slips that a command names."""
    return [(at.shop, code) for code in command.credit_slips]


def orders_of_slips(command: UseStoreCredit, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the orders of the credit slips that a command names."""
    return work.credit_slips.find(at.shop, command.credit_slips).values()


def accounts_of_slips(command: UseStoreCredit, at: Envelope, work: Work) -> Iterable[Key]:
    """Return the accounts of the customers of credit slips."""
    found = map(work.orders.stored, orders_of_slips(command, at, work))
    return [key_of(order) for order in found if order]


@service.handles(IssueStoreCredit, locks=[ACCOUNTS.of(issued_to), CUSTOMERS.of(customer)])
def issue_store_credit(command: IssueStoreCredit, work: Work) -> Told | Reason:
    """Issue store credit by hand; the same `credit_id` with the same content changes nothing."""
    shop = work.shops.get(work.shop)
    if shop is None:
        return NO_PROFILE
    key: Key = (work.shop, command.customer_id, command.amount.currency)
    account = current_account(key, work)
    known = work.accounts.lot(command.credit_id)
    if known:
        return [] if _is_same(command, key, *known) else _exists(command)
    wrong = _wrong_amount(command, account) or _wrong_end(command, work)
    if wrong:
        return wrong
    amount = command.amount.amount
    lot = Lot(
        command.credit_id, work.now, amount, amount, command.expires_at or until(shop, work.now)
    )
    account = issued(account, lot, Cause(work.now, command.by, command.reason))
    return save_account(account, _holder(command, work), work)


@service.handles(
    UseStoreCredit,
    on=ORDER,
    locks=[
        SLIPS.of(named_slips),
        ORDERS.of(orders_of_slips),
        *MOVES,
        ACCOUNTS.of(account),
        ACCOUNTS.of(accounts_of_slips),
    ],
)
def use_store_credit(order: Order, command: UseStoreCredit, work: Work) -> Told | Reason:
    """Pay an order with store credit; paid in full, it goes on from a state that waits for that."""
    wrong = credit_payments.objection_to_use(order, command)
    if wrong:
        return wrong
    wish = Wish(
        command.amount is None and not command.credit_slips,
        minor(command.amount),
        tuple(command.credit_slips),
    )
    opened = open_slips(
        work.credit_slips.orders(work.shop, command.credit_slips),
        command.credit_slips,
        order.customer.customer_id,
        current_account(key_of(order), work),
        command.by,
        work.now,
    )
    if isinstance(opened, Reason):
        return opened.at(path_to("credit_slips", command.credit_slips, opened.field))
    for converted_order in opened.orders:
        if converted_order.order_id == order.order_id:
            order = converted_order
    spent = credit_payments.spend(
        order, opened.account, wish, command.payment_id, command.by, work.now
    )
    if isinstance(spent, Reason):
        return spent.at("amount")
    if not spent.events:
        return Reason(
            "no_store_credit", "The customer has no store credit for this order.", field="order_id"
        )
    converted = save_opened(opened, work)
    credit = save_account_of(spent.order, spent.account, work)
    work.orders.save(order.order_id, spent.order)
    onward = lifecycle.after_payment(spent.order, command.by, work.graph, work.numbers, work.now)
    if onward is None:
        return [*spent.events, *converted, *credit]
    work.orders.save(order.order_id, onward.order)
    return [*spent.events, *converted, *credit, *onward.events]


@service.handles(ExpireStoreCredit, locks=[ACCOUNTS.of(expiring), CUSTOMERS.of(customer)])
def expire_store_credit(command: ExpireStoreCredit, work: Work) -> Told:
    """Expire lots that are due."""
    account = current_account((work.shop, command.customer_id, command.currency), work)
    return save_account(account, _holder(command, work), work)


@service.handles(GetStoreCredit)
def answer_store_credit(query: GetStoreCredit, work: Work) -> StoreCreditAnswer:
    """Return a customer's accounts, and a page of their entries."""
    accounts = work.accounts.of_customer(work.shop, query.customer_id)
    after = int(query.cursor) if query.cursor else None
    found = work.accounts.entries(work.shop, query.customer_id, after, query.limit)
    page, more = found[: query.limit], found[query.limit :]
    return StoreCreditAnswer(
        accounts=[_shown(account, work) for account in accounts],
        entries=[entry_view(entry, currency) for _, currency, entry in page],
        next=str(page[-1][0]) if more else None,
    )


@service.handles(ListStoreCredit)
def list_store_credit(query: ListStoreCredit, work: Work) -> StoreCreditList:
    """Return a page of customers with store credit."""
    found = work.accounts.holders(work.shop, query.currency, query.cursor, query.limit)
    page, more = found[: query.limit], found[query.limit :]
    return StoreCreditList(
        accounts=[account_view(account) for account in page],
        next=page[-1].customer_id if more else None,
    )


def _holder(command: IssueStoreCredit | ExpireStoreCredit, work: Work) -> Holder:
    return known_holder(work.customers.get((work.shop, command.customer_id)), work.settings)


def _shown(account: Account, work: Work) -> StoreCreditAccount:
    """Return the current state of an account, without lots that expired but are not booked yet."""
    return account_view(expired(account, work.now))


def _is_same(command: IssueStoreCredit, key: Key, known: Key, lot: Lot, reason: str) -> bool:
    ends = command.expires_at is None or command.expires_at == lot.expires_at
    return (
        known == key and lot.amount == command.amount.amount and reason == command.reason and ends
    )


def _exists(command: IssueStoreCredit) -> Reason:
    return Reason(
        "credit_exists",
        f"Store credit {command.credit_id} was issued before, with other content.",
        field="credit_id",
    )


def _wrong_amount(command: IssueStoreCredit, account: Account) -> Reason | None:
    if command.amount.amount <= 0:
        return Reason("not_positive", "Store credit is more than zero.", field="amount.amount")
    if account.balance + command.amount.amount >= LARGEST:
        return Reason(
            "balance_too_large", "The balance would be larger than can be stored.", field="amount"
        )
    return None


def _wrong_end(command: IssueStoreCredit, work: Work) -> Reason | None:
    if command.expires_at is None or command.expires_at > work.now:
        return None
    return Reason("expired", "Store credit expires in the future.", field="expires_at")
