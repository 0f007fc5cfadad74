"""Cart rules that orders use, give back and use again: decided here, stored by the handler."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.orders.domain import vouchers
from services.orders.domain.cart_rules import CartRule
from services.orders.domain.corrections import Freed, without_freed
from services.orders.domain.offer import Redemption, discount_id
from services.orders.domain.order import Order
from services.orders.domain.vouchers import Use
from shared.contracts.message import Event
from shared.contracts.orders import VoucherDisabled
from shared.contracts.reason import Reason

SYSTEM = "system"
Buyer = tuple[UUID, str]
"""A rule and a customer."""


class RuleReader(Protocol):
    """Reads the rules of a shop and their uses."""

    def rule(self, rule_id: UUID) -> CartRule | None:
        """Return a rule."""

    def uses_of(self, order_id: UUID) -> Sequence[Use]:
        """Return the uses of rules by an order."""

    def used_by(self, rule_id: UUID, customer_id: str) -> int:
        """Return how often a customer used a rule."""


@dataclass(frozen=True)
class RuleChanges:
    """What a decision makes of rules: rules and numbers of uses to save, and events."""

    rules: Mapping[UUID, CartRule]
    buyers: Mapping[Buyer, int]
    uses: tuple[Use, ...] | None
    """All uses of the order; None where they stay."""
    events: tuple[Event, ...]


def redeemed(
    rules: RuleReader, order: Order, redemptions: Collection[Redemption], at: datetime
) -> RuleChanges:
    """Count the rules that an order uses; the rest of a voucher becomes another voucher."""
    plan, uses = _Plan(rules), []
    for redemption in redemptions:
        rule, rest = redemption.rule, vouchers.rest_of(redemption, order)
        plan.count(order, rule, 1)
        uses.append(vouchers.use_of(redemption, order, rest, at))
        if rule.terms.code:
            plan.events.append(vouchers.voucher_redeemed(order, redemption, rest))
        if rest:
            plan.give(order, rest, rule.terms.code or "")
    return plan.changes(uses or None)


def given_back(rules: RuleReader, order: Order) -> RuleChanges:
    """Return the rules and vouchers of an order that ends. If the rest of a voucher was used since,
    the amount spent of it becomes another voucher.
    """
    return _given_back(rules, order, lambda use: True)


def given_up(rules: RuleReader, order: Order) -> RuleChanges:
    """Give back what takes nothing off an order any more, since its discounts were removed."""
    return _given_back(rules, order, lambda use: not vouchers.is_used(order, use.rule_id))


def freed(rules: RuleReader, order: Order, amounts: Sequence[Freed]) -> tuple[Order, RuleChanges]:
    """Give the customer what an edit freed of vouchers of an amount, as vouchers of their own.
    Return the order, which uses that no more.
    """
    plan = _Plan(rules)
    if not amounts:
        return order, plan.changes(None)
    uses = {use.rule_id: use for use in rules.uses_of(order.order_id)}
    by_discount = {discount_id(rule_id, "amount"): rule_id for rule_id in uses}
    for each in amounts:
        rule_id = by_discount.get(each.discount_id)
        use = uses[rule_id] if rule_id else None
        rule = rules.rule(use.rule_id) if use and not use.returned else None
        if use and rule and rule.terms.partial_use:
            rest = vouchers.freed_rest(rule, use, each.amount, order)
            uses[use.rule_id] = replace(use, freed=use.freed + each.amount)
            plan.give(order, rest, each.code)
            order = without_freed(order, each.discount_id)
    return order, plan.changes([*uses.values()] if plan.events else None)


def taken_again(rules: RuleReader, order: Order) -> RuleChanges | Reason:
    """Count once more what an order gave back before, or return why that cannot be."""
    plan, uses = _Plan(rules), list(rules.uses_of(order.order_id))
    for place, use in enumerate(uses):
        if not vouchers.is_used(order, use.rule_id):
            continue
        rule = rules.rule(use.rule_id)
        if use.rest_id or use.freed or rule is None or not _is_left(rules, order, rule):
            label = rule.label if rule else "a rule"
            sentence = f"The order gave {label} back, which cannot be used for it once more."
            return Reason("voucher_gone", sentence, field="to")
        plan.count(order, rule, 1)
        uses[place] = replace(use, returned=False)
    return plan.changes(uses or None)


def disabled(rule: CartRule, by: str) -> RuleChanges:
    """End a voucher."""
    ended = replace(rule, terms=rule.terms.model_copy(update={"active": False}))
    event = VoucherDisabled(voucher_id=rule.rule_id, code=rule.terms.code or "", by=by)
    return RuleChanges({rule.rule_id: ended}, {}, None, (event,))


def _given_back(rules: RuleReader, order: Order, is_meant: Callable[[Use], bool]) -> RuleChanges:
    plan, uses = _Plan(rules), []
    for use in rules.uses_of(order.order_id):
        back = is_meant(use) and not use.returned
        uses.append(plan.give_back(order, use) if back else use)
    return plan.changes(uses or None)


def _is_left(rules: RuleReader, order: Order, rule: CartRule) -> bool:
    """Return whether a rule may be used once more, by the customer of an order too."""
    customer = rules.used_by(rule.rule_id, order.customer.customer_id)
    limits = ((rule.terms.uses, rule.used), (rule.terms.uses_per_customer, customer))
    return all(most is None or used < most for most, used in limits)


class _Plan:
    """The changes of one decision, step by step, over the rules as they are."""

    def __init__(self, rules: RuleReader) -> None:
        self.before = rules
        self.rules: dict[UUID, CartRule] = {}
        self.buyers: dict[Buyer, int] = {}
        self.events: list[Event] = []

    def changes(self, uses: Sequence[Use] | None) -> RuleChanges:
        """Return the changes of rules and uses, with the events."""
        kept = None if uses is None else tuple(uses)
        return RuleChanges(self.rules, self.buyers, kept, tuple(self.events))

    def rule(self, rule_id: UUID) -> CartRule | None:
        """Return a rule after the changes so far."""
        return self.rules.get(rule_id) or self.before.rule(rule_id)

    def give(self, order: Order, rule: CartRule, remainder_of: str) -> None:
        """Give a voucher to the customer of an order."""
        self.rules[rule.rule_id] = rule
        self.events.append(vouchers.voucher_created_for(order, rule, SYSTEM, remainder_of))

    def count(self, order: Order, rule: CartRule, change: int) -> None:
        """Count the uses of a rule, in all and by its customer, where they are limited."""
        buyer = (rule.rule_id, order.customer.customer_id)
        if rule.limited_per_customer:
            used = self.buyers[buyer] if buyer in self.buyers else self.before.used_by(*buyer)
            self.buyers[buyer] = used + change
        if rule.limited:
            # a use from before it was limited may have been missed
            self.rules[rule.rule_id] = replace(rule, used=max(rule.used + change, 0))

    def give_back(self, order: Order, use: Use) -> Use:
        """Return a use after it is given back, as far as it can be."""
        rule, rest = self.rule(use.rule_id), self.rule(use.rest_id or use.rule_id)
        if rule is None or rest is None:
            raise LookupError(f"order {order.order_id} used the unknown rule {use.rule_id}")
        if use.freed or (use.rest_id and (rest.used or not rest.terms.active)):
            if use.spent > use.freed:
                again = vouchers.spent_again(rule, use, order)
                self.give(order, again, rule.terms.code or "")
            return use
        self.count(order, rule, -1)
        if use.rest_id:
            ended = disabled(rest, SYSTEM)
            self.rules.update(ended.rules)
            self.events += ended.events
        if rule.terms.code:
            self.events.append(vouchers.voucher_returned(order, rule))
        return replace(use, returned=True)
