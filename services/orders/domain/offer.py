"""What a cart costs: the one function behind `cart.price` and `order.place`, so that what is shown
is what is paid.

Rules are tried in the order of their priority. Each takes its part off what the products still cost
after those before it; shipping is only ever taken off whole. A gift is a line whose price is taken
off.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID, uuid5

from services.orders.domain.cart_rules import (
    Cart,
    CartRule,
    Item,
    Refused,
    UsedBy,
    is_chosen,
    objection,
)
from services.orders.domain.discount_shares import discountable, split, with_added_lines
from services.orders.domain.discounts import EVERYTHING, Discount, Scope
from services.orders.domain.pricing import Amount, Charge, priced, total
from services.orders.domain.shop import Product, Shop
from shared.contracts.orders import DiscountKind


@dataclass(frozen=True)
class Catalogue:
    """What a price depends on beside the cart: the shop, products and available stock by SKU (None
    where there is no such product), the rules that need no code and those of the codes that were
    given, and how often the customer used each.
    """

    shop: Shop | None
    products: Mapping[str, Product | None]
    stock: Mapping[str, int]
    rules: Collection[CartRule] = ()
    used_by: UsedBy = lambda _: 0
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Redemption:
    """A rule that is used, in stated minor units: what it takes off in all, what of its amount is
    spent, and what stays of that as another voucher.
    """

    rule: CartRule
    taken: int
    spent: int = 0
    rest: int = 0


@dataclass(frozen=True)
class Rejection:
    """A code that does nothing, and why."""

    voucher_code: str
    code: str
    reason: str


@dataclass(frozen=True)
class Offer:
    """A cart with its price; gifts stand behind what was wanted."""

    items: tuple[Item, ...]
    charges: tuple[Charge, ...]
    shipping: Charge
    gifts: int = 0
    discounts: tuple[Discount, ...] = ()
    redemptions: tuple[Redemption, ...] = ()
    rejected: tuple[Rejection, ...] = ()

    @property
    def amount(self) -> Amount:
        """What is to be paid."""
        return total(charge.amount for charge in (*self.charges, self.shipping))

    @property
    def gift_skus(self) -> list[str]:
        """What is given for nothing."""
        return sorted(item.product.sku for item in self.items[len(self.items) - self.gifts :])


def offer(cart: Cart, catalogue: Catalogue, codes: Collection[str] = ()) -> Offer:
    """The cart's price with every rule that fits; those with a code only where `codes` name it."""
    reckoning = _Reckoning(
        cart, catalogue, [item.charge.stated for item in cart.items], cart.shipping.stated
    )
    rules = [
        rule for rule in catalogue.rules if rule.terms.code is None or rule.terms.code in codes
    ]
    for rule in sorted(rules, key=lambda rule: (rule.terms.priority, rule.rule_id)):
        reckoning.use(rule)
    unknown = dict.fromkeys(codes).keys() - {rule.terms.code for rule in rules}
    missing = [
        Rejection(code, "unknown_voucher", f"There is no voucher '{code}'.")
        for code in sorted(unknown)
    ]
    return reckoning.offer([*missing, *reckoning.rejected])


@dataclass
class _Reckoning:
    """The bill while the rules are gone through: what each product, and the shipping, still
    costs.
    """

    cart: Cart
    catalogue: Catalogue
    left: list[int]
    shipping_left: int
    gifts: list[Item] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    redemptions: list[Redemption] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def use(self, rule: CartRule) -> None:
        """Takes off what the rule gives; or notes, where it has a code, why it gives nothing."""
        refused = (
            objection(rule, self.cart, self.catalogue.used_by)
            or self._clash(rule)
            or self._no_gift(rule)
        )
        if refused is None:
            before, taken = len(self.discounts), self._reduce(rule)
            self._give(rule)
            self._ship_free(rule)
            if len(self.discounts) == before:
                refused = "takes_nothing_off", f"{rule.label} takes nothing off this cart."
            else:
                self._note(rule, before, taken)
        if refused and rule.terms.code:
            self.rejected.append(Rejection(rule.terms.code, *refused))

    def offer(self, rejected: Sequence[Rejection]) -> Offer:
        items = (*self.cart.items, *self.gifts)
        gifts = {
            len(self.cart.items) + place: gift.product
            for place, gift in enumerate(self.gifts, start=1)
        }
        discounts = tuple(
            _padded(each, len(items)) for each in with_added_lines(self.discounts, gifts)
        )
        offs = [sum(each.shares[place] for each in discounts) for place in range(len(items))]
        charges = [replace(item.charge, off=off) for item, off in zip(items, offs, strict=True)]
        shipping = replace(self.cart.shipping, off=self.cart.shipping.stated - self.shipping_left)
        *lines, shipping = priced([*charges, shipping], self.cart.prices, self.cart.rounding)
        return Offer(
            items,
            tuple(lines),
            shipping,
            len(self.gifts),
            discounts,
            tuple(self.redemptions),
            tuple(rejected),
        )

    def _clash(self, rule: CartRule) -> Refused | None:
        for used in self.redemptions:
            if not rule.goes_with(used.rule):
                return (
                    "does_not_combine",
                    f"{rule.label} cannot be used beside {_inside(used.rule.label)}.",
                )
        return None

    def _no_gift(self, rule: CartRule) -> Refused | None:
        sku = rule.terms.gift
        if sku is None:
            return None
        product = self.catalogue.products.get(sku)
        if product is None or product.price.currency != self.cart.currency:
            return (
                "gift_unknown",
                f"The gift of {_inside(rule.label)} is not sold in {self.cart.currency}.",
            )
        wanted = sum(
            item.quantity for item in (*self.cart.items, *self.gifts) if item.product.sku == sku
        )
        if self.catalogue.stock.get(sku, 0) <= wanted:
            return "gift_sold_out", f"The gift of {_inside(rule.label)} is sold out."
        return None

    def _reduce(self, rule: CartRule) -> int:
        """Takes percent or amount off the products; returns how much."""
        terms = rule.terms
        if terms.percent is None and terms.amount is None:
            return 0
        kind: DiscountKind = "amount" if terms.percent is None else "percent"
        scope = self._scope(rule)
        charges = [item.charge for item in self.cart.items]
        shares = split(
            kind, _value(rule, kind), discountable(scope, charges, self.left), self.cart.rounding
        )
        self._take(rule, kind, shares, scope)
        return sum(shares)

    def _scope(self, rule: CartRule) -> Scope:
        """What a rule may take something off; the same decides when the order is edited later."""
        choices, cheapest = tuple(rule.terms.choices), rule.terms.taken_off == "cheapest"
        if rule.terms.taken_off == "all" or not choices:
            return Scope(cheapest=cheapest)
        chosen = tuple(
            number
            for number, item in enumerate(self.cart.items, start=1)
            if any(is_chosen(item.product, choice) for choice in choices)
        )
        return Scope(chosen, choices, cheapest)

    def _take(
        self, rule: CartRule, kind: DiscountKind, shares: Sequence[int], scope: Scope
    ) -> None:
        if any(shares):
            self.left = [left - part for left, part in zip(self.left, shares, strict=True)]
            self._add(rule, kind, tuple(shares), scope=scope)

    def _give(self, rule: CartRule) -> None:
        product = self.catalogue.products.get(rule.terms.gift or "")
        if product:
            place = len(self.cart.items) + len(self.gifts)
            self.gifts.append(Item(product, 1))
            self._add(rule, "gift", (*[0] * place, product.price.amount), scope=Scope((place + 1,)))

    def _ship_free(self, rule: CartRule) -> None:
        if rule.terms.free_shipping and self.shipping_left:
            self._add(rule, "free_shipping", (), self.shipping_left)
            self.shipping_left = 0

    def _add(
        self,
        rule: CartRule,
        kind: DiscountKind,
        shares: tuple[int, ...],
        shipping_share: int = 0,
        scope: Scope = EVERYTHING,
    ) -> None:
        value = _value(rule, kind)
        if kind == "amount" and _leaves_a_rest(rule):
            value = Decimal(
                sum(shares)
            )  # what it leaves becomes another voucher, and is this order's no more
        self.discounts.append(
            Discount(
                discount_id=discount_id(rule.rule_id, kind),
                name=rule.name(self.cart.language),
                kind=kind,
                value=value,
                code=rule.terms.code or "",
                shares=shares,
                shipping_share=shipping_share,
                scope=scope,
            )
        )

    def _note(self, rule: CartRule, before: int, off: int) -> None:
        terms, added = rule.terms, self.discounts[before:]
        taken = sum(each.off for each in added)
        rest = terms.amount.amount - off if terms.amount and _leaves_a_rest(rule) else 0
        self.redemptions.append(Redemption(rule, taken, off if terms.amount else 0, rest))


def discount_id(rule_id: UUID, kind: DiscountKind) -> UUID:
    """The id that what a rule takes off has in an order: it is known by it later."""
    return uuid5(rule_id, kind)


def _leaves_a_rest(rule: CartRule) -> bool:
    return rule.terms.amount is not None and rule.terms.code is not None and rule.terms.partial_use


def _padded(discount: Discount, items: int) -> Discount:
    return replace(discount, shares=(*discount.shares, *[0] * (items - len(discount.shares))))


def _value(rule: CartRule, kind: DiscountKind) -> Decimal:
    if kind == "percent":
        return rule.terms.percent or Decimal(0)
    return Decimal(rule.terms.amount.amount if kind == "amount" and rule.terms.amount else 0)


def _inside(label: str) -> str:
    """A rule's name inside a sentence."""
    return label.replace("The rule", "the rule")
