"""The price that a cart was shown is the price of its order, in every currency, kind of price and
rounding.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from services.documents.domain.snapshot_checks import objection
from services.orders.domain.cart_rules import CartRule
from services.orders.domain.carts import cart_of, price
from services.orders.domain.documents import issue
from services.orders.domain.offer import Catalogue, offer
from services.orders.domain.placing import Placed, place
from services.orders.domain.shop import Shop
from shared.contracts.orders import CartPrice, PlaceOrder, PriceCart
from shared.contracts.reason import Reason
from tests.orders.test_offer import sales
from tests.orders.words import DEFAULT_STATES, NOON, SHOP, Numbers
from tests.words import an_order

thorough = settings(max_examples=60)
Sale = tuple[Any, Sequence[CartRule]]


def shop_of(sale: Sale) -> Shop:
    return replace(SHOP, rounding=sale[0].rounding)


def catalogue_of(sale: Sale) -> Catalogue:
    cart, rules = sale
    products = {item.product.sku: item.product for item in cart.items}
    return Catalogue(shop_of(sale), products, dict.fromkeys(products, 10**6), rules)


def wanted(sale: Sale) -> dict[str, Any]:
    """Return the cart of a storefront, for the query and for the order."""
    cart, _ = sale
    return {
        "lines": [{"sku": item.product.sku, "quantity": item.quantity} for item in cart.items],
        "currency": cart.currency,
        "prices": cart.prices,
        "carrier": "Swift Post",
        "shipping_price": {"amount": cart.shipping.price, "currency": cart.currency},
        "shipping_tax_rate": str(cart.shipping.rate),
    }


def shown(sale: Sale) -> CartPrice:
    asked = PriceCart.model_validate(
        {**wanted(sale), "customer_id": "c-1001", "delivery_country": "GB"}
    )
    catalogue = catalogue_of(sale)
    cart = cart_of(asked, asked.lines, shop_of(sale), catalogue, NOON)
    return price(cart, offer(cart, catalogue), catalogue)


def bought(sale: Sale, total: int) -> Placed | Reason:
    data = an_order(**wanted(sale), total={"amount": total, "currency": sale[0].currency})
    return place(
        PlaceOrder.model_validate(data), catalogue_of(sale), DEFAULT_STATES, Numbers(), NOON
    )


@thorough
@given(sales())
def test_the_order_costs_what_the_cart_did(sale: Sale) -> None:
    told = shown(sale)
    placed = bought(sale, told.total.amount)
    assert isinstance(placed, Placed), placed
    order = placed.order
    assert (order.amount.net, order.amount.tax) == (told.net.amount, told.tax.amount)
    assert [(line.sku, line.charge.quantity) for line in order.lines] == [
        (x.sku, x.quantity) for x in told.lines
    ]
    assert [each.off for each in order.discounts] == [each.off.amount for each in told.discounts]


@thorough
@given(sales())
def test_one_unit_more_or_less_is_refused_with_the_difference(sale: Sale) -> None:
    total = shown(sale).total.amount
    for other in (total - 1, total + 1):
        refused = bought(sale, other)
        assert isinstance(refused, Reason)
        assert (refused.code, refused.details["computed"]["amount"]) == ("total_differs", total)


@thorough
@given(sales())
def test_its_invoice_finds_nothing_to_object_to(sale: Sale) -> None:
    placed = bought(sale, shown(sale).total.amount)
    assert isinstance(placed, Placed)
    document: Any = issue(placed.order, "invoice", "N1", NOON).event
    assert objection(document.document, "invoice") is None
