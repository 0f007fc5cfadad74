"""Vouchers: made, used, what is left of them, given back."""

import re
from base64 import b32encode
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
BEHIND = 500
"""The priority of vouchers: money that a customer has pays for what is left after the rules."""
OWN = re.compile("-[A-Z2-7]{8}$")
"""How the code of a rest ends."""


@dataclass(frozen=True)
class Use:
    """A rule that an order used: what it took off in all and what of its amount was spent, in minor
    units; `rest_id` is the voucher of what stayed. A use that was `returned` counts no more.
    `freed`: what edits of the order freed of what was spent, and became vouchers of its own.
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
    """The rule that a voucher is."""
    told = new.model_dump(exclude={"voucher_id", "code", "by"})
    code = new.code or f"V-{_letters(new.voucher_id, 10)}"
    return CartRule(CartRuleDefinition(rule_id=new.voucher_id, code=code, priority=BEHIND, **told))


def made_with(command: PlaceOrder | PriceCart) -> list[CartRule]:
    """The vouchers that are made on the spot with an order."""
    return [voucher(new) for new in command.new_vouchers]


def codes_of(command: PlaceOrder | PriceCart) -> list[str]:
    """The codes that an order uses."""
    return [*command.voucher_codes, *(rule.terms.code or "" for rule in made_with(command))]


def rest_of(redemption: Redemption, order: Order) -> CartRule | None:
    """The voucher of what an order did not use up: on the same conditions, for its customer, once
    more; None where nothing stays.
    """
    if not redemption.rest:
        return None
    return _again(redemption.rule, order, redemption.rest, "rest")


def spent_again(rule: CartRule, use: Use, order: Order) -> CartRule:
    """Return a voucher of what an order spent of another, where the rest of that was used or given
    back since.
    """
    return _again(rule, order, use.spent - use.freed, "returned")


def freed_rest(rule: CartRule, use: Use, amount: int, order: Order) -> CartRule:
    """Return a voucher of what an edit freed of what an order had spent of another."""
    return _again(rule, order, amount, f"freed after {use.freed}")


def _again(rule: CartRule, order: Order, amount: int, why: str) -> CartRule:
    rule_id = uuid5(rule.rule_id, f"{order.order_id}/{why}")
    return CartRule(
        rule.terms.model_copy(
            update={
                "rule_id": rule_id,
                "code": f"{OWN.sub('', rule.terms.code or '')[:31]}-{_letters(rule_id, 5)}",
                "amount": Money(amount=amount, currency=order.currency),
                "customer_id": order.customer.customer_id,
                "uses": 1,
                "uses_per_customer": None,
                "free_shipping": False,
                "gift": None,
                "active": True,
            }
        )
    )


def use_of(redemption: Redemption, order: Order, rest: CartRule | None, at: datetime) -> Use:
    """The use as it is kept."""
    return Use(
        redemption.rule.rule_id,
        order.customer.customer_id,
        at,
        redemption.taken,
        redemption.spent,
        rest.rule_id if rest else None,
    )


def is_used(order: Order, rule_id: UUID) -> bool:
    """Whether a rule still takes something off an order."""
    ids = {discount_id(rule_id, kind) for kind in KINDS}
    return any(each.active and each.discount_id in ids for each in order.discounts)


def standing(rule: CartRule, used: int, at: datetime, zone: str) -> CartRuleStatus:
    """What is left of a rule that was used so often."""
    most, found = rule.terms.uses, objection_to_all(rule, at, zone)
    return CartRuleStatus(
        rule=rule.terms,
        used=used,
        left=None if most is None else most - used,
        usable=found is None,
        reason=found[1] if found else "",
    )


def voucher_standing(found: CartRuleStatus) -> VoucherStatus:
    """The standing of a rule with a code, as a voucher."""
    return VoucherStatus(
        voucher=found.rule,
        used=found.used,
        left=found.left,
        usable=found.usable,
        reason=found.reason,
    )


def _letters(key: UUID, count: int) -> str:
    """The last bytes of a key as letters and digits that are not mistaken for each other."""
    return b32encode(key.bytes[-count:]).decode()


# --- what is told ---------------------------------------------------------------------------------


def created(
    rule: CartRule,
    shop: Shop,
    by: str,
    *,
    customer: Customer | None = None,
    language: str | None = None,
    used: int = 0,
    **more: Any,
) -> VoucherCreated:
    """There is a new voucher, which its customer `used` so often already; `more` says what it comes
    from.
    """
    limits = [most for most in (rule.terms.uses, rule.terms.uses_per_customer) if most is not None]
    return VoucherCreated(
        voucher_id=rule.rule_id,
        code=rule.terms.code or "",
        voucher=rule.terms,
        customer=customer,
        language=language or shop.default_language,
        shop=shop.profile,
        by=by,
        left=min(limits) - used if limits else None,
        **more,
    )


def created_for(
    order: Order, rule: CartRule, by: str, remainder_of: str = "", *, used: int = 0
) -> VoucherCreated:
    """There is a new voucher for the customer of an order, which that order `used` so often
    already.
    """
    return created(
        rule,
        order.shop,
        by,
        customer=order.customer,
        language=order.language,
        order_id=order.order_id,
        remainder_of=remainder_of,
        used=used,
    )


def redeemed(order: Order, redemption: Redemption, rest: CartRule | None) -> VoucherRedeemed:
    """An order used a voucher."""
    terms = redemption.rule.terms
    return VoucherRedeemed(
        voucher_id=terms.rule_id,
        code=terms.code or "",
        order_id=order.order_id,
        customer_id=order.customer.customer_id,
        taken=order.money(redemption.taken),
        rest=rest.terms.amount if rest else None,
        rest_code=(rest.terms.code or "") if rest else "",
    )


def returned(order: Order, rule: CartRule) -> VoucherReturned:
    """It can be used again."""
    return VoucherReturned(
        voucher_id=rule.rule_id, code=rule.terms.code or "", order_id=order.order_id
    )
