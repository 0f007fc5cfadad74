"""Conversion of a shop to the settings that messages show, and back; the carriers it offers."""

from services.orders.domain.numbering import KINDS, series_of
from services.orders.domain.shop import Shop
from shared.contracts.orders import (
    Coin,
    ListCarriers,
    ListedCarrier,
    Numberings,
    PutShop,
    ShopCarrier,
    ShopSettings,
)
from shared.contracts.partial import merged
from shared.contracts.paths import repeated
from shared.contracts.reason import Reason
from shared.contracts.values import Money


def settings_of(shop: Shop) -> ShopSettings:
    """Return the settings of a shop, as `shop.put` takes them."""
    invoice, delivery, credit, returned = (shop.numbering[kind] for kind in KINDS)
    return ShopSettings(
        profile=shop.profile,
        default_language=shop.default_language,
        invoice_prefix=invoice.prefix,
        delivery_prefix=delivery.prefix,
        credit_prefix=credit.prefix,
        return_prefix=returned.prefix,
        numbering=Numberings(
            invoice=invoice.rules,
            delivery_slip=delivery.rules,
            credit_slip=credit.rules,
            return_slip=returned.rules,
        ),
        calendar=shop.calendar,
        rounding=shop.rounding,
        legal_years=shop.legal_years,
        backorders=shop.backorders,
        accepts_returns=shop.returns,
        return_days=shop.return_days,
        carriers=list(shop.carriers),
        payment_methods=list(shop.payment_methods),
        invoice_notes=dict(shop.invoice_notes),
        coins=[Coin(amount=shop.coins[name], currency=name) for name in shop.coins],
        store_credit_days=shop.store_credit_days,
    )


def shop_of(key: str, settings: ShopSettings) -> Shop:
    """Return the shop with these settings."""
    return Shop(
        key=key,
        profile=settings.profile,
        default_language=settings.default_language,
        numbering=series_of(settings),
        calendar=settings.calendar,
        rounding=settings.rounding,
        legal_years=settings.legal_years,
        backorders=settings.backorders,
        returns=settings.accepts_returns,
        return_days=settings.return_days,
        store_credit_days=settings.store_credit_days,
        carriers=tuple(settings.carriers),
        invoice_notes=settings.invoice_notes,
        coins={coin.currency: coin.amount for coin in settings.coins},
        payment_methods=tuple(settings.payment_methods),
    )


def put_shop(command: PutShop, before: Shop | None) -> ShopSettings | Reason:
    """Return the settings after the command; fields that it does not set stay unchanged."""
    if before is None and command.profile is None:
        return Reason("profile_missing", "A new shop needs a profile.", field="profile")
    if before is None:
        settings = ShopSettings.model_validate(command.model_dump())
    else:
        kept = () if command.profile else ("profile",)
        settings = merged(settings_of(before), command, without=kept)
    return _objection(settings) or settings


def _objection(settings: ShopSettings) -> Reason | None:
    for field in ("carriers", "payment_methods"):
        names = [each.name for each in getattr(settings, field)]
        twice = repeated(names)
        if twice is not None:
            sentence = f"'{names[twice]}' is in the list twice."
            return Reason("named_twice", sentence, field=f"{field}[{twice}].name")
    return None


def offered(shop: Shop, query: ListCarriers) -> list[ListedCarrier]:
    """Return the carriers that deliver to the query's country and have a price in its currency."""
    found = []
    for carrier in shop.carriers:
        price = rate(carrier, query.currency, query.prices) if query.currency else None
        delivers = not query.delivery_country or delivers_to(carrier, query.delivery_country)
        if delivers and (price or not query.currency):
            found.append(ListedCarrier(**dict(carrier), price=price))
    return found


def delivers_to(carrier: ShopCarrier, country: str) -> bool:
    """Return whether a carrier delivers to a country."""
    return not carrier.countries or country in carrier.countries


def rate(carrier: ShopCarrier, currency: str, prices: str) -> Money | None:
    """Return the price of a carrier; None if its list has no such price."""
    for found in carrier.rates:
        if (found.price.currency, found.prices) == (currency, prices):
            return found.price
    return None
