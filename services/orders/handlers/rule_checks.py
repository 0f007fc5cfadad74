"""Checks of new and changed cart rules and vouchers, and their statuses."""

from collections.abc import Sequence

from services.orders.domain import vouchers
from services.orders.domain.cart_rules import CartRule, definition_errors
from services.orders.work import Work
from shared.contracts.orders import (
    CartRuleStatus,
    CreateVoucher,
    PlaceOrder,
    PriceCart,
    PutCartRule,
)
from shared.contracts.paths import path_to, repeated
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE


def make_vouchers(command: PlaceOrder, work: Work) -> Reason | None:
    """Save the vouchers created with an order, or return the reason against one."""
    refused = refused_vouchers(command, work)
    if refused:
        return refused
    for rule in vouchers.made_with(command):
        work.rules.save((work.shop, rule.rule_id), rule)
    return None


def refused_vouchers(asked: PlaceOrder | PriceCart, work: Work) -> Reason | None:
    """Return the reason against one of the order's new vouchers, if any."""
    made = vouchers.made_with(asked)
    codes, ids = [rule.terms.code for rule in made], [rule.rule_id for rule in made]
    same_id, same_code = repeated(ids), repeated(codes)
    if same_id is not None:
        field = f"new_vouchers[{same_id}].voucher_id"
        return Reason("voucher_exists", "Two of the new vouchers have the same id.", field=field)
    if same_code is not None:
        field = f"new_vouchers[{same_code}].code"
        return Reason("code_taken", "Two of the new vouchers have the same code.", field=field)
    for rule in made:
        refused = voucher_exists(asked, rule, work) or rule_objection(asked, rule, work)
        if refused:
            return refused
    return None


def voucher_exists(
    command: CreateVoucher | PlaceOrder | PriceCart, rule: CartRule, work: Work
) -> Reason | None:
    """Return the reason against a new voucher with an id that exists."""
    if work.rules.get((work.shop, rule.rule_id)) is None:
        return None
    field = f"{_inside(command, rule)}voucher_id"
    return Reason("voucher_exists", f"Voucher {rule.rule_id} was made before.", field=field)


def _inside(command: PutCartRule | CreateVoucher | PlaceOrder | PriceCart, rule: CartRule) -> str:
    """Return the beginning of the paths to the fields of a rule: `new_vouchers[0].`, or nothing."""
    if isinstance(command, PlaceOrder | PriceCart):
        ids = [each.voucher_id for each in command.new_vouchers]
        return f"{path_to('new_vouchers', ids, rule.rule_id)}."
    return ""


def rule_objection(
    command: PutCartRule | CreateVoucher | PlaceOrder | PriceCart, rule: CartRule, work: Work
) -> Reason | None:
    """Return the reason against a rule, if any."""
    terms = rule.terms
    if work.shops.get(work.shop) is None:
        return NO_PROFILE
    inside = _inside(command, rule)
    for code, sentence, field in definition_errors(terms):
        return Reason(code, sentence, field=f"{inside}{field}")
    taken = work.rules.by_code(work.shop, terms.code) if terms.code else None
    if taken and taken.rule_id != rule.rule_id:
        return Reason(
            "code_taken", f"Another rule has the code '{terms.code}'.", field=f"{inside}code"
        )
    if terms.gift_sku and work.products.get((work.shop, terms.gift_sku)) is None:
        return Reason(
            "unknown_product",
            f"There is no product '{terms.gift_sku}'.",
            field="gift_sku",
            details={"sku": terms.gift_sku},
        )
    if terms.uses is not None and terms.uses < rule.used:
        return Reason("fewer_than_used", f"It was used {rule.used} times already.", field="uses")
    return None


def rule_statuses(rules: Sequence[CartRule], work: Work) -> list[CartRuleStatus]:
    """Return the rules with their uses, which are read from their rows if limited."""
    counts = work.uses.counts(work.shop, [rule.rule_id for rule in rules if not rule.limited])
    statuses = []
    for rule in rules:
        used = rule.used if rule.limited else counts[rule.rule_id]
        statuses.append(vouchers.rule_status(rule, used, work.now, work.timezone))
    return statuses
