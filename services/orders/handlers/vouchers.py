"""Vouchers: create, disable, queries."""

from collections.abc import Iterable

from services.orders.domain import vouchers
from services.orders.domain.cart_rules import CartRule
from services.orders.domain.customers import named
from services.orders.domain.rule_uses import disabled
from services.orders.handlers.rule_checks import rule_objection, rule_statuses, voucher_exists
from services.orders.store.cart_rules import RuleKey
from services.orders.store.customers import Key
from services.orders.work import Work
from services.orders.work.kinds import CUSTOMERS, OFFERS, RULES, Named
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    CreateVoucher,
    DisableVoucher,
    GetVoucher,
    ListVouchers,
    VoucherAnswer,
    VoucherCreated,
    VoucherList,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def new_voucher(command: CreateVoucher, at: Envelope, _work: Work) -> Iterable[RuleKey]:
    """Return the new voucher."""
    return [(at.shop, command.voucher_id)]


def customer_of_voucher(command: CreateVoucher, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the customer of a voucher."""
    return [(at.shop, command.customer_id)] if command.customer_id else []


def named_code(command: DisableVoucher, at: Envelope, _work: Work) -> Iterable[Named]:
    """Return the code of a command."""
    return [(at.shop, command.code)]


def found_voucher(command: DisableVoucher, at: Envelope, work: Work) -> Iterable[RuleKey]:
    """Return the voucher with the code of a command."""
    found = work.rules.by_code(at.shop, command.code)
    return [(at.shop, found.rule_id)] if found else []


@service.handles(CreateVoucher, locks=[RULES.of(new_voucher), CUSTOMERS.of(customer_of_voucher)])
def create_voucher(command: CreateVoucher, work: Work) -> Iterable[Event] | Reason:
    """Create a voucher; the event names its customer, if known."""
    rule = vouchers.voucher(command)
    refused = voucher_exists(command, rule, work) or rule_objection(command, rule, work)
    return refused if refused else [_keep(rule, command.by, work)]


@service.handles(DisableVoucher, locks=[OFFERS.of(named_code), RULES.of(found_voucher)])
def disable_voucher(command: DisableVoucher, work: Work) -> Iterable[Event] | Reason:
    """Disable a voucher; discounts of placed orders do not change."""
    found = work.rules.by_code(work.shop, command.code)
    if found is None:
        return _unknown(command)
    rule = work.rules.get((work.shop, found.rule_id)) or found
    if not rule.terms.active:
        return Reason("already_disabled", f"{rule.label} is no longer valid.", field="code")
    return work.save_rules(disabled(rule, command.by))


@service.handles(GetVoucher)
def answer_voucher(query: GetVoucher, work: Work) -> VoucherAnswer | Reason:
    """Return a voucher with its uses."""
    rule = work.rules.by_code(work.shop, query.code)
    if rule is None:
        return _unknown(query)
    (status,) = map(vouchers.voucher_status, rule_statuses([rule], work))
    return VoucherAnswer(**dict(status), last_uses=work.uses.last(work.shop, rule.rule_id))


@service.handles(ListVouchers)
def list_vouchers(query: ListVouchers, work: Work) -> VoucherList:
    """Return a page of vouchers, with the uses or amount left."""
    found = work.rules.vouchers(work.shop, query)
    page, more = found[: query.limit], found[query.limit :]
    statuses = list(map(vouchers.voucher_status, rule_statuses(page, work)))
    return VoucherList(vouchers=statuses, next=page[-1].terms.code if more else None)


def _keep(rule: CartRule, by: str, work: Work) -> VoucherCreated:
    work.rules.save((work.shop, rule.rule_id), rule)
    known = None
    if rule.terms.customer_id:
        known = work.customers.get((work.shop, rule.terms.customer_id))
    if known is None:
        return vouchers.voucher_created(rule, work.settings, by)
    return vouchers.voucher_created(
        rule, work.settings, by, customer=named(known), language=known.language
    )


def _unknown(asked: DisableVoucher | GetVoucher) -> Reason:
    return Reason("unknown_voucher", f"There is no voucher '{asked.code}'.", field="code")
