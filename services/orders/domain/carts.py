"""Carts: what of a message makes one, why it cannot be sold, and its price as the answer to a question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.orders.domain.cart_rules import Cart, Item
from services.orders.domain.cash import payable
from services.orders.domain.money import LARGEST
from services.orders.domain.offer import Catalogue, Offer
from services.orders.domain.pricing import Charge
from services.orders.domain.shop import Shop
from shared.contracts.message import Refusal
from shared.contracts.orders import CartDiscount, CartPrice, PlaceOrder, PriceCart, PricedLine, RejectedCode, WantedLine
from shared.contracts.values import Money

Buying = PlaceOrder | PriceCart


def exempted(asked: Buying, catalogue: Catalogue) -> Catalogue:
    """The catalogue for who asks: without any tax, if nothing of the order is taxed."""
    if asked.exemption is None or catalogue.shop is None:
        return catalogue
    rounding = catalogue.shop.rounding
    products = {sku: each and each.untaxed(asked.prices, rounding) for sku, each in catalogue.products.items()}
    return replace(catalogue, products=products)


def unsellable(asked: Buying, lines: Sequence[WantedLine], catalogue: Catalogue) -> Refusal | None:
    """Why the products, and their shipping, cannot be sold as it is asked."""
    if asked.exemption and asked.carrier.tax_rate:
        sentence = f"Nothing of the order is taxed, but its shipping at {asked.carrier.tax_rate}%: give it without."
        return asked.refuse("shipping_taxed", sentence, field="carrier.tax_rate")
    for line in lines:
        product = catalogue.products.get(line.sku)
        if product is None:
            return asked.refuse("unknown_product", f"There is no product '{line.sku}'.", field="lines", sku=line.sku)
        if product.price.currency != asked.currency:
            return asked.refuse(
                "wrong_currency", f"'{line.sku}' is priced in {product.price.currency}, not in {asked.currency}.",
                field="currency", sku=line.sku,
            )
    return None


def too_large(asked: Buying, offer: Offer) -> Refusal | None:
    """Why the price cannot be kept or told."""
    if offer.amount.gross < LARGEST:
        return None
    return asked.refuse("total_too_large", "The order comes to more than can be kept.", field="lines")


def cart_of(asked: Buying, lines: Sequence[WantedLine], shop: Shop, catalogue: Catalogue, at: datetime) -> Cart:
    """The cart; all of its products are in the catalogue."""
    carrier = asked.carrier
    return Cart(
        items=tuple(
            Item(product, line.quantity) for line in lines if (product := catalogue.products.get(line.sku))
        ),
        carrier=carrier.name, shipping=Charge(carrier.price, 1, carrier.tax_rate), currency=asked.currency,
        prices=asked.prices, rounding=shop.rounding, language=asked.language, at=at,
        country=asked.delivery_address.country if isinstance(asked, PlaceOrder) else asked.delivery_country,
        customer_id=asked.customer.customer_id if isinstance(asked, PlaceOrder) else asked.customer_id,
        groups=catalogue.groups, zone=shop.timezone,
        coin=shop.coin(asked.payment_method or "", asked.currency),
    )


@dataclass(frozen=True)
class CreditShare:
    """What store credit pays of a cart, and all that the customer has."""

    used: int = 0
    available: int = 0


def price(
    cart: Cart, offer: Offer, catalogue: Catalogue, unknown: Sequence[str] = (), credit: CreditShare | None = None
) -> CartPrice:
    """As a message shows it."""
    language = catalogue.shop.default_language if catalogue.shop else "en"
    credit = credit or CreditShare()

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=cart.currency)

    return CartPrice(
        lines=[
            PricedLine(
                sku=item.product.sku, name=item.product.name(cart.language, language), quantity=item.quantity,
                unit_price=money(charge.price), tax_rate=charge.rate, total=money(charge.stated),
                discount=money(charge.off), available=catalogue.stock.get(item.product.sku, 0),
                gift=place >= len(cart.items),
            )
            for place, (item, charge) in enumerate(zip(offer.items, offer.charges, strict=True))
        ],
        unknown=list(unknown), products_total=money(cart.products_total), shipping=money(offer.shipping.stated),
        discounts=[
            CartDiscount(
                name=each.name, code=each.code, kind=each.kind, taken=money(each.off)
            )
            for each in offer.discounts
        ],
        rejected=[
            RejectedCode(voucher_code=each.voucher_code, code=each.code, reason=each.reason) for each in offer.rejected
        ],
        net=money(offer.amount.net), tax=money(offer.amount.tax), total=money(offer.amount.gross),
        store_credit=money(credit.used), store_credit_available=money(credit.available),
        to_pay=money(payable(offer.amount.gross - credit.used, cart.coin)),
    )
