"""Carts: what of a message makes one, why it cannot be sold, and its price as the answer to a
question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from services.orders.domain.cart_rules import Cart, Item
from services.orders.domain.cash import payable
from services.orders.domain.money import LARGEST, tax_in
from services.orders.domain.offer import Catalogue, Offer
from services.orders.domain.pricing import Charge, taxed_for_net
from services.orders.domain.settings import delivers_to, rate as rate_of
from services.orders.domain.shop import Product, Shop
from shared.contracts.orders import (
    Carrier,
    CartDiscount,
    CartPrice,
    OrderedLine,
    PlaceOrder,
    PriceCart,
    PricedLine,
    RejectedCode,
    WantedLine,
)
from shared.contracts.reason import Reason
from shared.contracts.values import Money

Buying = PlaceOrder | PriceCart
B = TypeVar("B", PlaceOrder, PriceCart)
CUSTOMER = "customer"  # who places orders at the checkout


def exempted(asked: Buying, catalogue: Catalogue) -> Catalogue:
    """The catalogue for who asks: without any tax, if nothing of the order is taxed."""
    if asked.exemption is None or catalogue.shop is None:
        return catalogue
    rounding = catalogue.shop.rounding
    products = {
        sku: each and each.untaxed(asked.prices, rounding)
        for sku, each in catalogue.products.items()
    }
    return replace(catalogue, products=products)


def ready(asked: B, shop: Shop) -> B | Reason:
    """Return what is asked with the carrier's price, or why that cannot be; only employees agree on
    prices.
    """
    by_customer = isinstance(asked, PlaceOrder) and asked.placed_by == CUSTOMER
    if by_customer and any(line.unit_price is not None for line in asked.lines):
        sentence = "Only an employee agrees on a price: a customer pays what the catalogue says."
        return Reason("price_by_customer", sentence, field="lines")
    carrier = _listed(asked, shop)
    return carrier if isinstance(carrier, Reason) else asked.model_copy(update={"carrier": carrier})


def _listed(asked: Buying, shop: Shop) -> Carrier | Reason:
    """Return the carrier with what the shop's list says of it, where the message leaves that
    out.
    """
    carrier, listed = asked.carrier, shop.carrier(asked.carrier.name)
    if carrier.price is not None:
        rate = (
            carrier.tax_rate
            if carrier.tax_rate is not None or asked.exemption
            else listed and listed.tax_rate
        )
        return carrier.model_copy(update={"tax_rate": rate or Decimal(0)})
    if listed is None:
        sentence = f"The shop's list has no carrier '{carrier.name}': give its price."
        return Reason("unknown_carrier", sentence, field="carrier.name")
    country, found = _country(asked), rate_of(listed, asked.currency, asked.prices)
    if country and not delivers_to(listed, country):
        sentence = f"Carrier '{carrier.name}' does not deliver to {country}."
        return Reason("not_delivered_there", sentence, field="carrier.name")
    if found is None:
        sentence = f"Carrier '{carrier.name}' has no such price in {asked.currency}: give one."
        return Reason("no_carrier_price", sentence, field="carrier.price")
    if not asked.exemption:
        return carrier.model_copy(
            update={
                "price": found.amount,
                "tax_rate": listed.tax_rate if carrier.tax_rate is None else carrier.tax_rate,
            }
        )
    taxed = (
        tax_in(found.amount, listed.tax_rate, shop.rounding.mode)
        if asked.prices == "tax_included"
        else 0
    )
    return carrier.model_copy(
        update={"price": found.amount - taxed, "tax_rate": carrier.tax_rate or Decimal(0)}
    )


def _country(asked: Buying) -> str | None:
    return (
        asked.delivery_address.country if isinstance(asked, PlaceOrder) else asked.delivery_country
    )


def _agreed(product: Product, line: WantedLine, asked: Buying, shop: Shop) -> Product:
    """Return the product at the price that was agreed, if one was."""
    price = line.unit_price if isinstance(line, OrderedLine) else None
    if price is None:
        return product
    taxed = taxed_for_net(product.taxed, price, asked.prices, shop.rounding)
    return replace(product, price=product.price.model_copy(update={"amount": price}), taxed=taxed)


def unsellable(asked: Buying, lines: Sequence[WantedLine], catalogue: Catalogue) -> Reason | None:
    """Why the products, and their shipping, cannot be sold as it is asked."""
    if asked.exemption and asked.carrier.tax_rate:
        sentence = (
            f"Nothing of the order is taxed, but its shipping at {asked.carrier.tax_rate}%: give it"
            " without."
        )
        return Reason("shipping_taxed", sentence, field="carrier.tax_rate")
    for line in lines:
        product = catalogue.products.get(line.sku)
        if product is None:
            return Reason(
                "unknown_product",
                f"There is no product '{line.sku}'.",
                field="lines",
                details={"sku": line.sku},
            )
        if product.price.currency != asked.currency:
            return Reason(
                "wrong_currency",
                f"'{line.sku}' is priced in {product.price.currency}, not in {asked.currency}.",
                field="currency",
                details={"sku": line.sku},
            )
    return None


def too_large(offer: Offer) -> Reason | None:
    """Why the price cannot be kept or told."""
    if offer.amount.gross < LARGEST:
        return None
    return Reason("total_too_large", "The order comes to more than can be kept.", field="lines")


def cart_of(
    asked: Buying, lines: Sequence[WantedLine], shop: Shop, catalogue: Catalogue, at: datetime
) -> Cart:
    """The cart; all of its products are in the catalogue."""
    carrier = asked.carrier
    return Cart(
        items=tuple(
            Item(_agreed(product, line, asked, shop), line.quantity)
            for line in lines
            if (product := catalogue.products.get(line.sku))
        ),
        carrier=carrier.name,
        shipping=Charge(carrier.price or 0, 1, carrier.tax_rate or Decimal(0)),
        currency=asked.currency,
        prices=asked.prices,
        rounding=shop.rounding,
        language=asked.language,
        at=at,
        country=_country(asked),
        customer_id=(
            asked.customer.customer_id if isinstance(asked, PlaceOrder) else asked.customer_id
        ),
        groups=catalogue.groups,
        zone=shop.timezone,
        coin=shop.coin(asked.payment_method or "", asked.currency),
    )


@dataclass(frozen=True)
class CreditShare:
    """What store credit pays of a cart, and all that the customer has."""

    used: int = 0
    available: int = 0


def price(
    cart: Cart,
    offer: Offer,
    catalogue: Catalogue,
    unknown: Sequence[str] = (),
    credit: CreditShare | None = None,
) -> CartPrice:
    """As a message shows it."""
    language = catalogue.shop.default_language if catalogue.shop else "en"
    credit = credit or CreditShare()

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=cart.currency)

    return CartPrice(
        lines=[
            PricedLine(
                sku=item.product.sku,
                name=item.product.name(cart.language, language),
                quantity=item.quantity,
                unit_price=money(charge.price),
                tax_rate=charge.rate,
                total=money(charge.stated),
                discount=money(charge.off),
                available=catalogue.stock.get(item.product.sku, 0),
                gift=place >= len(cart.items),
            )
            for place, (item, charge) in enumerate(zip(offer.items, offer.charges, strict=True))
        ],
        unknown=list(unknown),
        products_total=money(cart.products_total),
        shipping=money(offer.shipping.stated),
        discounts=[
            CartDiscount(name=each.name, code=each.code, kind=each.kind, taken=money(each.off))
            for each in offer.discounts
        ],
        rejected=[
            RejectedCode(voucher_code=each.voucher_code, code=each.code, reason=each.reason)
            for each in offer.rejected
        ],
        net=money(offer.amount.net),
        tax=money(offer.amount.tax),
        total=money(offer.amount.gross),
        store_credit=money(credit.used),
        store_credit_available=money(credit.available),
        to_pay=money(payable(offer.amount.gross - credit.used, cart.coin)),
    )
