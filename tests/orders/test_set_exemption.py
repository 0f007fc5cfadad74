"""An exemption that is set, changed or lifted later; the tax in the seller's own currency."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from services.documents.domain.snapshot_checks import objection
from services.orders.domain import exchange_rates, exempting
from services.orders.domain.corrections import Edited
from services.orders.domain.order import Order
from services.orders.domain.placing import Placed
from services.orders.domain.pricing import Amount
from shared.contracts import samples
from shared.contracts.orders import (
    OrderExchangeRateChanged,
    Rounding,
    SetExchangeRate,
    SetExemption,
)
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from tests.orders.editing import (
    ANNA,
    done,
    invoiced,
    issued,
    refused,
    sold,
    try_to_add,
    try_to_discount,
    try_to_edit,
    try_to_send_to,
    try_to_ship_by,
)
from tests.orders.refunds import LATER, a_paid_order, a_shipped_order, refund
from tests.orders.words import (
    MUG,
    SHOP,
    TEA,
    Numbers,
    Storefront,
    a_placed_order,
    a_product,
    move,
    rows,
    try_to_place,
)

REVERSE = {
    "category": "reverse_charge",
    "reason": "The recipient owes the tax: article 196 of directive 2006/112/EC.",
}
IN_FRANCE = {**samples.ADDRESS, "country": "FR"}
INSIDE = {"category": "intra_community", "reason": "Article 138 of directive 2006/112/EC."}
EXPORT = {"category": "export", "reason": "Article 146 of directive 2006/112/EC."}
VAT = "FR40303265045"
RATE = {"currency": "SEK", "rate": "11.2345", "source": "Riksbank, 2026-11-20"}
TWO_TEAS = {"sku": TEA, "quantity": 2}


def try_to_exempt(
    order: Order, exemption: Any, numbers: Numbers | None = None, **more: Any
) -> Edited | Reason:
    data = {"order_id": order.order_id, "exemption": exemption, "by": ANNA, **more}
    return exempting.set_exemption(
        order, SetExemption.model_validate(data), numbers or Numbers(), LATER
    )


def amounts(order: Order) -> list[tuple[int, str, int]]:
    """Return price, rate and amount of each line and of the shipping."""
    return [
        (charge.price, str(charge.rate), charge.amount.gross) for charge in order.charges.values()
    ]


# --- before the invoice ---------------------------------------------------------------------------


def test_a_vat_number_that_comes_a_day_later_makes_the_order_cost_its_net_prices() -> None:
    """2 × 11.90 and 4.90 with 19 %: 10.00 each, and 4.12."""
    edited = done(try_to_exempt(a_placed_order(), REVERSE, vat_number=VAT))
    assert amounts(edited.order) == [(1000, "0", 2000), (412, "0", 412)]
    assert (edited.order.amount.tax, edited.order.invoice_address.vat_number) == (0, VAT)
    (told,) = edited.events
    assert told.exemption.category == "reverse_charge"  # type: ignore[attr-defined]
    assert told.invoice_address.vat_number == VAT  # type: ignore[attr-defined]


def test_where_prices_are_without_tax_they_stay_and_the_tax_goes() -> None:
    order = a_placed_order(prices="tax_excluded", total__amount=3415)
    assert order.amount.tax == 545
    exempt = done(try_to_exempt(order, EXPORT)).order
    assert amounts(exempt) == [(1190, "0", 2380), (490, "0", 490)]


@pytest.mark.parametrize("exemption", [REVERSE, INSIDE])
def test_the_tax_is_left_to_nobody_whose_vat_number_is_not_known(exemption: dict[str, Any]) -> None:
    taxed = a_placed_order(delivery_address=IN_FRANCE)
    assert refused(try_to_exempt(taxed, exemption)) == ("vat_number_needed", "vat_number")
    placed = try_to_place(
        exemption=exemption,
        total__amount=2412,
        carrier="Swift Post",
        shipping_price=euro(412),
        shipping_tax_rate=None,
    )
    assert isinstance(placed, Reason)
    assert (placed.code, placed.field) == (
        "vat_number_needed",
        "invoice_address.vat_number",
    )
    order = done(try_to_exempt(taxed, exemption, vat_number=VAT)).order
    assert refused(try_to_send_to(order, invoice_address=samples.ADDRESS, taxes_checked=True)) == (
        "vat_number_needed",
        "invoice_address.vat_number",
    )


def test_what_needs_no_vat_number_asks_for_none() -> None:
    assert done(try_to_exempt(a_placed_order(), EXPORT)).order.amount.tax == 0


def test_the_net_price_of_an_edit_is_what_is_taxed_when_it_is_lifted() -> None:
    order = done(try_to_exempt(a_placed_order(), EXPORT)).order
    order = done(try_to_edit(order, {"line": 1, "unit_price": euro(2000)})).order
    order = done(try_to_add(order, TWO_TEAS)).order
    order = done(try_to_ship_by(order, shipping_price=euro(100))).order
    lifted = done(try_to_exempt(order, None)).order
    assert amounts(lifted) == [(2380, "19", 4760), (450, "7", 900), (119, "19", 119)]


def test_other_rates_can_be_given_when_it_is_lifted() -> None:
    order = done(try_to_exempt(a_placed_order(), EXPORT)).order
    rates = {"tax_rates": [{"line": 1, "tax_rate": "23"}], "shipping_tax_rate": "23"}
    assert amounts(done(try_to_exempt(order, None, **rates)).order) == [  # type: ignore[arg-type]
        (1190, "23", 2380),
        (490, "23", 490),
    ]


def test_a_shipping_that_was_placed_exempt_needs_its_rate_when_it_is_lifted() -> None:
    placed = try_to_place(
        exemption=EXPORT,
        total__amount=2412,
        carrier="Swift Post",
        shipping_price=euro(412),
        shipping_tax_rate=None,
    )
    assert isinstance(placed, Placed)
    assert refused(try_to_exempt(placed.order, None)) == ("tax_rate_needed", "shipping_tax_rate")
    lifted = done(try_to_exempt(placed.order, None, shipping_tax_rate="19")).order
    assert amounts(lifted) == [(1190, "19", 2380), (490, "19", 490)]


def test_a_line_whose_rate_is_not_known_needs_it() -> None:
    order = done(try_to_exempt(a_placed_order(), EXPORT)).order
    order = replace(order, lines=tuple(replace(line, taxed=None) for line in order.lines))
    assert refused(try_to_exempt(order, None)) == ("tax_rate_needed", "tax_rates")


@pytest.mark.parametrize(
    ("exempt", "how", "code", "field"),
    [
        (False, {"exemption": None}, "nothing_changes", "exemption"),
        (True, {"exemption": EXPORT}, "nothing_changes", "exemption"),
        (
            False,
            {"exemption": EXPORT, "shipping_tax_rate": "7"},
            "nothing_lifted",
            "shipping_tax_rate",
        ),
        (
            True,
            {"exemption": None, "tax_rates": [{"line": 7, "tax_rate": "7"}]},
            "unknown_line",
            "tax_rates[0].line",
        ),
        (
            True,
            {"exemption": None, "tax_rates": [{"line": 1, "tax_rate": "7"}] * 2},
            "line_twice",
            "tax_rates[1].line",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    exempt: bool, how: dict[str, Any], code: str, field: str
) -> None:
    order = done(try_to_exempt(a_placed_order(), EXPORT)).order if exempt else a_placed_order()
    assert refused(try_to_exempt(order, **how)) == (code, field)


def test_an_order_that_gave_its_stock_back_or_was_refunded_keeps_its_taxes() -> None:
    assert refused(try_to_exempt(move(a_placed_order(), "cancelled").order, EXPORT)) == (
        "not_possible",
        "order_id",
    )
    order = refund(a_paid_order(), "partial", lines=[{"line": 1, "quantity": 1}]).order
    assert refused(try_to_exempt(order, EXPORT)) == ("something_refunded", "order_id")


# --- after it -------------------------------------------------------------------------------------


def test_after_the_invoice_it_is_credited_and_invoiced_anew_even_if_it_was_shipped() -> None:
    numbers = Numbers()
    numbers("invoice")
    edited = done(
        try_to_exempt(
            a_shipped_order(), REVERSE, numbers, vat_number=VAT, reason="The number came later."
        )
    )
    slip, invoice = issued(edited.events)
    assert (slip.kind, slip.corrects, slip.reason) == (
        "credit_slip",
        "IN000001",
        "The number came later.",
    )
    assert (slip.exemption, slip.gross.amount, slip.invoice_address.vat_number) == (None, 2870, "")
    assert (invoice.kind, [each.number for each in invoice.replaces], invoice.gross.amount) == (
        "invoice",
        ["IN000001"],
        2412,
    )
    assert invoice.exemption is not None
    assert (invoice.exemption.category, invoice.invoice_address.vat_number) == (
        "reverse_charge",
        VAT,
    )
    assert edited.order.due == 2412 - 2870
    assert edited.order.lines[0].invoice == invoice.document_id


def test_another_reason_is_invoiced_anew_also_where_no_amount_changes() -> None:
    placed = a_placed_order(delivery_address=IN_FRANCE)
    exempt = done(try_to_exempt(placed, REVERSE, vat_number=VAT)).order
    order = move(exempt, "payment_accepted").order
    slip, invoice = issued(done(try_to_exempt(order, INSIDE)).events)
    assert slip.exemption is not None
    assert invoice.exemption is not None
    assert (slip.exemption.category, invoice.exemption.category) == (
        "reverse_charge",
        "intra_community",
    )
    assert slip.gross == invoice.gross


def test_a_vat_number_alone_is_corrected_too() -> None:
    order = move(
        done(try_to_exempt(a_placed_order(), REVERSE, vat_number=VAT)).order, "payment_accepted"
    ).order
    slip, invoice = issued(done(try_to_exempt(order, REVERSE, vat_number="DE136695976")).events)
    assert (slip.invoice_address.vat_number, invoice.invoice_address.vat_number) == (
        VAT,
        "DE136695976",
    )


def test_a_discount_that_was_invoiced_is_that_of_the_same_order_placed_exempt() -> None:
    order = done(
        try_to_discount(done(try_to_add(a_placed_order(), TWO_TEAS)).order, percent="12.5")
    ).order
    before = done(try_to_exempt(order, EXPORT)).order
    after = done(try_to_exempt(move(order, "payment_accepted").order, EXPORT)).order
    assert sold(before) == sold(after)
    assert after.discounts[0].fixed is not None


# --- every order ----------------------------------------------------------------------------------

wanted = st.fixed_dictionaries(
    {
        "mug": st.integers(1, 3000),
        "tea": st.integers(1, 3000),
        "mugs": st.integers(1, 4),
        "teas": st.integers(1, 4),
        "mug_rate": st.sampled_from(["0", "7", "19"]),
        "tea_rate": st.sampled_from(["5.5", "19"]),
        "shipping": st.integers(0, 900),
    }
)
roundings = st.builds(
    Rounding,
    mode=st.sampled_from(["half_up", "half_even", "up"]),
    per=st.sampled_from(["item", "line", "total"]),
)
discounts = st.lists(
    st.sampled_from([{"percent": "10"}, {"amount": euro(5)}, {"free_shipping": True}]), max_size=2
)


def an_order_of(
    drawn: dict[str, Any], kind: str, rounding: Rounding, exemption: Any = None
) -> Order:
    products = [
        a_product(MUG, drawn["mug"], drawn["mug_rate"]),
        a_product(TEA, drawn["tea"], drawn["tea_rate"]),
    ]
    terms: dict[str, Any] = {
        "lines": [{"sku": MUG, "quantity": drawn["mugs"]}, {"sku": TEA, "quantity": drawn["teas"]}],
        "prices": kind,
        "shop": replace(SHOP, rounding=rounding),
        "exemption": exemption,
        "total__amount": -1,
        "carrier": "Swift Post",
        "shipping_price": euro(drawn["shipping"]),
        "shipping_tax_rate": "0",
    }
    shown = try_to_place(*products, **terms)
    assert isinstance(shown, Reason), shown
    placed = try_to_place(
        *products, **terms | {"total__amount": shown.details["computed"]["amount"]}
    )
    assert isinstance(placed, Placed), placed
    return placed.order


def discounted(order: Order, terms: list[dict[str, Any]], numbers: Numbers) -> Order:
    for each in terms:
        decision = try_to_discount(order, numbers, **each)
        order = order if isinstance(decision, Reason) else decision.order
    return order


TINY = {"mug": 2, "tea": 1, "mugs": 2, "teas": 1, "shipping": 0}


@settings(max_examples=60)
@example(
    {**TINY, "mug_rate": "0", "tea_rate": "5.5"},
    "tax_included",
    Rounding(per="item"),
    [{"percent": "10"}],
    True,
)  # 10 % of a line come to nothing, of all lines to a cent
@given(
    wanted, st.sampled_from(["tax_included", "tax_excluded"]), roundings, discounts, st.booleans()
)
def test_exempted_it_is_the_order_placed_exempt_and_lifted_what_it_was(
    drawn: dict[str, Any], kind: str, rounding: Rounding, given_: list[dict[str, Any]], paid: bool
) -> None:
    numbers, documents = Numbers(), []
    order = discounted(an_order_of(drawn, kind, rounding), given_, numbers)
    if paid:
        moved = move(order, "payment_accepted", numbers)
        order, documents = moved.order, issued(moved.events)
    exempt = done(try_to_exempt(order, EXPORT, numbers))
    shipping = exempt.order.shipping.price
    anew = discounted(
        an_order_of(drawn | {"shipping": shipping}, kind, rounding, EXPORT), given_, Numbers()
    )
    if all(
        each.kind != "amount" for each in order.discounts
    ):  # an amount may be more than the goods without tax
        assert exempt.order.amount == anew.amount
    assert exempt.order.amount.tax == 0
    if documents and exempt.order.issued("invoice"):
        assert invoiced([*documents, *issued(exempt.events)]) == sold(exempt.order)
    lifted = done(try_to_exempt(exempt.order, None, numbers))
    documents += [*issued(exempt.events), *issued(lifted.events)]
    assert not [wrong for each in documents if (wrong := objection(each, each.kind))]
    if paid:
        assert invoiced(documents) == sold(lifted.order)
    if not paid or all(each.kind != "amount" for each in order.discounts):
        assert (lifted.order.amount, amounts(lifted.order)) == (order.amount, amounts(order))


# --- the seller's own currency --------------------------------------------------------------------


def try_to_rate(order: Order, rate: Any = RATE) -> tuple[Order, OrderExchangeRateChanged] | Reason:
    command = SetExchangeRate.model_validate(
        {"order_id": order.order_id, "exchange_rate": rate, "by": ANNA}
    )
    return exchange_rates.set_exchange_rate(order, command, LATER)


def test_the_tax_is_stated_in_the_sellers_own_currency_at_the_rate_of_the_order() -> None:
    """4.58 EUR of tax at 11.2345 are 51.45 SEK."""
    rated = try_to_rate(a_placed_order())
    assert not isinstance(rated, Reason)
    moved = move(rated[0], "payment_accepted")
    (invoice,) = issued(moved.events)
    assert (invoice.tax.amount, invoice.accounting_tax) == (458, a_money(5145, "SEK"))
    assert invoice.exchange_rate is not None
    assert str(invoice.exchange_rate.rate) == "11.2345"
    assert refused_rate(moved.order) == ("invoice_issued", "exchange_rate")


def test_where_there_is_no_tax_none_is_stated_in_another_currency() -> None:
    placed = try_to_place(exchange_rate=RATE)
    assert isinstance(placed, Placed)
    exempt = done(try_to_exempt(placed.order, EXPORT)).order
    (invoice,) = issued(move(exempt, "payment_accepted").events)
    assert (invoice.accounting_tax, invoice.exchange_rate) == (None, None)


def a_money(amount: int, currency: str) -> Any:
    return a_product(price=amount, currency=currency).price


def refused_rate(order: Order, rate: Any = RATE) -> tuple[str, str]:
    decision = try_to_rate(order, rate)
    assert isinstance(decision, Reason)
    return decision.code, decision.field


def test_a_credit_slip_has_the_rate_of_the_invoice_that_it_corrects() -> None:
    placed = try_to_place(exchange_rate=RATE)
    assert isinstance(placed, Placed)
    order = move(placed.order, "payment_accepted").order
    (slip,) = issued(done(try_to_edit(order, {"line": 1, "quantity": 0})).events)
    assert (slip.tax.amount, slip.accounting_tax) == (380, a_money(4269, "SEK"))
    refunded = refund(order).events
    (credit,) = issued(refunded)
    assert credit.accounting_tax == a_money(4269, "SEK")


def test_partial_credit_slips_add_up_to_the_invoice_in_the_sellers_currency_too() -> None:
    """Tax of 1.90, 1.90 and 0.78 EUR at 0.013 is 0.0247, 0.0247 and 0.0101 GBP: one by one that
    comes to 0.05, and the invoice says 0.06 for 4.58 EUR.
    """
    placed = try_to_place(exchange_rate={"currency": "GBP", "rate": "0.013"})
    assert isinstance(placed, Placed)
    moved = move(placed.order, "payment_accepted")
    order, (invoice,) = moved.order, issued(moved.events)
    slips = []
    for terms in (
        {"lines": [{"line": 1, "quantity": 1}]},
        {"lines": [{"line": 1, "quantity": 1}]},
        {"lines": [], "refund_shipping": True},
    ):
        done_ = refund(order, **terms)
        order, slips = done_.order, [*slips, *issued(done_.events)]
    stated = [each.accounting_tax.amount for each in slips if each.accounting_tax]
    assert invoice.accounting_tax is not None
    assert (stated, sum(stated)) == ([3, 2, 1], invoice.accounting_tax.amount)


def test_a_currency_without_decimals_is_stated_in_whole_units() -> None:
    rated = try_to_rate(a_placed_order(), {"currency": "JPY", "rate": "163.2"})
    assert not isinstance(rated, Reason)
    assert rated[0].in_accounting_currency(458) == 747


@pytest.mark.parametrize(
    ("rate", "code", "field"),
    [
        ({"currency": "EUR", "rate": "1"}, "same_currency", "exchange_rate.currency"),
        (None, "nothing_changes", "exchange_rate"),
    ],
)
def test_a_rate_that_says_nothing_is_refused(rate: Any, code: str, field: str) -> None:
    assert refused_rate(a_placed_order(), rate) == (code, field)


def test_a_rate_that_makes_amounts_too_large_is_refused() -> None:
    order = a_placed_order()
    huge = replace(order, shipping=replace(order.shipping, amount=Amount(2**50)))
    assert refused_rate(huge, {"currency": "SEK", "rate": "100"}) == (
        "rate_too_large",
        "exchange_rate.rate",
    )


# --- kept -----------------------------------------------------------------------------------------


def test_what_was_set_is_kept_and_can_be_lifted(shop: Storefront) -> None:
    order_id = shop.place()
    told = shop.tell("order.set_exchange_rate", {"order_id": order_id, "exchange_rate": RATE})
    assert told[0].data["exchange_rate"] == RATE
    told = shop.tell(
        "order.set_exemption", {"order_id": order_id, "exemption": REVERSE, "vat_number": VAT}
    )
    assert (told[0].name, told[0].data["order"]["total"]["amount"]) == (
        "order.exemption_changed",
        2412,
    )
    (kept,) = rows(shop.desk.engine, "orders", reference=told[0].data["order"]["reference"])
    assert (kept.exemption["category"], kept.exchange_rate["rate"]) == ("reverse_charge", "11.2345")
    told = shop.tell("order.issue_invoice", {"order_id": order_id})
    assert told[0].data["document"]["exemption"] == REVERSE
    told = shop.tell("order.set_exemption", {"order_id": order_id, "exemption": None})
    assert [each.name for each in told] == [
        "order.exemption_changed",
        "credit_slip.issued",
        "invoice.issued",
    ]
    assert told[2].data["document"]["accounting_tax"] == {"amount": 5145, "currency": "SEK"}
    assert shop.order(order_id)["order"]["total"]["amount"] == 2870
