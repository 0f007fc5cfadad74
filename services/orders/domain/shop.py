"""A shop and what it sells, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from services.orders.domain.numbering import Series
from services.orders.domain.pricing import DEFAULT_ROUNDING, Prices, TaxedPrice, without_tax
from shared.contracts.orders import (
    Calendar,
    PaymentMethod,
    ProductDefinition,
    ProductWithStock,
    Rounding,
    ShopCarrier,
)
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import DocumentKind, Money
from shared.writing import days, jalali

CASH = "10"  # UNTDID 4461


@dataclass(frozen=True)
class Shop:
    """A shop's profile, and how it numbers its documents, rounds its taxes, keeps its records and
    treats its stock.
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
        """Return what is paid by a method comes in multiples of, in minor units: the smallest coin,
        of cash.
        """
        cash = any(method.cash for method in self.payment_methods if method.name == payment_method)
        return self.coins.get(currency, 1) if cash else 1

    def means(self, method: str) -> str:
        """Return the code of a payment method on e-invoices; empty where there is none."""
        found = self._method(method)
        if found is None:
            return ""
        return found.means or (CASH if found.cash else "")

    def is_by_transfer(self, method: str) -> bool:
        """Return whether a method is paid by transfer to the shop's account: as the shop says, else
        where nothing of it says otherwise.
        """
        found = self._method(method)
        if found is None:
            return True
        if found.transfer is not None:
            return found.transfer
        return not (found.cash or found.means or found.refundable)

    def _method(self, name: str) -> PaymentMethod | None:
        return next((known for known in self.payment_methods if known.name == name), None)

    def asks_system(self, method: str, *, cancelled: bool) -> bool:
        """Return whether the system of a payment method is asked to give money back, of a refund or
        of an order that was `cancelled`.
        """
        found = self._method(method)
        return found is not None and found.refundable and (found.refund_on_cancel or not cancelled)

    def carrier(self, name: str) -> ShopCarrier | None:
        """The carrier of that name, if the shop offers it."""
        return next((carrier for carrier in self.carriers if carrier.name == name), None)

    def invoice_note(self, language: str) -> str:
        """Return the note of invoices in a language (`en` serves `en-GB`); empty where there is
        none.
        """
        return self.invoice_notes.get(language) or self.invoice_notes.get(
            language.partition("-")[0], ""
        )

    @property
    def timezone(self) -> str:
        """Whose days it keeps: an IANA name."""
        return self.profile.timezone

    def day(self, at: datetime) -> date:
        """The day in the shop's time zone."""
        return days.day_of(at, self.timezone)

    def year(self, at: datetime) -> int:
        """The year of that day in the shop's calendar."""
        return jalali.jalali(self.day(at))[0] if self.calendar == "jalali" else self.day(at).year

    def new_year(self, year: int) -> date:
        """The first day of a year in the shop's calendar."""
        return jalali.nowruz(year) if self.calendar == "jalali" else date(year, 1, 1)


@dataclass(frozen=True)
class Product:
    """A product or combination of the catalogue."""

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

    def untaxed(self, prices: Prices, rounding: Rounding) -> "Product":
        """The same for an order that is exempt: at its price without tax, in that kind of
        prices.
        """
        price, rate = self.price.amount, self.tax_rate
        net = Money(amount=without_tax(price, rate, prices, rounding), currency=self.price.currency)
        return replace(self, price=net, tax_rate=Decimal(0), taxed=TaxedPrice(price, rate))

    def name(self, language: str, default: str) -> str:
        """The name in a language (`en` serves `en-GB`), else in the shop's, else any."""
        wanted = (language, language.partition("-")[0], default)
        return next(
            (self.names[key] for key in wanted if key in self.names),
            next(iter(self.names.values())),
        )


def product_of(told: ProductDefinition) -> Product:
    """Return the product that a message defines."""
    return Product(
        told.sku,
        told.names,
        told.price,
        told.tax_rate,
        told.weight_grams,
        frozenset(told.categories),
        told.brand,
        frozenset(told.suppliers),
        frozenset(told.attributes),
    )


def product_definition(product: Product) -> ProductDefinition:
    """Return what `product.put` would have to say for this product."""
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
    )


def found_product(product: Product, available: int) -> ProductWithStock:
    """Return the product as an answer shows it, with the stock left."""
    return ProductWithStock(**dict(product_definition(product)), available=available)
