"""Exempt orders: prices without tax, and the reason on printed documents."""

from typing import Any

from services.orders.domain import editing
from services.orders.domain.documents import issue
from services.orders.domain.order import Order
from services.orders.domain.placing import Placed
from shared.contracts import samples
from shared.contracts.orders import AddLines
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from tests.orders.editing import (
    done,
    refused,
    try_to_add,
    try_to_edit,
    try_to_send_to,
    try_to_ship_by,
)
from tests.orders.words import MUG, NOON, Numbers, Storefront, a_product, try_to_place
from tests.words import an_order, changed

EXPORT = {
    "category": "export",
    "reason": "Exported outside the EU: article 146 of directive 2006/112/EC.",
}
UNTAXED = {
    "exemption": EXPORT,
    "total__amount": 2 * 1000 + 490,
    "carrier": "Swift Post",
    "shipping_price": euro(490),
    "shipping_tax_rate": "0",
}


def exempt(**changes: Any) -> Order:
    placed = try_to_place(**{**UNTAXED, **changes})
    assert isinstance(placed, Placed), placed
    return placed.order


def test_what_is_exempt_costs_what_it_costs_without_tax() -> None:
    order = exempt()
    assert (order.amount.net, order.amount.tax, order.lines[0].charge.price) == (2490, 0, 1000)
    stated_without = exempt(prices="tax_excluded", total__amount=2 * 1190 + 490)
    assert (stated_without.amount.tax, stated_without.lines[0].charge.price) == (0, 1190)


def test_the_reason_is_in_every_snapshot() -> None:
    document: Any = issue(exempt(), "invoice", "IN000001", NOON).event
    assert document.document.exemption.category == "export"
    assert [(str(row.tax_rate), row.tax.amount) for row in document.document.taxes] == [("0", 0)]


def test_shipping_with_tax_does_not_fit_an_order_without() -> None:
    placed = try_to_place(
        **{
            **UNTAXED,
            "carrier": "Swift Post",
            "shipping_price": euro(490),
            "shipping_tax_rate": "19",
        }  # type: ignore[arg-type]
    )
    assert isinstance(placed, Reason)
    assert (placed.code, placed.field) == ("shipping_taxed", "shipping_tax_rate")


def test_what_is_added_later_is_not_taxed_either() -> None:
    order = exempt()
    command = AddLines.model_validate(
        {"order_id": order.order_id, "lines": [{"sku": MUG, "quantity": 1}]}
    )
    added = editing.add_lines(order, command, {MUG: a_product()}, lambda _: 100, Numbers(), NOON)
    assert not isinstance(added, Reason)
    assert (added.order.amount.gross, added.order.amount.tax) == (3490, 0)


def test_nothing_of_it_is_taxed_by_an_edit() -> None:
    order, taxed = exempt(), [{"sku": MUG, "quantity": 1, "tax_rate": "19"}]
    assert refused(try_to_add(order, *taxed)) == ("order_exempt", "lines[0].tax_rate")
    assert refused(try_to_edit(order, {"line": 1, "tax_rate": "7"})) == (
        "order_exempt",
        "lines[0].tax_rate",
    )
    assert refused(try_to_ship_by(order, shipping_tax_rate="19")) == (
        "order_exempt",
        "shipping_tax_rate",
    )
    assert (
        done(try_to_edit(order, {"line": 1, "tax_rate": "0", "quantity": 1})).order.amount.tax == 0
    )


def test_another_buyer_may_not_be_exempt() -> None:
    order = exempt()
    other = changed(samples.ADDRESS, vat_number="FR40303265045")
    assert refused(try_to_send_to(order, invoice_address=other)) == (
        "taxes_may_differ",
        "taxes_checked",
    )
    assert done(try_to_send_to(order, invoice_address=other, taxes_checked=True))
    assert done(
        try_to_send_to(order, invoice_address=changed(samples.ADDRESS, line1="2 Other Street"))
    )


def test_a_cart_is_shown_the_price_at_which_its_order_is_placed(shop: Storefront) -> None:
    asked = {
        "lines": [{"sku": MUG, "quantity": 2}],
        "currency": "EUR",
        "carrier": "Swift Post",
        "shipping_price": euro(490),
        "exemption": EXPORT,
    }
    shown = shop.desk.ask("cart.price", asked, shop=shop.shop).data
    assert (shown["total"]["amount"], shown["tax"]["amount"]) == (2490, 0)
    told = shop.tell("order.place", an_order(**UNTAXED))
    assert told[0].name == "order.placed"
    issued = shop.tell("order.issue_invoice", {"order_id": told[0].subject})
    assert issued[0].data["document"]["exemption"] == EXPORT
