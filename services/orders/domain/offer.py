"""The price of a cart. `cart.price` and `order.place` compute it with the same function, so that
the customer pays the price that was shown.

Rules are applied in the order of their priority. Each applies to the amounts that remain after the
rules before it; free shipping takes off the whole price of the shipping. A gift is a line at
no price.
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
    """Everything besides the cart that its price depends on.

    Products (None if there is no such product) and available stock by SKU; the rules without a code
    and those of the given codes, with the customer's number of uses of each; the customer's groups.
    """

    shop: Shop | None
    products: Mapping[str, Product | None]
    stock: Mapping[str, int]
    rules: Collection[CartRule] = ()
    used_by: UsedBy = lambda _: 0
    groups: frozenset[str] = frozenset()

    def sold_in(self, currency: str) -> "Catalogue":
        """Return the catalogue with the prices in a currency, of the products that have one."""
        products: dict[str, Product | None] = {}
        for sku, product in self.products.items():
            products[sku] = product and product.sold_in(currency)
        return replace(self, products=products)


@dataclass(frozen=True)
class Redemption:
    """A rule that a cart uses, in minor units of the cart's prices.

    `taken` is the amount taken off in all, `spent` the part used of the rule's own amount, and
    `rest` the part left of that, which becomes another voucher.
    """

    rule: CartRule
    taken: int
    spent: int = 0
    rest: int = 0


@dataclass(frozen=True)
class Rejection:
    """A code that cannot be used, and the reason."""

    voucher_code: str
    code: str
    reason: str


@dataclass(frozen=True)
class Offer:
    """A cart with its price; the gifts are the last items."""

    items: tuple[Item, ...]
    charges: tuple[Charge, ...]
    shipping: Charge
    gifts: int = 0
    discounts: tuple[Discount, ...] = ()
    redemptions: tuple[Redemption, ...] = ()
    rejected: tuple[Rejection, ...] = ()

    @property
    def amount(self) -> Amount:
        """Return the total after discounts."""
        return total(charge.amount for charge in (*self.charges, self.shipping))

    @property
    def gift_skus(self) -> list[str]:
        """Return the SKUs of the gifts, sorted."""
        return sorted(item.product.sku for item in self.items[len(self.items) - self.gifts :])


def offer(cart: Cart, catalogue: Catalogue, codes: Collection[str] = ()) -> Offer:
    """Return the cart's price with every rule that applies; rules with a code only if `codes`
    contain it.
    """
    remaining = [item.charge.stated for item in cart.items]
    pricing = _Pricing(cart, catalogue, remaining, cart.shipping.stated)
    known = set()
    for rule in sorted(catalogue.rules, key=lambda rule: (rule.terms.priority, rule.rule_id)):
        if rule.terms.code is None or rule.terms.code in codes:
            known.add(rule.terms.code)
            pricing.apply(rule)
    rejected = []
    for code in sorted(set(codes) - known):
        rejected.append(Rejection(code, "unknown_voucher", f"There is no voucher '{code}'."))
    return pricing.offer([*rejected, *pricing.rejected])


@dataclass
class _Pricing:
    """The price while rules are applied: the `remaining` amount of each item and of the
    shipping.
    """

    cart: Cart
    catalogue: Catalogue
    remaining: list[int]
    remaining_shipping: int
    gifts: list[Item] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    redemptions: list[Redemption] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def apply(self, rule: CartRule) -> None:
        """Apply a rule; record the reason if a rule with a code cannot be used."""
        refused = (
            objection(rule, self.cart, self.catalogue.used_by)
            or self._clash(rule)
            or self._no_gift(rule)
        )
        if refused is None:
            before, taken = len(self.discounts), self._reduce(rule)
            self._add_gift(rule)
            self._free_shipping(rule)
            if len(self.discounts) == before:
                refused = "takes_nothing_off", f"{rule.label} takes nothing off this cart."
            else:
                self._redeem(rule, before, taken)
        if refused and rule.terms.code:
            self.rejected.append(Rejection(rule.terms.code, *refused))

    def offer(self, rejected: Sequence[Rejection]) -> Offer:
        items = (*self.cart.items, *self.gifts)
        gifts = {}
        for number, gift in enumerate(self.gifts, start=len(self.cart.items) + 1):
            gifts[number] = gift.product
        discounts = with_added_lines(self.discounts, gifts)
        discounts = tuple(_padded(each, len(items)) for each in discounts)
        charges = []
        for index, item in enumerate(items):
            off = sum(each.of_line(index) for each in discounts)
            charges.append(replace(item.charge, off=off))
        shipping = self.cart.shipping
        shipping = replace(shipping, off=shipping.stated - self.remaining_shipping)
        *lines, shipping = priced([*charges, shipping], self.cart.prices, self.cart.rounding)
        return Offer(
            items=items,
            charges=tuple(lines),
            shipping=shipping,
            gifts=len(self.gifts),
            discounts=discounts,
            redemptions=tuple(self.redemptions),
            rejected=tuple(rejected),
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
        sku = rule.terms.gift_sku
        if sku is None:
            return None
        product = self.catalogue.products.get(sku)
        if product is None or product.price.currency != self.cart.currency:
            return (
                "gift_unknown",
                f"The gift of {_inside(rule.label)} is not sold in {self.cart.currency}.",
            )
        wanted = 0
        for item in (*self.cart.items, *self.gifts):
            if item.product.sku == sku:
                wanted += item.quantity
        if self.catalogue.stock.get(sku, 0) <= wanted:
            return "gift_sold_out", f"The gift of {_inside(rule.label)} is sold out."
        return None

    def _reduce(self, rule: CartRule) -> int:
        """Take the rule's percentage or amount off the products; return the sum taken off."""
        terms = rule.terms
        if terms.percent is None and terms.amount is None:
            return 0
        kind: DiscountKind = "amount" if terms.percent is None else "percent"
        scope = self._scope(rule)
        of = discountable(scope, [item.charge for item in self.cart.items], self.remaining)
        shares = split(kind, _value(rule, kind), of, self.cart.rounding)
        if any(shares):
            for index, share in enumerate(shares):
                self.remaining[index] -= share
            self._add(rule, kind, tuple(shares), scope=scope)
        return sum(shares)

    def _scope(self, rule: CartRule) -> Scope:
        """Return the lines that a rule applies to; it decides also when the order is edited."""
        choices, cheapest = tuple(rule.terms.choices), rule.terms.taken_off == "cheapest"
        if rule.terms.taken_off == "all" or not choices:
            return Scope(cheapest=cheapest)
        chosen = []
        for number, item in enumerate(self.cart.items, start=1):
            if any(is_chosen(item.product, choice) for choice in choices):
                chosen.append(number)
        return Scope(tuple(chosen), choices, cheapest)

    def _add_gift(self, rule: CartRule) -> None:
        product = self.catalogue.products.get(rule.terms.gift_sku or "")
        if product:
            index = len(self.cart.items) + len(self.gifts)
            shares = [0] * index
            shares.append(product.price.amount)
            self.gifts.append(Item(product, 1))
            self._add(rule, "gift", tuple(shares), scope=Scope((index + 1,)))

    def _free_shipping(self, rule: CartRule) -> None:
        if rule.terms.free_shipping and self.remaining_shipping:
            self._add(rule, "free_shipping", (), self.remaining_shipping)
            self.remaining_shipping = 0

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
            # The rest becomes another voucher and no longer belongs to this order.
            value = Decimal(sum(shares))
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

    def _redeem(self, rule: CartRule, before: int, off: int) -> None:
        """Record the use of a rule that added the discounts after the first `before` ones."""
        taken = sum(each.off for each in self.discounts[before:])
        spent = rest = 0
        if rule.terms.amount:
            spent = off
            rest = rule.terms.amount.amount - off if _leaves_a_rest(rule) else 0
        self.redemptions.append(Redemption(rule, taken, spent, rest))


def discount_id(rule_id: UUID, kind: DiscountKind) -> UUID:
    """Return the id of a rule's discount in an order; it connects the two later."""
    return uuid5(rule_id, kind)


def _leaves_a_rest(rule: CartRule) -> bool:
    return rule.terms.amount is not None and rule.terms.code is not None and rule.terms.partial_use


def _padded(discount: Discount, items: int) -> Discount:
    return replace(discount, shares=(*discount.shares, *[0] * (items - len(discount.shares))))


def _value(rule: CartRule, kind: DiscountKind) -> Decimal:
    if kind == "percent":
        return rule.terms.percent or Decimal(0)
    if kind == "amount" and rule.terms.amount:
        return Decimal(rule.terms.amount.amount)
    return Decimal(0)


def _inside(label: str) -> str:
    """Return a rule's label for the middle of a sentence."""
    return label.replace("The rule", "the rule")
