"""A shop and what it sells, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from services.orders.domain.money import tax_in
from services.orders.domain.numbering import Series
from services.orders.domain.pricing import USUAL, Prices
from shared.contracts.orders import Calendar, Rounding
from shared.contracts.values import DocumentKind, Money, ShopProfile
from shared.writing import days, jalali


@dataclass(frozen=True)
class Shop:
    """A shop's profile, and how it numbers its documents, rounds its taxes, keeps its records and treats its stock."""

    key: str
    profile: ShopProfile
    default_language: str
    numbering: Mapping[DocumentKind, Series]
    calendar: Calendar = "gregorian"
    rounding: Rounding = USUAL
    legal_years: int = 10
    backorders: bool = False
    returns: bool = False
    return_days: int = 14
    refundable_methods: tuple[str, ...] = ()
    store_credit_days: int | None = None

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

    def untaxed(self, prices: Prices, rounding: Rounding) -> "Product":
        """The same for an order that is exempt: at its price without tax, in that kind of prices."""
        price, taxed = self.price.amount, prices == "tax_included"
        net = price - tax_in(price, self.tax_rate, rounding.mode) if taxed else price
        return replace(self, price=Money(amount=net, currency=self.price.currency), tax_rate=Decimal(0))

    def name(self, language: str, default: str) -> str:
        """The name in a language (`en` serves `en-GB`), else in the shop's, else any."""
        wanted = (language, language.partition("-")[0], default)
        return next((self.names[key] for key in wanted if key in self.names), next(iter(self.names.values())))
