"""Shops and products as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from services.orders.domain.numbering import Series
from services.orders.domain.pricing import DEFAULT_ROUNDING, Prices, TaxedPrice, without_tax
from shared.contracts.orders import (
    Calendar,
    Combination,
    CombinationWithStock,
    Option,
    PaymentMethod,
    ProductDefinition,
    ProductWithStock,
    Rounding,
    ShopCarrier,
)
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import DocumentKind, Money, Price
from shared.writing import days, jalali

CASH = "10"  # UNTDID 4461


@dataclass(frozen=True)
class Shop:
    """A shop's profile and settings: numbering, rounding, retention, stock, returns, carriers and
    payment methods.
    """

    key: str
    profile: ShopProfile
    default_language: str
    numbering: Mapping[DocumentKind, Series]
    calendar: Calendar = "gregorian"
    rounding: Rounding = DEFAULT_ROUNDING
    legal_years: int = 10
    backorders: bool = False
    returns: bool = False
    return_days: int = 14
    store_credit_days: int | None = None
    carriers: tuple[ShopCarrier, ...] = ()
    payment_methods: tuple[PaymentMethod, ...] = ()
    invoice_notes: Mapping[str, str] = field(default_factory=dict)
    coins: Mapping[str, int] = field(default_factory=dict)

    def coin(self, payment_method: str, currency: str) -> int:
        """Return the smallest coin of a currency in minor units, if the method is cash; else 1."""
        method = self._method(payment_method)
        if method is None or not method.cash:
            return 1
        return self.coins.get(currency, 1)

    def means(self, method: str) -> str:
        """Return the code of a payment method on e-invoices; empty if there is none."""
        found = self._method(method)
        if found is None:
            return ""
        return found.means or (CASH if found.cash else "")

    def is_by_transfer(self, method: str) -> bool:
        """Return whether a method is a transfer to the shop's account: as the shop sets it, else
        unless the method's other fields show that it is not.
        """
        found = self._method(method)
        if found is None:
            return True
        if found.transfer is not None:
            return found.transfer
        return not (found.cash or found.means or found.refundable)

    def _method(self, name: str) -> PaymentMethod | None:
        for known in self.payment_methods:
            if known.name == name:
                return known
        return None

    def asks_system(self, method: str, *, cancelled: bool) -> bool:
        """Return whether the payment method's system is requested to give money back, for a refund
        or for a `cancelled` order.
        """
        found = self._method(method)
        return found is not None and found.refundable and (found.refund_on_cancel or not cancelled)

    def carrier(self, name: str) -> ShopCarrier | None:
        """Return the carrier with a name; None if the shop's list has none."""
        for carrier in self.carriers:
            if carrier.name == name:
                return carrier
        return None

    def invoice_note(self, language: str) -> str:
        """Return the note of invoices in a language (`en` serves `en-GB`); empty if there is
        none.
        """
        notes = self.invoice_notes
        return notes.get(language) or notes.get(language.partition("-")[0], "")

    @property
    def timezone(self) -> str:
        """Return the time zone that decides the date, an IANA name."""
        return self.profile.timezone

    def day(self, at: datetime) -> date:
        """Return the date of a moment in the shop's time zone."""
        return days.day_of(at, self.timezone)

    def year(self, at: datetime) -> int:
        """Return the year of a moment in the shop's calendar and time zone."""
        day = self.day(at)
        return jalali.jalali(day)[0] if self.calendar == "jalali" else day.year

    def new_year(self, year: int) -> date:
        """Return the first day of a year in the shop's calendar."""
        return jalali.nowruz(year) if self.calendar == "jalali" else date(year, 1, 1)


@dataclass(frozen=True)
class Product:
    """A product or combination of the catalogue.

    `parent` is the SKU of the product that it is a combination of. A product with `combinations` is
    sold as one of these only. One that is `withdrawn` is sold no more.
    """

    sku: str
    names: dict[str, str]
    price: Money
    tax_rate: Decimal
    weight_grams: int = 0
    categories: frozenset[str] = frozenset()
    brand: str = ""
    suppliers: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    taxed: TaxedPrice | None = None
    other_prices: tuple[Price, ...] = ()
    barcode: str = ""
    picture_url: str = ""
    options: tuple[Option, ...] = ()
    parent: str | None = None
    combinations: tuple[Combination, ...] = ()
    withdrawn: bool = False

    def sold_in(self, currency: str) -> "Product":
        """Return the product at its price in a currency; unchanged if it has none."""
        for price in self.other_prices:
            if price.currency == currency:
                return replace(self, price=price)
        return self

    def untaxed(self, prices: Prices, rounding: Rounding) -> "Product":
        """Return the product for an exempt order: at its price without tax."""
        price, rate = self.price.amount, self.tax_rate
        net = Money(amount=without_tax(price, rate, prices, rounding), currency=self.price.currency)
        return replace(self, price=net, tax_rate=Decimal(0), taxed=TaxedPrice(price, rate))

    def name(self, language: str, default: str) -> str:
        """Return the name in a language (`en` serves `en-GB`), else in the default one, else any
        name; that of a combination has its options: `T-shirt (Size: L)`.
        """
        name = _in(self.names, language, default)
        options = []
        for option in self.options:
            label, value = (
                _in(texts, language, default) for texts in (option.names, option.values)
            )
            options.append(f"{label}: {value}")
        return f"{name} ({', '.join(options)})" if options else name


def _in(texts: Mapping[str, str], language: str, default: str) -> str:
    for key in (language, language.partition("-")[0], default):
        if key in texts:
            return texts[key]
    return next(iter(texts.values()))


def product_of(definition: ProductDefinition) -> Product:
    """Return the product of a definition in a message, without its combinations as products."""
    return Product(
        definition.sku,
        definition.names,
        definition.price,
        definition.tax_rate,
        definition.weight_grams,
        frozenset(definition.categories),
        definition.brand,
        frozenset(definition.suppliers),
        frozenset(definition.attributes),
        other_prices=tuple(definition.other_prices),
        barcode=definition.barcode,
        picture_url=definition.picture_url,
        combinations=tuple(definition.combinations),
    )


def product_definition(product: Product) -> ProductDefinition:
    """Return the definition of a product, as `product.put` takes it."""
    return ProductDefinition(
        sku=product.sku,
        names=product.names,
        price=product.price,
        tax_rate=product.tax_rate,
        weight_grams=product.weight_grams,
        categories=sorted(product.categories),
        brand=product.brand,
        suppliers=sorted(product.suppliers),
        attributes=sorted(product.attributes),
        other_prices=list(product.other_prices),
        barcode=product.barcode,
        picture_url=product.picture_url,
        combinations=list(product.combinations),
    )


def found_product(
    product: Product, available: int, combined: Mapping[str, int] | None = None
) -> ProductWithStock:
    """Return a product with its stock, as answers show it; `combined` is the stock of its
    combinations by SKU.
    """
    shown = dict(product_definition(product))
    combinations = []
    for each in product.combinations:
        left = (combined or {}).get(each.sku, 0)
        combinations.append(CombinationWithStock(**dict(each), available=left))
    shown["combinations"] = combinations
    if combinations:
        available = sum(each.available for each in combinations)
    return ProductWithStock(
        **shown, available=available, parent=product.parent, options=list(product.options)
    )
