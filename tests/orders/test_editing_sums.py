"""Whatever is edited, discounted and refunded: invoices less credit slips are the order, per rate."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from hypothesis import given, settings, strategies as st

from services.documents.domain.objections import objection
from services.orders.domain.corrections import Edited
from services.orders.domain.lifecycle import Moved
from services.orders.domain.order import Order
from services.orders.domain.pricing import priced
from services.orders.domain.refunding import Refunded, create
from shared.contracts.orders import CreateRefund, Rounding
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.editing import (
    invoiced,
    issued,
    sold,
    try_to_add,
    try_to_cancel,
    try_to_discount,
    try_to_edit,
    try_to_ship_by,
    try_to_undo_discount,
)
from tests.orders.refunds import LATER
from tests.orders.words import MUG, POT, SHOP, TEA, Numbers, Placed, a_product, try_to_move, try_to_place

RATES = ["19", "7", "5.5", "0"]
CURRENCIES = {"EUR": 5_000, "JPY": 300, "KWD": 90_000, "IRR": 10**10}
pieces = st.integers(0, 4)
line = st.integers(1, 5)
deeds = st.one_of(
    st.tuples(st.just("add"), st.sampled_from([MUG, TEA, POT]), st.integers(1, 4), st.none() | st.integers(0, 999)),
    st.tuples(st.just("edit"), line, st.none() | pieces, st.none() | st.integers(0, 999)),
    st.tuples(st.just("edit"), line, pieces, st.none()),
    st.tuples(st.just("tax"), line, st.sampled_from(RATES)),
    st.tuples(st.just("cancel"), line, st.integers(1, 3)),
    st.tuples(st.just("discount"), st.sampled_from([{"percent": "10"}, {"percent": "33.3"}, {"free_shipping": True}])),
    st.tuples(st.just("discount"), st.builds(dict, amount=st.integers(1, 400))),
    st.tuples(st.just("undo"), st.integers(0, 3)),
    st.tuples(st.just("ship"), st.integers(0, 999), st.sampled_from([None, *RATES])),
    st.tuples(st.just("move"), st.sampled_from(["payment_accepted", "processing"])),
    st.tuples(st.just("refund"), st.builds(
        lambda line, **terms: {"lines": [{"line": line, "quantity": 1}], **terms}, line=line, shipping=st.booleans(),
        overpaid=st.booleans(),
    )),
    st.tuples(st.just("refund"), st.just({"overpaid": True})),
)


@st.composite
def orders(draw: st.DrawFn) -> tuple[Order, dict[str, Any]]:
    currency, largest = draw(st.sampled_from(sorted(CURRENCIES.items())))
    price = st.integers(1, largest)
    products = {
        sku: a_product(sku, draw(price), draw(st.sampled_from(RATES)), currency) for sku in (MUG, TEA, POT)
    }
    rounding = Rounding(
        mode=draw(st.sampled_from(["half_up", "half_even", "up"])),
        per=draw(st.sampled_from(["item", "line", "total"])),
    )
    lines = [{"sku": sku, "quantity": draw(st.integers(1, 4))} for sku in draw(st.permutations(sorted(products)))]
    wanted: dict[str, Any] = {
        "lines": lines, "prices": draw(st.sampled_from(["tax_included", "tax_excluded"])), "currency": currency,
        "total": {"amount": 0, "currency": currency}, "carrier__price": draw(price),
        "carrier__tax_rate": draw(st.sampled_from(RATES)),
    }
    shop = replace(SHOP, rounding=rounding)
    asked = try_to_place(*products.values(), shop=shop, **wanted)
    wanted["total"] = asked.details["computed"]  # type: ignore[union-attr]
    placed = try_to_place(*products.values(), shop=shop, **wanted)
    assert isinstance(placed, Placed), placed
    return placed.order, products


def do(order: Order, products: Any, numbers: Numbers, deed: tuple[Any, ...]) -> Any:
    match deed:
        case "add", sku, quantity, price:
            wanted = {"sku": sku, "quantity": quantity, "unit_price": price}
            decision: Any = try_to_add(order, wanted, numbers=numbers, products=products)
        case "edit", line, quantity, price:
            decision = try_to_edit(order, {"line": line, "quantity": quantity, "unit_price": price}, numbers=numbers)
        case "tax", line, rate:
            decision = try_to_edit(order, {"line": line, "tax_rate": rate}, numbers=numbers)
        case "cancel", line, quantity:
            decision = try_to_cancel(order, {"line": line, "quantity": quantity}, numbers=numbers)
        case "undo", place:
            decision = try_to_undo_discount(order, place, numbers) if place < len(order.discounts) else None
        case "ship", price, rate:
            decision = try_to_ship_by(order, numbers, price=price, tax_rate=rate)
        case "move", to:
            decision = try_to_move(order, to, numbers)
        case "discount", terms:
            decision = try_to_discount(order, numbers, **terms)
        case _, terms:
            decision = refunded(order, numbers, **terms)
    return decision


def refunded(order: Order, numbers: Numbers, **terms: Any) -> Any:
    data = {"order_id": order.order_id, "refund_id": uuid4(), "kind": "partial", **terms}
    return create(order, CreateRefund.model_validate(data), numbers, LATER)


@settings(max_examples=120, deadline=None)
@given(orders(), st.lists(deeds, max_size=4), st.lists(deeds, min_size=3, max_size=12))
def test_invoices_less_credit_slips_are_the_order(
    start: tuple[Order, Any], unpaid: list[tuple[Any, ...]], paid: list[tuple[Any, ...]]
) -> None:
    order, products = start
    numbers, documents = Numbers(), list[DocumentSnapshot]()
    for deed in [*unpaid, ("move", "payment_accepted"), *paid]:
        decision = do(order, products, numbers, deed)
        if isinstance(decision, Edited | Moved | Refunded):
            before, order = order, decision.order
            new = issued(decision.events)
            assert not list(filter(None, (objection(each, each.kind) for each in new)))
            documents += new
            unchanged(before, order)
            agrees(order, documents)


def agrees(order: Order, documents: list[DocumentSnapshot]) -> None:
    """For each rate, and with it to the cent in all; what was refunded with a slip is taken off."""
    if not order.issued("invoice"):
        assert not documents or {each.kind for each in documents} == {"delivery_slip"}
        return
    refunded = {refund.credit_slip.document_id for refund in order.refunds if refund.credit_slip}
    edits = [each for each in documents if each.document_id not in refunded]
    assert invoiced(edits) == sold(order)
    assert sum(row[0] + row[1] for row in invoiced(edits).values()) == order.amount.gross
    assert order.refunded.gross <= order.paid
    assert order.due == order.amount.gross - order.paid + sum(refund.overpaid for refund in order.refunds)
    assert all(row.gross.amount >= 0 for each in edits for row in each.taxes if each.kind != "delivery_slip")


def unchanged(before: Order, order: Order) -> None:
    """What was refunded in part stays as it was; nothing costs less than nothing; the prices' own side is exact."""
    for number, charge in order.charges.items():
        assert not before.is_refunded(number) or charge == before.charges[number]
        assert 0 <= charge.off <= charge.stated
        assert charge.amount.gross >= charge.amount.net >= 0
        assert charge.left == (charge.amount.gross if order.prices == "tax_included" else charge.amount.net)
    if not order.refunds:
        charges = list(order.charges.values())
        assert priced(charges, order.prices, order.rounding) == charges
