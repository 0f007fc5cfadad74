"""Strangers send anything: what is wrong is refused with a code, a sentence and the field, and
changes nothing.
"""

from typing import Any

import pytest

from shared.contracts import samples
from tests.orders import bad_credit, bad_editing, bad_refunds, bad_vouchers
from tests.orders.words import Storefront, a_payment, everything
from tests.words import Path, ServiceHarness, an_order, changed, fields, path_of, replaced

ADDRESSES = " ".join(
    f"{where}_address.{part}"
    for where in ("delivery", "invoice")
    for part in ("name", "line1", "city", "country")
)
REQUIRED = {
    "shop.put": (
        "profile.name profile.email profile.address profile.address.name profile.address.line1 "
        "profile.address.city profile.address.country"
    ),
    "state.put": "key labels",
    "product.put": "sku names price price.amount price.currency tax_rate",
    "stock.set": "sku quantity",
    "stock.adjust": "sku change cause",
    "customer.erase": "customer_id",
    "customer.export": "customer_id",
    "order.place": (
        "order_id reference customer customer.customer_id customer.email customer.name language"
        " currency lines lines.0.sku lines.0.quantity delivery_address invoice_address carrier"
        f" carrier.name payment_method total total.amount total.currency {ADDRESSES}"
    ),
    "payment.record": (
        "order_id payment payment.payment_id payment.method payment.amount payment.amount.amount "
        "payment.amount.currency"
    ),
    "order.transition": "order_id to",
    "order.set_note": "order_id note",
    "customer.put": (
        "customer_id email full_name addresses.0.name addresses.0.line1 addresses.0.city "
        "addresses.0.country"
    ),
    "cart.put": "cart_id customer_id lines lines.0.sku lines.0.quantity",
}
OUT_OF_RANGE: dict[str, dict[str, list[Any]]] = {
    "shop.put": {
        "profile.name": ["", "x" * 201],
        "profile.email": ["", "nobody", "a b@shop.test", "<a@b.test>", "a@b@c"],
        "profile.address.country": ["de", "DEU", ""],
        "profile.legal_text": ["x" * 2001],
        "default_language": ["English", "EN", ""],
        "invoice_prefix": ["x" * 11],
        "delivery_prefix": ["x" * 11],
        "numbering.invoice.series": ["", "x" * 21, "Main"],
        "numbering.invoice.width": [0, 13, 1.5, "6"],
        "numbering.invoice.year": ["", "both"],
        "numbering.invoice.separator": ["--", "a", " "],
        "numbering.invoice.yearly": ["perhaps", 2],
        "numbering.invoice.start": [-1, 1_000_000_001, 0.5],
        "profile.order_url": [
            "http://shop.test",
            "https://{reference}.test",
            "https://shop.test/{customer}",
        ],
        "profile.timezone": ["", "Berlin", "Europe", "../etc/passwd", "Mars/Olympus", "x" * 61],
        "calendar": ["", "Jalali", "julian"],
        "rounding.mode": ["", "HALF_UP", "nearest"],
        "rounding.per": ["", "order"],
        "legal_years": [-1, 101, 1.5, "ten"],
    },
    "product.put": {
        "sku": ["", "x" * 65],
        "names": [{}, {"English": "Mug"}, {"en": ""}],
        "price.currency": ["eur", "EURO", "€"],
        "price.amount": [2**53, -(2**53), 11.5, "much"],
        "weight_grams": [-1, 10_000_001],
        "tax_rate": ["-1", "100.0001", "19.60001", "NaN", "Infinity", "a fifth", ""],
    },
    "state.put": {
        "key": ["", "Packed", "x" * 41, "a b"],
        "labels": [{}, {"English": "Packed"}, {"en": ""}, {"en": "x" * 201}],
        "colour": ["red", "#12345", "#1234567", ""],
        "flags": [["shiny"], ["paid"] * 21],
        "hidden": ["perhaps", 2],
        "mail_template": ["", "Packed!", "x" * 41],
        "moves": [["Shipped"], ["shipped"] * 201],
        "initial": ["perhaps"],
        "guards": [["Why not?"], ["stock_is_there"] * 21],
        "comes_from": [[""], ["shipped"] * 201],
        "when_short": ["", "On backorder"],
        "when_paid": ["", "x" * 41],
    },
    "stock.set": {"sku": ["", "x" * 65], "quantity": [-1, 1_000_000_001, 1.5, "many"]},
    "stock.adjust": {
        "sku": ["", "x" * 65],
        "change": [-1_000_000_001, 1_000_000_001, 0.5, "all"],
        "cause": ["", "x" * 61],
        "by": ["", "x" * 101],
    },
    "customer.erase": {"customer_id": ["", "x" * 65], "emails": [["nobody"], ["a@b.test"] * 21]},
    "customer.export": {"customer_id": ["", "x" * 65], "emails": [["nobody"], ["a@b.test"] * 21]},
    "order.place": {
        "invoice_note": ["x" * 2001],
        "order_id": ["", "42"],
        "reference": ["AB", "abc", "A B C", "A" * 33],
        "language": ["english", "e"],
        "lines": [[], [{"sku": "MUG-BLUE", "quantity": 1}] * 1001],
        "lines.0.quantity": [0, -1, 1_000_001, 0.5],
        "lines.0.sku": ["", "x" * 65],
        "carrier.price": [-1, 2**53],
        "carrier.tax_rate": ["-0.1", "101", "?"],
        "carrier.tracking_number": ["x" * 101],
        "prices": ["net", ""],
        "currency": ["EURO", "eur"],
        "customer.email": ["ada", "ada@"],
        "customer.customer_id": ["", "x" * 65],
        "placed_by": ["", "x" * 101],
        "payment_method": ["", "x" * 201],
        "initial_state": ["", "Paid", "x" * 41],
        "total.amount": [2**53, 28.7],
        "delivery_address.postcode": ["x" * 21],
        "invoice_address.country": ["Germany"],
    },
    "payment.record": {
        "order_id": ["42"],
        "payment.payment_id": ["", "42"],
        "payment.method": ["", "x" * 201],
        "by": ["", "x" * 101],
        "payment.amount.amount": [2**53, 0.5, "all"],
        "payment.amount.currency": ["", "eur"],
        "payment.transaction_id": ["x" * 201],
    },
    "order.transition": {
        "order_id": ["42"],
        "to": ["", "Payment accepted", "x" * 41],
        "by": ["", "x" * 101],
        "force": ["perhaps", 2],
        "reason": ["x" * 501],
    },
    "order.set_note": {"order_id": ["42"], "note": ["x" * 2001], "by": ["", "x" * 101]},
    "customer.put": {
        "customer_id": ["", "x" * 65],
        "email": ["", "ada", "ada@"],
        "full_name": ["", "x" * 201],
        "language": ["English", ""],
        "addresses.0.country": ["Germany"],
        "addresses": [[samples.ADDRESS] * 51],
    },
    "cart.put": {
        "cart_id": ["", "42"],
        "customer_id": ["", "x" * 65],
        "lines.0.quantity": [0, -1, 1_000_001, 0.5],
        "lines": [[{"sku": "MUG-BLUE", "quantity": 1}] * 1001],
        "lines.0.sku": ["", "x" * 65],
    },
}
for _more in (bad_vouchers, bad_refunds, bad_editing, bad_credit):
    REQUIRED |= _more.REQUIRED
    OUT_OF_RANGE |= _more.OUT_OF_RANGE
    for _name, _values in _more.OUT_OF_RANGE_TOO.items():
        OUT_OF_RANGE[_name] |= _values
GOOD_STATE = samples.PUT_STATE | {"when_short": "backorder_paid", "when_paid": "payment_accepted"}
OPTIONAL = (
    ("mail_template",),
    ("moves",),
    ("when_short",),
    ("when_paid",),
    ("profile",),
    ("profile", "payment_days"),
    ("carriers", 0, "delivery_days"),
    ("carrier", "price"),
    ("carrier", "tax_rate"),
    ("registered_at",),
    ("addresses", 0, "address_id"),
    *bad_vouchers.OPTIONAL,
    *bad_refunds.OPTIONAL,
    *bad_editing.OPTIONAL,
    *bad_credit.OPTIONAL,
)
NAMED = (("names",), ("labels",), ("invoice_notes",))  # by languages, which are many
COMMANDS = sorted(REQUIRED)
each_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture
def good(shop: Storefront, name: str) -> dict[str, dict[str, Any]]:
    """Commands that would all be carried out, the one of that name among them."""
    if name in bad_refunds.REQUIRED:
        return {name: bad_refunds.good(shop, name)}
    if name in bad_credit.REQUIRED:
        return {name: bad_credit.good(shop, name)}
    order_id = shop.place()
    if name in bad_editing.REQUIRED:
        return {name: bad_editing.good(shop, name, order_id)}
    return {
        "state.put": GOOD_STATE,
        "shop.put": samples.PUT_SHOP,
        "product.put": samples.PUT_PRODUCT,
        "order.place": an_order(),
        "stock.set": {"sku": "MUG-BLUE", "quantity": 25},
        "stock.adjust": {
            "sku": "MUG-BLUE",
            "change": -2,
            "cause": "broken",
            "by": "anna@shop.test",
        },
        "customer.erase": {"customer_id": "c-1001", "emails": ["ada@example.test"]},
        "customer.export": {"customer_id": "c-1001", "emails": ["ada@example.test"]},
        "payment.record": a_payment(order_id),
        "order.transition": {
            "order_id": order_id,
            "to": "payment_accepted",
            "by": "anna@shop.test",
        },
        "order.set_note": {"order_id": order_id, "note": "Call.", "by": "anna@shop.test"},
        "customer.put": samples.KNOWN_CUSTOMER,
        "cart.put": samples.PUT_CART,
        **bad_vouchers.good(shop),
    }


def refused(shop: Storefront, name: str, broken: list[tuple[Path, dict[str, Any]]]) -> None:
    """Every one of these messages is refused at its field, in one sentence, and nothing changes."""
    before = everything(shop.desk.engine)
    told = shop.deliver(*(shop.message(name, data) for _, data in broken))
    assert [event.name for event in told] == [f"{name}_refused"] * len(broken)
    for event, (path, _) in zip(told, broken, strict=True):
        field = ".".join(map(str, path))
        at = {fault["field"] for fault in event.data["details"]["faults"]}
        assert event.data["code"] == "invalid"
        assert any(place == field or place.startswith(f"{field}.") for place in at), (
            field,
            event.data,
        )
        assert event.data["reason"].partition(": ")[0] in at
        assert "\n" not in event.data["reason"]
    assert everything(shop.desk.engine) == before


@each_command
def test_the_good_command_is_carried_out(name: str, shop: Storefront, good: dict[str, Any]) -> None:
    assert not shop.tell(name, good[name])[0].name.endswith("_refused")


@each_command
def test_a_missing_field_is_refused(name: str, shop: Storefront, good: dict[str, Any]) -> None:
    paths = [path_of(text) for text in REQUIRED[name].split()]
    refused(shop, name, [(path, replaced(good[name], path)) for path in paths])


@each_command
def test_a_field_that_is_null_is_refused(name: str, shop: Storefront, good: dict[str, Any]) -> None:
    paths = [path for path in fields(good[name]) if path not in OPTIONAL]
    refused(shop, name, [(path, replaced(good[name], path, None)) for path in paths])


@each_command
def test_a_field_of_a_foreign_kind_is_refused(
    name: str, shop: Storefront, good: dict[str, Any]
) -> None:
    foreign: dict[str, Any] = {"foreign": [1, 2]}
    refused(
        shop, name, [(path, replaced(good[name], path, foreign)) for path in fields(good[name])]
    )


@each_command
def test_a_field_that_is_not_known_is_refused(
    name: str, shop: Storefront, good: dict[str, Any]
) -> None:
    inside = [
        path[:-1]
        for path in fields(good[name])
        if isinstance(path[-1], str) and path[:-1] not in NAMED
    ]
    unknown: list[Path] = [(*path, "surprise") for path in sorted(set(inside), key=str)]
    refused(shop, name, [(path, replaced(good[name], path, 1)) for path in unknown])


@each_command
def test_a_value_out_of_range_is_refused(name: str, shop: Storefront, good: dict[str, Any]) -> None:
    wrong = [
        (path_of(text), value) for text, values in OUT_OF_RANGE[name].items() for value in values
    ]
    refused(shop, name, [(path, replaced(good[name], path, value)) for path, value in wrong])


@each_command
def test_a_refusal_does_not_repeat_the_value_that_was_wrong(
    name: str, shop: Storefront, good: dict[str, Any]
) -> None:
    path = path_of(REQUIRED[name].split()[-1])
    (told,) = shop.tell(name, replaced(good[name], path, {"secret": "my-password"}))
    assert "my-password" not in str(told.data)


def test_a_state_that_is_no_nonsense_but_null_is_as_if_it_were_not_there(shop: Storefront) -> None:
    nothing = dict.fromkeys(("mail_template", "moves", "when_short", "when_paid"))
    assert shop.tell("state.put", GOOD_STATE | nothing)[0].data["moves"] is None


def test_a_new_shop_needs_a_profile(orders: ServiceHarness) -> None:
    found = Storefront(orders, "brand-new").refusal("shop.put", {"returns": True})
    assert (found["code"], found["details"]["field"]) == ("profile_missing", "profile")


@pytest.mark.parametrize("field", ["carriers", "payment_methods"])
def test_a_list_that_names_one_twice_is_refused(shop: Storefront, field: str) -> None:
    found = shop.refusal("shop.put", {field: samples.PUT_SHOP[field] * 2})
    assert (found["code"], found["details"]["field"]) == ("named_twice", field)


def test_a_negative_price_is_refused(shop: Storefront) -> None:
    found = shop.refusal("product.put", changed(samples.PUT_PRODUCT, price__amount=-1))
    assert (found["code"], found["details"]["field"]) == ("negative_price", "price.amount")


def test_the_stock_of_an_unknown_product_is_refused(shop: Storefront) -> None:
    found = shop.refusal("stock.set", {"sku": "NOTHING", "quantity": 1})
    assert (found["code"], found["details"]["field"]) == ("unknown_product", "sku")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": [{"sku": "NOTHING", "quantity": 1}]}, "unknown_product", "lines"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": 101}]}, "out_of_stock", "lines"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": 51}] * 2}, "out_of_stock", "lines"),
        ({"currency": "USD"}, "wrong_currency", "currency"),
        ({"total__amount": 2871}, "total_differs", "total"),
        ({"initial_state": "dreaming"}, "unknown_state", "initial_state"),
        ({"initial_state": "cancelled"}, "not_an_initial_state", "initial_state"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    shop: Storefront, changes: dict[str, Any], code: str, field: str
) -> None:
    found = shop.refusal("order.place", an_order(**changes))
    assert (found["code"], found["details"]["field"]) == (code, field)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"payment__amount__amount": 0}, "not_positive", "payment.amount.amount"),
        ({"payment__amount__amount": -5}, "not_positive", "payment.amount.amount"),
        ({"payment__amount__currency": "USD"}, "wrong_currency", "payment.amount.currency"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(
    shop: Storefront, changes: dict[str, Any], code: str, field: str
) -> None:
    found = shop.refusal("payment.record", a_payment(shop.place(), **changes))
    assert (found["code"], found["details"]["field"]) == (code, field)


def test_payments_beyond_what_can_be_told_are_refused(shop: Storefront) -> None:
    order_id = shop.place()
    shop.pay(order_id, 2**53 - 1)
    found = shop.refusal("payment.record", a_payment(order_id, 1))
    assert (found["code"], found["details"]["field"]) == (
        "payment_too_large",
        "payment.amount.amount",
    )


@pytest.mark.parametrize(
    ("to", "code", "field"),
    [
        ({"to": "delivered"}, "move_not_possible", "to"),
        ({"to": "dreaming"}, "unknown_state", "to"),
        ({"to": "delivered", "force": True, "by": "anna"}, "reason_missing", "reason"),
        ({"to": "delivered", "force": True, "reason": "I want it"}, "not_privileged", "by"),
        (
            {"to": "delivered", "force": True, "reason": "I want it", "by": "customer"},
            "not_privileged",
            "by",
        ),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    shop: Storefront, to: dict[str, Any], code: str, field: str
) -> None:
    found = shop.refusal("order.transition", {"order_id": shop.place(), **to})
    assert (found["code"], found["details"]["field"]) == (code, field)
