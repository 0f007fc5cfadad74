"""Cart rules: the conditions under which a cart becomes cheaper. A voucher is a rule with a
code.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.orders.domain.pricing import Charge, Prices
from services.orders.domain.shop import Product
from shared.contracts.orders import CartRuleDefinition, ProductChoice, Rounding
from shared.writing.currencies import written
from shared.writing.days import said

Refused = tuple[str, str]
"""Why a rule does nothing: a code, and one sentence."""


@dataclass(frozen=True)
class CartRule:
    """A rule, and how often it was used; that is counted only where its uses in all are limited."""

    terms: CartRuleDefinition
    used: int = 0

    @property
    def rule_id(self) -> UUID:
        return self.terms.rule_id

    @property
    def limited(self) -> bool:
        """Whether its uses in all are limited: then they are counted on its row."""
        return self.terms.uses is not None

    @property
    def limited_per_customer(self) -> bool:
        """Whether each customer's uses are limited."""
        return self.terms.uses_per_customer is not None

    def counts_for(self, customer_id: str | None) -> bool:
        """Whether a customer may take one of its counted uses: then he holds its row first."""
        is_left = self.terms.uses is not None and self.used < self.terms.uses
        return is_left and self.terms.active and self.terms.customer_id in (None, customer_id)

    @property
    def label(self) -> str:
        """What a sentence calls it."""
        return f"'{self.terms.code}'" if self.terms.code else f"The rule '{self.name('en')}'"

    def name(self, language: str) -> str:
        """The name in a language (`en` serves `en-GB`), else in English, else any."""
        names = self.terms.names
        wanted = (language, language.partition("-")[0], "en")
        return next((names[key] for key in wanted if key in names), next(iter(names.values())))

    def goes_with(self, other: "CartRule") -> bool:
        """Whether both allow to be used beside the other."""
        return all(
            one.terms.goes_with is None or another.rule_id in one.terms.goes_with
            for one, another in ((self, other), (other, self))
        )


@dataclass(frozen=True)
class Item:
    """A product in a cart."""

    product: Product
    quantity: int

    @property
    def charge(self) -> Charge:
        """What it is stated at."""
        return Charge(self.product.price.amount, self.quantity, self.product.tax_rate)


@dataclass(frozen=True)
class Cart:
    """What somebody wants to buy, and all that its price depends on. Nobody in particular has no
    `customer_id`.
    """

    items: tuple[Item, ...]
    carrier: str
    shipping: Charge
    currency: str
    prices: Prices
    rounding: Rounding
    language: str
    at: datetime
    country: str | None = None
    customer_id: str | None = None
    groups: frozenset[str] = frozenset()
    zone: str = "UTC"
    coin: int = 1

    @property
    def products_total(self) -> int:
        """Of all products, before discounts."""
        return sum(item.charge.stated for item in self.items)


UsedBy = Callable[[UUID], int]
"""How often the customer of the cart used a rule."""


def objection(rule: CartRule, cart: Cart, used_by: UsedBy) -> Refused | None:
    """The first condition that does not hold."""
    over = objection_to_all(rule, cart.at, cart.zone) or _used_up_by(rule, cart, used_by)
    return over or next((found for ask in CONDITIONS if (found := ask(rule, cart))), None)


def objection_to_all(rule: CartRule, at: datetime, zone: str) -> Refused | None:
    """Why nobody can use a rule now; times are said in the shop's zone."""
    terms = rule.terms
    if not terms.active:
        return "disabled", f"{rule.label} is not valid any more."
    if terms.valid_from and at < terms.valid_from:
        return "not_yet_valid", f"{rule.label} is valid from {said(terms.valid_from, zone)} on."
    if terms.valid_until and at >= terms.valid_until:
        return "expired", f"{rule.label} was valid until {said(terms.valid_until, zone)}."
    if terms.uses is not None and rule.used >= terms.uses:
        return "used_up", f"{rule.label} was used as often as it may."
    return None


def _used_up_by(rule: CartRule, cart: Cart, used_by: UsedBy) -> Refused | None:
    most = rule.terms.uses_per_customer
    if most is None:
        return None
    if cart.customer_id is None:
        return "customer_needed", f"{rule.label} needs to know who the customer is."
    used_up = used_by(rule.rule_id) >= most
    return (
        ("used_up_by_customer", f"{rule.label} was used by this customer as often as it may.")
        if used_up
        else None
    )


def _other_customer(rule: CartRule, cart: Cart) -> Refused | None:
    if rule.terms.customer_id in (None, cart.customer_id):
        return None
    return "other_customer", f"{rule.label} is for another customer."


def _other_group(rule: CartRule, cart: Cart) -> Refused | None:
    if not rule.terms.groups or cart.groups.intersection(rule.terms.groups):
        return None
    return "other_group", f"{rule.label} is for other groups of customers."


def _other_country(rule: CartRule, cart: Cart) -> Refused | None:
    countries = rule.terms.countries
    if not countries or cart.country in countries:
        return None
    return "other_country", f"{rule.label} is for deliveries to {', '.join(countries)}."


def _other_carrier(rule: CartRule, cart: Cart) -> Refused | None:
    carriers = rule.terms.carriers
    if not carriers or cart.carrier in carriers:
        return None
    return "other_carrier", f"{rule.label} is for deliveries by {', '.join(carriers)}."


def _other_money(rule: CartRule, cart: Cart) -> Refused | None:
    stated = rule.terms.amount or rule.terms.minimum
    if stated is None:
        return None
    if stated.currency != cart.currency:
        return (
            "other_currency",
            f"{rule.label} is in {stated.currency}, the cart in {cart.currency}.",
        )
    if rule.terms.prices != cart.prices:
        return (
            "other_prices",
            f"{rule.label} is for prices with{'out' * (cart.prices == 'tax_included')} tax.",
        )
    return None


def _below_minimum(rule: CartRule, cart: Cart) -> Refused | None:
    minimum = rule.terms.minimum
    if minimum is None:
        return None
    counted = cart.products_total + (
        cart.shipping.stated if rule.terms.minimum_with_shipping else 0
    )
    if counted >= minimum.amount:
        return None
    missing = written(minimum.amount - counted, minimum.currency)
    return "below_minimum", f"{rule.label} needs a larger cart: {missing} more."


def _not_in_cart(rule: CartRule, cart: Cart) -> Refused | None:
    for choice in rule.terms.choices:
        lacking = choice.quantity - sum(
            item.quantity for item in cart.items if is_chosen(item.product, choice)
        )
        if lacking > 0:
            return (
                "products_missing",
                f"{rule.label} needs {lacking} more of certain products in the cart.",
            )
    return None


CONDITIONS: tuple[Callable[[CartRule, Cart], Refused | None], ...] = (
    _other_customer,
    _other_group,
    _other_country,
    _other_carrier,
    _other_money,
    _not_in_cart,
    _below_minimum,
)


def is_chosen(product: Product, choice: ProductChoice) -> bool:
    """Whether every list of the choice names the product; an empty one names all."""
    wanted_and_had: tuple[tuple[list[str], Iterable[str]], ...] = (
        (choice.skus, (product.sku,)),
        (choice.categories, product.categories),
        (choice.brands, (product.brand,)),
        (choice.suppliers, product.suppliers),
        (choice.attributes, product.attributes),
    )
    return all(not wanted or not set(wanted).isdisjoint(had) for wanted, had in wanted_and_had)


# --- what makes no sense --------------------------------------------------------------------------


def nonsense(terms: CartRuleDefinition) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a rule: code, sentence, field."""
    if (
        terms.percent is None
        and terms.amount is None
        and not terms.free_shipping
        and terms.gift is None
    ):
        yield (
            "gives_nothing",
            "It gives neither percent nor amount, free shipping or a gift.",
            "percent",
        )
    if terms.percent is not None and terms.amount is not None:
        yield "two_discounts", "It takes off either percent or an amount: make two rules.", "amount"
    if terms.amount is not None and terms.amount.amount <= 0:
        yield "not_positive", "What it takes off is more than zero.", "amount.amount"
    if terms.minimum is not None and terms.minimum.amount < 0:
        yield "negative_minimum", "A minimum is zero or more.", "minimum.amount"
    if terms.minimum and terms.amount and terms.minimum.currency != terms.amount.currency:
        yield "two_currencies", "Amount and minimum are in one currency.", "minimum.currency"
    if terms.valid_from and terms.valid_until and terms.valid_until <= terms.valid_from:
        yield "ends_before_it_begins", "It ends before it begins.", "valid_until"
    if terms.taken_off == "chosen" and not terms.choices:
        yield (
            "nothing_chosen",
            "It takes something off chosen products, and chooses none.",
            "choices",
        )
