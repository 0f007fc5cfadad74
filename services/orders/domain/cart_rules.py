"""Cart rules: discounts with conditions. A voucher is a rule with a code."""

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
"""The reason that a rule does not apply: a code and one sentence."""


@dataclass(frozen=True)
class CartRule:
    """A rule with the number of its uses, which is counted only if it is limited."""

    terms: CartRuleDefinition
    used: int = 0

    @property
    def rule_id(self) -> UUID:
        return self.terms.rule_id

    @property
    def limited(self) -> bool:
        """Return whether the number of all uses is limited; they are counted in the rule's row."""
        return self.terms.uses is not None

    @property
    def limited_per_customer(self) -> bool:
        """Return whether the number of uses per customer is limited."""
        return self.terms.uses_per_customer is not None

    def counts_for(self, customer_id: str | None) -> bool:
        """Return whether a customer may take one of the limited uses; the rule's row is locked
        first then.
        """
        terms = self.terms
        has_uses = terms.uses is not None and self.used < terms.uses
        return has_uses and terms.active and terms.customer_id in (None, customer_id)

    @property
    def label(self) -> str:
        """Return the rule's name at the beginning of a sentence."""
        if self.terms.code:
            return f"'{self.terms.code}'"
        return f"The rule '{self.name('en')}'"

    def name(self, language: str) -> str:
        """Return the name in a language (`en` serves `en-GB`), else in English, else any name."""
        names = self.terms.names
        for key in (language, language.partition("-")[0], "en"):
            if key in names:
                return names[key]
        return next(iter(names.values()))

    def goes_with(self, other: "CartRule") -> bool:
        """Return whether each of two rules allows the other in the same cart."""
        return self._allows(other) and other._allows(self)

    def _allows(self, other: "CartRule") -> bool:
        return self.terms.goes_with is None or other.rule_id in self.terms.goes_with


@dataclass(frozen=True)
class Item:
    """A product in a cart."""

    product: Product
    quantity: int

    @property
    def charge(self) -> Charge:
        """Return the charge before discounts."""
        return Charge(self.product.price.amount, self.quantity, self.product.tax_rate)


@dataclass(frozen=True)
class Cart:
    """The items of a cart and everything that its price depends on; `customer_id` is None if the
    customer is not known.
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
        """Return the total of all products before discounts."""
        return sum(item.charge.stated for item in self.items)


UsedBy = Callable[[UUID], int]
"""A function that returns how often the customer of the cart used a rule."""


def objection(rule: CartRule, cart: Cart, used_by: UsedBy) -> Refused | None:
    """Return the first reason that the rule does not apply to a cart; None if it applies."""
    found = objection_to_all(rule, cart.at, cart.zone) or _used_up_by(rule, cart, used_by)
    if found:
        return found
    for condition in CONDITIONS:
        found = condition(rule, cart)
        if found:
            return found
    return None


def objection_to_all(rule: CartRule, at: datetime, zone: str) -> Refused | None:
    """Return the reason that no customer can use a rule now; times are written in the shop's
    zone.
    """
    terms = rule.terms
    if not terms.active:
        return "disabled", f"{rule.label} is no longer valid."
    if terms.valid_from and at < terms.valid_from:
        return "not_yet_valid", f"{rule.label} is valid from {said(terms.valid_from, zone)} on."
    if terms.valid_until and at >= terms.valid_until:
        return "expired", f"{rule.label} was valid until {said(terms.valid_until, zone)}."
    if terms.uses is not None and rule.used >= terms.uses:
        return "used_up", f"{rule.label} has reached its usage limit."
    return None


def _used_up_by(rule: CartRule, cart: Cart, used_by: UsedBy) -> Refused | None:
    most = rule.terms.uses_per_customer
    if most is None:
        return None
    if cart.customer_id is None:
        return "customer_needed", f"{rule.label} is limited per customer: set 'customer_id'."
    if used_by(rule.rule_id) < most:
        return None
    sentence = f"{rule.label} has reached its usage limit for this customer."
    return "used_up_by_customer", sentence


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
    carriers = rule.terms.carrier_names
    if not carriers or cart.carrier in carriers:
        return None
    return "other_carrier", f"{rule.label} is for deliveries by {', '.join(carriers)}."


def _other_money(rule: CartRule, cart: Cart) -> Refused | None:
    stated = rule.terms.amount or rule.terms.minimum
    if stated is None:
        return None
    if stated.currency != cart.currency:
        sentence = f"{rule.label} is in {stated.currency}, the cart in {cart.currency}."
        return "other_currency", sentence
    if rule.terms.prices != cart.prices:
        kind = "without" if cart.prices == "tax_included" else "with"
        return "other_prices", f"{rule.label} is for prices {kind} tax."
    return None


def _below_minimum(rule: CartRule, cart: Cart) -> Refused | None:
    minimum = rule.terms.minimum
    if minimum is None:
        return None
    counted = cart.products_total
    if rule.terms.minimum_with_shipping:
        counted += cart.shipping.stated
    if counted >= minimum.amount:
        return None
    missing = written(minimum.amount - counted, minimum.currency)
    return "below_minimum", f"{rule.label} needs a larger cart: {missing} more."


def _not_in_cart(rule: CartRule, cart: Cart) -> Refused | None:
    for choice in rule.terms.choices:
        missing = choice.quantity
        for item in cart.items:
            if is_chosen(item.product, choice):
                missing -= item.quantity
        if missing > 0:
            sentence = f"{rule.label} needs {missing} more of certain products in the cart."
            return "products_missing", sentence
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
    """Return whether every list of the choice contains the product; an empty list contains all."""
    return (
        _contains(choice.skus, (product.sku, product.parent or product.sku))
        and _contains(choice.categories, product.categories)
        and _contains(choice.brands, (product.brand,))
        and _contains(choice.suppliers, product.suppliers)
        and _contains(choice.attributes, product.attributes | combination_attributes(product))
    )


def combination_attributes(product: Product) -> frozenset[str]:
    """Return the options of a combination as conditions name them, in each of their languages:
    `Colour: Blue`.
    """
    found = set()
    for option in product.options:
        for language in option.names.keys() & option.values.keys():
            found.add(f"{option.names[language]}: {option.values[language]}")
    return frozenset(found)


def _contains(wanted: list[str], values: Iterable[str]) -> bool:
    return not wanted or not set(wanted).isdisjoint(values)


def definition_errors(terms: CartRuleDefinition) -> Iterator[tuple[str, str, str]]:
    """Yield the errors in the definition of a rule: code, sentence, field."""
    has_discount = terms.percent is not None or terms.amount is not None
    if not has_discount and not terms.free_shipping and terms.gift_sku is None:
        sentence = "The rule gives nothing: set 'percent', 'amount', 'free_shipping' or 'gift_sku'."
        yield "gives_nothing", sentence, "percent"
    if terms.percent is not None and terms.amount is not None:
        sentence = "A rule takes off either a percentage or an amount: make two rules."
        yield "two_discounts", sentence, "amount"
    if terms.amount is not None and terms.amount.amount <= 0:
        yield "not_positive", "The amount taken off must be greater than zero.", "amount.amount"
    if terms.minimum is not None and terms.minimum.amount < 0:
        yield "negative_minimum", "The minimum must not be negative.", "minimum.amount"
    if terms.minimum and terms.amount and terms.minimum.currency != terms.amount.currency:
        sentence = (
            f"The amount is in {terms.amount.currency}, the minimum in {terms.minimum.currency}:"
            " use one currency."
        )
        yield "two_currencies", sentence, "minimum.currency"
    if terms.valid_from and terms.valid_until and terms.valid_until <= terms.valid_from:
        yield "ends_before_it_begins", "'valid_until' is not after 'valid_from'.", "valid_until"
    if terms.taken_off == "chosen" and not terms.choices:
        sentence = "'taken_off' is 'chosen', but 'choices' selects no products."
        yield "nothing_chosen", sentence, "choices"
