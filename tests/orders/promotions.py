"""Words for tests of cart rules and vouchers."""

from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

from services.orders.domain.cart_rules import Cart, CartRule, Item
from services.orders.domain.offer import Catalogue, Offer, offer
from services.orders.domain.pricing import Charge
from services.orders.domain.shop import Product
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.orders import CartRuleDefinition, Rounding
from tests.orders.words import NOON, SHOP, Storefront, a_product
from tests.words import an_order, changed

HUNDRED = a_product("BOX", price=10_000)


def rule_id(number: int) -> UUID:
    """Ids that sort like their numbers."""
    return UUID(int=number)


def a_rule(used: int = 0, **terms: Any) -> CartRule:
    """Ten percent off, for every cart, if nothing else is said."""
    gives = {"percent", "amount", "free_shipping", "gift_sku"} & terms.keys()
    default = {"rule_id": uuid4(), "names": {"en": "Sale"}} | ({} if gives else {"percent": "10"})
    return CartRule(CartRuleDefinition.model_validate(default | terms), used)


def euro(amount: int) -> dict[str, Any]:
    return samples.euro(amount)


def a_cart(*items: tuple[Product, int], shipping: int = 490, **more: Any) -> Cart:
    """One box for a hundred euro, shipped by Swift Post to Great Britain, of the customer
    c-1001.
    """
    default: dict[str, Any] = {
        "carrier": "Swift Post",
        "currency": "EUR",
        "prices": "tax_included",
        "rounding": Rounding(),
        "language": "en",
        "at": NOON,
        "country": "GB",
        "customer_id": "c-1001",
    }
    found = tuple(Item(product, quantity) for product, quantity in items or [(HUNDRED, 1)])
    return Cart(
        items=found, shipping=Charge(shipping, 1, found[0].product.tax_rate), **{**default, **more}
    )


def offered(
    cart: Cart,
    *rules: CartRule,
    codes: Collection[str] = (),
    stock: int = 100,
    gifts: Collection[Product] = (),
    used: int = 0,
) -> Offer:
    """Return the price of the cart with these rules; the stock of each product is the same."""
    products = {
        product.sku: product for product in (*gifts, *(item.product for item in cart.items))
    }
    return offer(
        cart,
        Catalogue(SHOP, products, dict.fromkeys(products, stock), rules, lambda _: used),
        codes,
    )


def rejection_codes(found: Offer) -> dict[str, str]:
    """Why codes do nothing."""
    return {each.voucher_code: each.code for each in found.rejected}


def put_rule(shop: Storefront, **terms: Any) -> str:
    """A rule of the shop: ten percent off every cart, if nothing else is said; its id."""
    rule = a_rule(**terms).terms
    (told,) = shop.tell("cart_rule.put", rule.model_dump(mode="json"))
    assert told.name == "cart_rule.changed", told.data
    return str(rule.rule_id)


def a_voucher(**changes: Any) -> dict[str, Any]:
    """`voucher.create` of 30 euro for Ada."""
    fresh = {"voucher_id": str(uuid4()), "code": f"ADA-{uuid4().hex[:6].upper()}"}
    return changed(samples.NEW_VOUCHER, **{**fresh, **changes})


def create(shop: Storefront, **changes: Any) -> str:
    """A voucher of 30 euro for Ada; its code."""
    (told,) = shop.tell("voucher.create", a_voucher(**changes))
    assert told.name == "voucher.created", told.data
    return str(told.data["code"])


MUGS, SHIPPING = 2_380, 490  # what an order of two mugs costs


def order_with(*codes: str, total: int, **changes: Any) -> dict[str, Any]:
    """`order.place` of two mugs with vouchers."""
    return an_order(voucher_codes=list(codes), total__amount=total, **changes)


def place(shop: Storefront, *codes: str, total: int, **changes: Any) -> list[Envelope]:
    """Place an order with vouchers; return the published events."""
    told = shop.tell("order.place", order_with(*codes, total=total, **changes))
    assert told[0].name == "order.placed", told[0].data
    return told


def ask(shop: Storefront, code: str) -> dict[str, Any]:
    """`voucher.get`."""
    return shop.desk.ask("voucher.get", {"code": code}, shop=shop.shop).data


def find(told: list[Envelope], name: str) -> dict[str, Any]:
    """The data of the first event with that name."""
    return next(each.data for each in told if each.name == name)
