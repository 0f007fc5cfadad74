"""Cart rules at work: found for carts, used by orders, given back. Locked behind the stock and
before the shops.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.orders.domain import vouchers
from services.orders.domain.cart_rules import CartRule
from services.orders.domain.corrections import Freed, without_freed
from services.orders.domain.offer import Redemption, discount_id
from services.orders.domain.order import Order
from services.orders.domain.vouchers import Use
from services.orders.store.cart_rules import BuyerKey, Buyers, CartRules, OrderKey, RuleKey, Uses
from shared.contracts.message import Event
from shared.contracts.orders import VoucherCreated, VoucherDisabled

SYSTEM = "system"


class Promotions:
    """The rules of a batch, who used them, and how often."""

    def __init__(self, connection: Connection) -> None:
        self.rules, self.uses = CartRules(connection), Uses(connection)
        self.buyers = Buyers(connection, self.uses)

    def find(self, offered: Iterable[tuple[str, str]]) -> None:
        """Read rules by shop and code at once; an empty code is for those that need none."""
        self.rules.find((shop, code or None) for shop, code in offered)

    def used(self, shop: str, order_id: UUID) -> Iterable[RuleKey]:
        """Return the rules that an order used, and those that it left a rest in."""
        return self._used((shop, order_id))

    def buyers_of(self, shop: str, order_id: UUID) -> Iterator[BuyerKey]:
        """Return who used rules in an order, of those that each customer may use so often."""
        for use in self.uses.get((shop, order_id)) or ():
            rule = self.rules.get((shop, use.rule_id))
            if rule is not None and rule.limited_per_customer:
                yield shop, use.rule_id, use.customer_id

    def of(self, shop: str, customer_id: str | None, codes: Collection[str]) -> list[CartRule]:
        """The rules that may count for a customer's cart, as they are under their locks."""
        counted = (rule for rule in self.rules.of(shop, codes) if rule.counts_for(customer_id))
        self.rules.lock((shop, rule.rule_id) for rule in counted)
        return self.rules.of(shop, codes)

    def used_by(self, shop: str, customer_id: str | None, rule_id: UUID) -> int:
        """How often a customer used a rule."""
        return self.buyers.get((shop, rule_id, customer_id)) or 0 if customer_id else 0

    def give(self, order: Order, rule: CartRule, by: str, remainder_of: str = "") -> VoucherCreated:
        """Keeps a voucher for the customer of an order."""
        self.rules.save((order.shop.key, rule.rule_id), rule)
        return vouchers.voucher_created_for(order, rule, by, remainder_of)

    def redeem(
        self, order: Order, redemptions: Collection[Redemption], at: datetime
    ) -> list[Event]:
        """Counts the rules that an order uses; what it leaves of a voucher becomes another."""
        told: list[Event] = []
        uses = []
        for redemption in redemptions:
            rule, rest = redemption.rule, vouchers.rest_of(redemption, order)
            self._count(order, rule, 1)
            uses.append(vouchers.use_of(redemption, order, rest, at))
            told += [vouchers.voucher_redeemed(order, redemption, rest)] if rule.terms.code else []
            told += [self.give(order, rest, SYSTEM, rule.terms.code or "")] if rest else []
        if uses:
            self.uses.save((order.shop.key, order.order_id), tuple(uses))
        return told

    def give_back(self, order: Order) -> list[Event]:
        """What an order that comes to nothing used can be used again. Where the rest of a voucher
        was used since, what was spent of it becomes another.
        """
        return self._give_back(order, lambda use: True)

    def give_up(self, order: Order) -> list[Event]:
        """The same for what takes nothing off an order any more, since its discounts were taken
        back.
        """
        return self._give_back(order, lambda use: not vouchers.is_used(order, use.rule_id))

    def free(self, order: Order, freed: Sequence[Freed]) -> tuple[Order, list[Event]]:
        """Give the customer what an edit freed of vouchers of an amount, as vouchers of their own.
        Return the order, which uses that no more.
        """
        key, told = (order.shop.key, order.order_id), list[Event]()
        uses = (
            {discount_id(use.rule_id, "amount"): use for use in self.uses.get(key) or ()}
            if freed
            else {}
        )
        for each in freed:
            use = uses.get(each.discount_id)
            rule = (
                self.rules.get((order.shop.key, use.rule_id)) if use and not use.returned else None
            )
            if use and rule and rule.terms.partial_use:
                rest = vouchers.freed_rest(rule, use, each.amount, order)
                uses[each.discount_id] = replace(use, freed=use.freed + each.amount)
                told.append(self.give(order, rest, SYSTEM, each.code))
                order = without_freed(order, each.discount_id)
        if told:
            kept = {use.rule_id: use for use in uses.values()}
            self.uses.save(
                key, tuple(kept.get(use.rule_id, use) for use in self.uses.get(key) or ())
            )
        return order, told

    def _give_back(self, order: Order, is_meant: Callable[[Use], bool]) -> list[Event]:
        key = (order.shop.key, order.order_id)
        self.rules.lock(self._used(key))
        kept, told = [], list[Event]()
        for use in self.uses.get(key) or ():
            after, events = (
                self._return(order, use) if is_meant(use) and not use.returned else (use, [])
            )
            kept.append(after)
            told += events
        if kept:
            self.uses.save(key, tuple(kept))
        return told

    def take_again(self, order: Order) -> str | None:
        """Counts once more what an order gave back before; or why that cannot be, in a sentence."""
        key = (order.shop.key, order.order_id)
        self.rules.lock(self._used(key))
        uses = self.uses.get(key) or ()
        wanted = [use for use in uses if vouchers.is_used(order, use.rule_id)]
        for use in wanted:
            rule = self.rules.get((order.shop.key, use.rule_id))
            if use.rest_id or use.freed or rule is None or not self._is_left(order, rule):
                label = rule.label if rule else "a rule"
                return f"The order gave {label} back, which cannot be used for it once more."
            self._count(order, rule, 1)
        if wanted:
            self.uses.save(
                key, tuple(replace(use, returned=False) if use in wanted else use for use in uses)
            )
        return None

    def _return(self, order: Order, use: Use) -> tuple[Use, list[Event]]:
        shop = order.shop.key
        rule, rest = (
            self.rules.get((shop, use.rule_id)),
            self.rules.get((shop, use.rest_id or use.rule_id)),
        )
        if rule is None or rest is None:
            raise LookupError(
                f"order {order.order_id} used the rule {use.rule_id}, which is not kept"
            )
        if use.freed or (use.rest_id and (rest.used or not rest.terms.active)):
            left = use.spent > use.freed
            again = [vouchers.spent_again(rule, use, order)] if left else []
            return use, [self.give(order, each, SYSTEM, rule.terms.code or "") for each in again]
        self._count(order, rule, -1)
        ended = [self.disable(shop, rest, SYSTEM)] if use.rest_id else []
        told = [vouchers.voucher_returned(order, rule)] if rule.terms.code else []
        return replace(use, returned=True), [*ended, *told]

    def disable(self, shop: str, rule: CartRule, by: str) -> VoucherDisabled:
        """Ends a voucher."""
        ended = replace(rule, terms=rule.terms.model_copy(update={"active": False}))
        self.rules.save((shop, rule.rule_id), ended)
        return VoucherDisabled(voucher_id=rule.rule_id, code=rule.terms.code or "", by=by)

    def _count(self, order: Order, rule: CartRule, change: int) -> None:
        shop, buyer = order.shop.key, (order.shop.key, rule.rule_id, order.customer.customer_id)
        if rule.limited_per_customer:
            self.buyers.save(buyer, (self.buyers.get(buyer) or 0) + change)
        if rule.limited:
            used = max(
                rule.used + change, 0
            )  # a use from before it was limited may have been missed
            self.rules.save((shop, rule.rule_id), replace(rule, used=used))

    def _is_left(self, order: Order, rule: CartRule) -> bool:
        """Whether a rule may be used once more, by the customer of an order too."""
        customer = self.used_by(order.shop.key, order.customer.customer_id, rule.rule_id)
        limits = ((rule.terms.uses, rule.used), (rule.terms.uses_per_customer, customer))
        return all(most is None or used < most for most, used in limits)

    def _used(self, key: OrderKey) -> Iterator[RuleKey]:
        """The rules that an order used, and those that it left a rest in."""
        for use in self.uses.get(key) or ():
            yield key[0], use.rule_id
            if use.rest_id:
                yield key[0], use.rest_id
