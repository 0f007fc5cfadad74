"""The values that templates can use in {{ }}, written in a language. Untrusted values
are isolated.
"""

from collections.abc import Mapping
from datetime import datetime

from services.notify.domain.facts import Facts, VoucherTerms
from services.notify.domain.language import Language
from services.notify.domain.text import clean_lines, direction
from shared.contracts.orders import OrderSummary
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Address, Money
from shared.writing.addresses import address_lines
from shared.writing.days import last_day
from shared.writing.formats import FALLBACK
from shared.writing.text import clean, isolate

ORDER_VALUES = (
    "reference",
    "payment_method",
    "carrier",
    "tracking_number",
    "tracking_url",
    "order_url",
    "total",
    "paid",
    "due",
    "refunded",
    "refund_due",
)


def values_of(facts: Facts, language: Language) -> dict[str, str]:
    """Return all values by name; "" for those that a mail does not have."""
    state = ""
    if facts.state:
        state = facts.state.label
    own = {
        **dict.fromkeys(ORDER_VALUES, ""),
        "name": facts.name,
        "shop": facts.shop.name,
        "payee": facts.shop.address.legal_name,
        "address": address_line(facts.shop.address, language),
        **_bank_values(facts.shop),
        "subject": facts.subject,
        "state": state,
        "reference": facts.reference,
        "number": facts.number,
        "amount": _money(facts.amount, language),
        "store_credit": _money(facts.store_credit, language),
        "settled": _money(facts.settled, language),
        "vouchers": _money(facts.vouchers, language),
        "money": _money(facts.money, language),
        "balance": _money(facts.balance, language),
        "until": _last_day(facts.until, facts.shop.timezone, language),
        "author": facts.author,
        "email": facts.email,
        "contact": _name_in(facts.contacts, language),
        "product": facts.product,
        "files": language.comma.join(map(clean, facts.files)),
        "left_out": language.comma.join(map(clean, facts.left_out)),
        **_voucher_values(facts.voucher_terms, facts.shop.timezone, language),
    }
    if facts.order:
        own |= _order_values(facts.order, language)
    said = {
        "text": clean_lines(facts.text),
        "given_back": _yes(facts.given_back),
        "answers_customer": _yes(facts.answers_customer),
    }
    return {key: isolate(clean(value)) for key, value in own.items()} | said


def _yes(condition: bool) -> str:
    if condition:
        return "yes"
    return ""


def address_line(address: Address, language: Language) -> str:
    """Return an address in one line, without the name."""
    parts = _address_parts(address, language, ", ")
    if direction("".join(parts)) == language.direction:
        return language.comma.join(_address_parts(address, language, language.comma))
    return ", ".join(parts)


def address_block(address: Address, language: Language) -> list[str]:
    """Return the lines of an address, with its name."""
    lines = _address_parts(address, language, language.comma, with_name=True)
    return [isolate(line) for line in lines]


def _address_parts(
    address: Address, language: Language, comma: str, *, with_name: bool = False
) -> list[str]:
    lines = address_lines(
        address,
        clean=clean,
        comma=comma,
        with_name=with_name,
        label_postcode=lambda code: f"{language.labels['postcode']} {language.write_digits(code)}",
    )
    return [*lines, language.name_country(address.country)]


def _bank_values(shop: ShopProfile) -> dict[str, str]:
    """Return the account for payments; the IBAN in groups of four."""
    bank = shop.bank
    if bank is None:
        return {"account_holder": "", "iban": "", "bic": ""}
    groups = [bank.iban[start : start + 4] for start in range(0, len(bank.iban), 4)]
    return {
        "account_holder": bank.holder or shop.address.legal_name,
        "iban": " ".join(groups),
        "bic": bank.bic,
    }


def _order_values(order: OrderSummary, language: Language) -> dict[str, str]:
    due = order.total.amount - order.paid.amount
    if order.due is not None:
        due = order.due.amount
    return {
        "reference": order.reference,
        "payment_method": order.payment_method,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "tracking_url": order.tracking_url,
        "order_url": order.order_url,
        "total": language.write_money(order.total),
        "paid": language.write_money(order.paid),
        "due": language.write_money(Money(amount=max(due, 0), currency=order.total.currency)),
        "refunded": _more_than_nothing(order.refunded_amount, language),
        "refund_due": _more_than_nothing(order.refund_due, language),
    }


def _voucher_values(
    voucher_terms: VoucherTerms | None, zone: str, language: Language
) -> dict[str, str]:
    if voucher_terms is None:
        return {"code": "", "percent": "", "free_shipping": ""}
    percent = ""
    if voucher_terms.percent:
        percent = f"{language.write_number(voucher_terms.percent)} %"
    return {
        "code": voucher_terms.code,
        "percent": percent,
        "free_shipping": _yes(voucher_terms.free_shipping),
        "amount": _money(voucher_terms.amount, language),
        "until": _last_day(voucher_terms.until, zone, language),
    }


def _name_in(names: Mapping[str, str], language: Language) -> str:
    for tag in (language.tag, FALLBACK, *names):
        if names.get(tag):
            return names[tag]
    return ""


def _money(money: Money | None, language: Language) -> str:
    if money is None:
        return ""
    return language.write_money(money)


def _more_than_nothing(money: Money | None, language: Language) -> str:
    if money is None or not money.amount:
        return ""
    return language.write_money(money)


def _last_day(until: datetime | None, zone: str, language: Language) -> str:
    if until is None:
        return ""
    return language.write_date(last_day(until, zone))
