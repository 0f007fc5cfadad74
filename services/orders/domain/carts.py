"""Carts: the cart of a command or query, the reasons against its sale, and the view of its
price.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from services.orders.domain.cart_rules import Cart, Item
from services.orders.domain.cash import payable
from services.orders.domain.money import LARGEST, foreign_price
from services.orders.domain.offer import Catalogue, Offer
from services.orders.domain.order import Order
from services.orders.domain.pricing import Charge, taxed_for_net, without_tax
from services.orders.domain.settings import delivers_to, rate as rate_of
from services.orders.domain.shop import Product, Shop
from shared.contracts.orders import (
    CartDiscount,
    CartPrice,
    OrderedLine,
    PlaceOrder,
    PriceCart,
    PricedLine,
    RejectedCode,
    WantedLine,
)
from shared.contracts.orders.carts import NO_CARRIER
from shared.contracts.reason import Reason
from shared.contracts.values import Money, Price

Buying = PlaceOrder | PriceCart
B = TypeVar("B", PlaceOrder, PriceCart)
CUSTOMER = "customer"  # `placed_by` of orders at the checkout


def exempted(asked: Buying, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue, with prices without tax for an exempt order."""
    if asked.exemption is None or catalogue.shop is None:
        return catalogue
    rounding = catalogue.shop.rounding
    products: dict[str, Product | None] = {}
    for sku, product in catalogue.products.items():
        products[sku] = product and product.untaxed(asked.prices, rounding)
    return replace(catalogue, products=products)


def ready(asked: B, shop: Shop) -> B | Reason:
    """Return the message with the carrier's price from the shop's list; only employees may set
    other prices.
    """
    by_customer = isinstance(asked, PlaceOrder) and asked.placed_by == CUSTOMER
    for place, line in enumerate(asked.lines):
        if by_customer and line.unit_price is not None:
            sentence = (
                "Only an employee may set 'unit_price': customers pay the price of the catalogue."
            )
            return Reason("price_by_customer", sentence, field=f"lines[{place}].unit_price")
    wrong = foreign_price(asked, asked.currency)
    if wrong:
        return wrong
    terms = _shipping_terms(asked, shop)
    if isinstance(terms, Reason):
        return terms
    price, rate = terms
    return asked.model_copy(update={"shipping_price": price, "shipping_tax_rate": rate})


def _shipping_terms(asked: Buying, shop: Shop) -> tuple[Money, Decimal] | Reason:
    """Return price and tax rate of shipping: those of the message, else those of the shop's
    list.
    """
    price, rate, listed = asked.shipping_price, asked.shipping_tax_rate, shop.carrier(asked.carrier)
    if price is None and asked.carrier == NO_CARRIER:
        price = Price(amount=0, currency=asked.currency)
    if price is not None:
        if rate is None and not asked.exemption and listed:
            rate = listed.tax_rate
        return price, rate or Decimal(0)
    if listed is None:
        sentence = f"The shop's list has no carrier '{asked.carrier}': set its price."
        return Reason("unknown_carrier", sentence, field="carrier")
    country, found = _country(asked), rate_of(listed, asked.currency, asked.prices)
    if country and not delivers_to(listed, country):
        sentence = f"Carrier '{asked.carrier}' does not deliver to {country}."
        return Reason("not_delivered_there", sentence, field="carrier")
    if found is None:
        sentence = f"Carrier '{asked.carrier}' has no such price in {asked.currency}: set one."
        return Reason("no_carrier_price", sentence, field="shipping_price")
    if asked.exemption:
        net = without_tax(found.amount, listed.tax_rate, asked.prices, shop.rounding)
        return found.model_copy(update={"amount": net}), rate or Decimal(0)
    if rate is None:
        rate = listed.tax_rate
    return found, rate


def language_of(asked: Buying, shop: Shop) -> str:
    """Return the language of a cart or order: the stated one, else the shop's."""
    return asked.language or shop.default_language


def _country(asked: Buying) -> str | None:
    if isinstance(asked, PlaceOrder):
        return asked.delivery_address.country
    return asked.delivery_country


def _agreed(product: Product, line: WantedLine, asked: Buying, shop: Shop) -> Product:
    """Return the product at the line's own price, if it has one."""
    agreed = line.unit_price if isinstance(line, OrderedLine) else None
    if agreed is None:
        return product
    price = agreed.amount
    taxed = taxed_for_net(product.taxed, price, asked.prices, shop.rounding)
    return replace(product, price=product.price.model_copy(update={"amount": price}), taxed=taxed)


def unsellable(asked: Buying, lines: Sequence[WantedLine], catalogue: Catalogue) -> Reason | None:
    """Return the reason that the products or their shipping cannot be sold like this."""
    if asked.exemption and asked.shipping_tax_rate:
        sentence = (
            f"The order is exempt from tax, but its shipping is taxed at"
            f" {asked.shipping_tax_rate}%: leave 'shipping_tax_rate' out."
        )
        return Reason("shipping_taxed", sentence, field="shipping_tax_rate")
    for place, line in enumerate(lines):
        field = _field_of_line(asked, place)
        product = catalogue.products.get(line.sku)
        if product is None:
            return Reason(
                "unknown_product",
                f"There is no product '{line.sku}'.",
                field=field,
                details={"sku": line.sku},
            )
        wrong = not_sold(product)
        if wrong:
            return wrong.at(field)
        if product.price.currency != asked.currency:
            return Reason(
                "wrong_currency",
                f"'{line.sku}' is priced in {product.price.currency}, not in {asked.currency}.",
                field="currency",
                details={"sku": line.sku},
            )
    return None


def _field_of_line(asked: Buying, place: int) -> str:
    """Return the path of a product: its line, or the earlier cart or order that it comes from."""
    if asked.lines:
        return f"lines[{place}].sku"
    return "cart_id" if isinstance(asked, PriceCart) and asked.cart_id else "order_id"


def not_sold(product: Product) -> Reason | None:
    """Return the reason that a product is not sold: it has combinations, or was withdrawn."""
    details = {"sku": product.sku}
    if product.withdrawn:
        sentence = f"'{product.sku}' is not sold any more."
        return Reason("not_sold", sentence, details=details)
    if product.combinations:
        skus = ", ".join(f"'{each.sku}'" for each in product.combinations[:10])
        sentence = f"'{product.sku}' is sold in combinations: choose one of them, such as {skus}."
        return Reason("choose_combination", sentence, details=details)
    return None


def lines_of(order: Order) -> list[WantedLine]:
    """Return the products of an order to be ordered again, without its gifts."""
    gifts: set[int] = set()
    for discount in order.discounts:
        if discount.kind == "gift":
            gifts.update(place for place, share in enumerate(discount.shares) if share)
    lines = []
    for place, line in enumerate(order.lines):
        if place not in gifts and line.charge.quantity:
            lines.append(WantedLine(sku=line.sku, quantity=line.charge.quantity))
    return lines


def too_large(offer: Offer) -> Reason | None:
    """Return the reason that the price, before or after discounts, or the weight is too large."""
    stated = sum(charge.stated for charge in offer.charges)
    weight = sum(item.product.weight_grams * item.quantity for item in offer.items)
    if max(offer.amount.gross, stated) >= LARGEST:
        return Reason("total_too_large", "The total of the order is too large.", field="lines")
    if weight >= LARGEST:
        return Reason("total_too_large", "The weight of the order is too large.", field="lines")
    return None


def cart_of(
    asked: Buying, lines: Sequence[WantedLine], shop: Shop, catalogue: Catalogue, at: datetime
) -> Cart:
    """Return the cart of a message; all of its products are in the catalogue."""
    price = asked.shipping_price.amount if asked.shipping_price else 0
    items = []
    for line in lines:
        product = catalogue.products.get(line.sku)
        if product:
            items.append(Item(_agreed(product, line, asked, shop), line.quantity))
    customer_id = asked.customer.customer_id if isinstance(asked, PlaceOrder) else asked.customer_id
    return Cart(
        items=tuple(items),
        carrier=asked.carrier,
        shipping=Charge(price, 1, asked.shipping_tax_rate or Decimal(0)),
        currency=asked.currency,
        prices=asked.prices,
        rounding=shop.rounding,
        language=language_of(asked, shop),
        at=at,
        country=_country(asked),
        customer_id=customer_id,
        groups=catalogue.groups,
        zone=shop.timezone,
        coin=shop.coin(asked.payment_method or "", asked.currency),
    )


@dataclass(frozen=True)
class CreditShare:
    """The store credit that pays a cart, and all that is available to the customer."""

    used: int = 0
    available: int = 0


def price(
    cart: Cart,
    offer: Offer,
    catalogue: Catalogue,
    unknown: Sequence[str] = (),
    credit: CreditShare | None = None,
) -> CartPrice:
    """Return the price of a cart as messages show it."""
    language = catalogue.shop.default_language if catalogue.shop else "en"
    credit = credit or CreditShare()

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=cart.currency)

    lines = []
    for index, (item, charge) in enumerate(zip(offer.items, offer.charges, strict=True)):
        line = PricedLine(
            sku=item.product.sku,
            name=item.product.name(cart.language, language),
            quantity=item.quantity,
            unit_price=money(charge.price),
            tax_rate=charge.rate,
            total=money(charge.stated),
            off=money(charge.off),
            available=catalogue.stock.get(item.product.sku, 0),
            gift=index >= len(cart.items),
        )
        lines.append(line)
    return CartPrice(
        lines=lines,
        unknown=list(unknown),
        products_total=money(cart.products_total),
        shipping=money(offer.shipping.stated),
        discounts=[
            CartDiscount(name=each.name, code=each.code, kind=each.kind, off=money(each.off))
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
