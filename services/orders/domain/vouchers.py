"""Vouchers: creation, use, the rest after a use, and return."""

import re
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import UUID, uuid5

from services.orders.domain.cart_rules import CartRule, objection_to_all
from services.orders.domain.offer import Redemption, discount_id
from services.orders.domain.order import Order
from services.orders.domain.shop import Shop
from shared.contracts.orders import (
    CartRuleDefinition,
    CartRuleStatus,
    DiscountKind,
    NewVoucher,
    PlaceOrder,
    PriceCart,
    VoucherCreated,
    VoucherRedeemed,
    VoucherReturned,
    VoucherStatus,
)
from shared.contracts.values import Customer, Money

KINDS: tuple[DiscountKind, ...] = get_args(DiscountKind)
PRIORITY = 500
"""The priority of vouchers: they apply after the shop's rules."""
GENERATED_ENDING = re.compile("-[A-Z2-7]{8}$")
"""The ending of the code of a voucher that was made from another one."""


@dataclass(frozen=True)
class Use:
    """The use of a rule by an order, in minor units.

    `taken` is the amount taken off in all, `spent` the part used of the rule's own amount;
    `rest_id` is the voucher of the rest. A `returned` use no longer counts. `freed` is the part of
    `spent` that edits of the order released, for which further vouchers were made.
    """

    rule_id: UUID
    customer_id: str
    at: datetime
    taken: int
    spent: int
    rest_id: UUID | None = None
    returned: bool = False
    freed: int = 0


def voucher(new: NewVoucher) -> CartRule:
    """Return a new voucher as a rule, with a generated code if it has none."""
    fields = new.model_dump(exclude={"voucher_id", "code", "by"})
    code = new.code or f"V-{_letters(new.voucher_id, 10)}"
    definition = CartRuleDefinition(rule_id=new.voucher_id, code=code, priority=PRIORITY, **fields)
    return CartRule(definition)


def made_with(command: PlaceOrder | PriceCart) -> list[CartRule]:
    """Return the vouchers that a command creates together with the order."""
    return [voucher(new) for new in command.new_vouchers]


def other_codes(command: PlaceOrder | PriceCart, rules: Iterable[CartRule]) -> list[str]:
    """Return the codes that no rule has: they may be credit slips."""
    known = {rule.terms.code for rule in rules}
    return [code for code in command.voucher_codes if code not in known]


def codes_of(command: PlaceOrder | PriceCart) -> list[str]:
    """Return the codes of all vouchers that a command uses."""
    return [*command.voucher_codes, *(rule.terms.code or "" for rule in made_with(command))]


def rest_of(redemption: Redemption, order: Order) -> CartRule | None:
    """Return a voucher of the rest of a used voucher, with the same conditions, for the order's
    customer; None if there is no rest.
    """
    if not redemption.rest:
        return None
    return _again(redemption.rule, order, redemption.rest, "rest")


def spent_again(rule: CartRule, use: Use, order: Order) -> CartRule:
    """Return a voucher of the amount that an order spent, for a return after the rest was used."""
    return _again(rule, order, use.spent - use.freed, "returned")


def freed_rest(rule: CartRule, use: Use, amount: int, order: Order) -> CartRule:
    """Return a voucher of the amount that an edit released of the amount spent."""
    return _again(rule, order, amount, f"freed after {use.freed}")


def _again(rule: CartRule, order: Order, amount: int, why: str) -> CartRule:
    rule_id = uuid5(rule.rule_id, f"{order.order_id}/{why}")
    code = GENERATED_ENDING.sub("", rule.terms.code or "")[:31]
    changes = {
        "rule_id": rule_id,
        "code": f"{code}-{_letters(rule_id, 5)}",
        "amount": Money(amount=amount, currency=order.currency),
        "customer_id": order.customer.customer_id,
        "uses": 1,
        "uses_per_customer": None,
        "free_shipping": False,
        "gift_sku": None,
        "active": True,
    }
    return CartRule(rule.terms.model_copy(update=changes))


def use_of(redemption: Redemption, order: Order, rest: CartRule | None, at: datetime) -> Use:
    """Return the use of a rule by an order."""
    return Use(
        rule_id=redemption.rule.rule_id,
        customer_id=order.customer.customer_id,
        at=at,
        taken=redemption.taken,
        spent=redemption.spent,
        rest_id=rest.rule_id if rest else None,
    )


def is_used(order: Order, rule_id: UUID) -> bool:
    """Return whether an order still has an active discount of a rule."""
    ids = {discount_id(rule_id, kind) for kind in KINDS}
    return any(each.active and each.discount_id in ids for each in order.discounts)


def rule_status(rule: CartRule, used: int, at: datetime, zone: str) -> CartRuleStatus:
    """Return a rule with its remaining uses, and whether it is usable now."""
    most, found = rule.terms.uses, objection_to_all(rule, at, zone)
    return CartRuleStatus(
        rule=rule.terms,
        used=used,
        remaining_uses=None if most is None else most - used,
        usable=found is None,
        code=found[0] if found else "",
        reason=found[1] if found else "",
    )


def voucher_status(found: CartRuleStatus) -> VoucherStatus:
    """Return the status of a voucher."""
    return VoucherStatus(
        voucher=found.rule,
        used=found.used,
        remaining_uses=found.remaining_uses,
        usable=found.usable,
        code=found.code,
        reason=found.reason,
    )


def _letters(key: UUID, count: int) -> str:
    """Return the last bytes of a key in base 32, without letters and digits that look alike."""
    return b32encode(key.bytes[-count:]).decode()


# --- events ---------------------------------------------------------------------------------------


def voucher_created(
    rule: CartRule,
    shop: Shop,
    by: str,
    *,
    customer: Customer | None = None,
    language: str | None = None,
    used: int = 0,
    **more: Any,
) -> VoucherCreated:
    """Return the event of a new voucher that was `used` already so often; `more` are fields on its
    origin.
    """
    limits = (rule.terms.uses, rule.terms.uses_per_customer)
    left = min((limit - used for limit in limits if limit is not None), default=None)
    return VoucherCreated(
        voucher_id=rule.rule_id,
        code=rule.terms.code or "",
        voucher=rule.terms,
        customer=customer,
        language=language or shop.default_language,
        shop=shop.profile,
        by=by,
        remaining_uses=left,
        **more,
    )


def voucher_created_for(
    order: Order, rule: CartRule, by: str, remainder_of: str = "", *, used: int = 0
) -> VoucherCreated:
    """Return the event of a new voucher for the customer of an order, which that order `used`
    already so often.
    """
    return voucher_created(
        rule,
        order.shop,
        by,
        customer=order.customer,
        language=order.language,
        order_id=order.order_id,
        remainder_of=remainder_of,
        used=used,
    )


def voucher_redeemed(
    order: Order, redemption: Redemption, rest: CartRule | None
) -> VoucherRedeemed:
    """Return the event that an order used a voucher."""
    terms = redemption.rule.terms
    return VoucherRedeemed(
        voucher_id=terms.rule_id,
        code=terms.code or "",
        order_id=order.order_id,
        customer_id=order.customer.customer_id,
        off=order.money(redemption.taken),
        rest=rest.terms.amount if rest else None,
        rest_code=(rest.terms.code or "") if rest else "",
    )


def voucher_returned(order: Order, rule: CartRule) -> VoucherReturned:
    """Return the event that a voucher can be used again."""
    return VoucherReturned(
        voucher_id=rule.rule_id, code=rule.terms.code or "", order_id=order.order_id
    )
