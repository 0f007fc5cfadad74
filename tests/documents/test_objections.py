import pytest

from services.documents.domain.snapshot_checks import objection
from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from tests.documents.builders import (
    INVOICE_ID,
    SLIP_ID,
    a_delivery_slip,
    a_line,
    a_tax_row,
    amounts,
    an_invoice,
    money,
)


def test_the_published_example_is_printed() -> None:
    assert objection(DocumentSnapshot.model_validate(samples.SNAPSHOT), "invoice") is None


def test_several_rates_and_a_free_shipping_are_printed() -> None:
    lines = [
        a_line(rate="19"),
        a_line("TEA", rate="7"),
        a_line("GIFT", rate="0"),
        a_line("BOOK", rate="7.0"),
    ]
    assert objection(an_invoice(lines, shipping=0), "invoice") is None


def test_a_rate_without_any_amount_needs_no_row() -> None:
    freight = a_tax_row(a_line(rate="0").tax_rate, 0, 0)
    invoice = an_invoice([a_line()], shipping=0)
    assert objection(invoice.model_copy(update={"shipping_tax": freight}), "invoice") is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"net": money(2411), "tax": money(459)},
            "The rows of the tax table (net) add up to 24.12 EUR but the document says 24.11 EUR.",
        ),
        (
            {"gross": money(2871)},
            "Net and tax of the document add up to 28.70 EUR but its gross says 28.71 EUR.",
        ),
        (
            {"lines": [a_line(quantity=1)]},
            "Lines and shipping at 19% (net) add up to 14.12 EUR but the tax table says 24.12 EUR.",
        ),
        (
            {"lines": [a_line().model_copy(update={"gross": money(2379)})]},
            "Net and tax of line 1 add up to 23.80 EUR but its gross says 23.79 EUR.",
        ),
        (
            {"shipping_tax": a_tax_row(a_line(rate="7").tax_rate, 412, 78)},
            "Lines and shipping at 7% (net) add up to 4.12 EUR but the tax table says 0.00 EUR.",
        ),
        (
            {"taxes": []},
            "Lines and shipping at 19% (net) add up to 24.12 EUR but the tax table says 0.00 EUR.",
        ),
    ],
)
def test_sums_that_differ_are_told_and_never_mended(
    changes: dict[str, object], sentence: str
) -> None:
    found = objection(an_invoice().model_copy(update=changes), "invoice")
    assert found is not None
    assert (found.code, found.sentence) == ("sums_differ", sentence)


def test_amounts_of_two_currencies_are_not_added() -> None:
    found = objection(an_invoice().model_copy(update=amounts(2412, 458, "USD")), "invoice")
    assert found is not None
    assert found.code == "currencies_differ"
    assert found.sentence == "The amounts are in different currencies: EUR, USD."


def test_a_delivery_slip_prints_no_prices_and_is_not_stopped_by_them() -> None:
    assert objection(a_delivery_slip(gross=money(1)), "delivery_slip") is None


def test_a_snapshot_of_another_kind_is_not_printed() -> None:
    found = objection(a_delivery_slip(), "invoice")
    assert found is not None
    assert found.code == "kind_differs"


def test_a_number_belongs_to_one_document() -> None:
    assert objection(an_invoice(), "invoice", INVOICE_ID) is None
    found = objection(an_invoice(), "invoice", SLIP_ID)
    assert found is not None
    assert found.sentence == f"The number IN000001 belongs to the document {SLIP_ID} already."


def test_a_discount_must_add_up_too() -> None:
    discount = {"name": "Welcome", "kind": "percent", **amounts(100, 19), "gross": money(120)}
    found = objection(an_invoice(discounts=[discount]), "invoice")
    assert found is not None
    assert (
        found.sentence
        == "Net and tax of the discount 'Welcome' add up to 1.19 EUR but its gross says 1.20 EUR."
    )


def test_what_is_due_is_in_the_same_currency() -> None:
    found = objection(an_invoice(due=money(1, "USD")), "invoice")
    assert found is not None
    assert found.code == "currencies_differ"


def test_a_document_about_nothing_is_not_printed() -> None:
    empty = an_invoice(shipping=0).model_copy(update={"lines": []})
    assert [objection(empty, "invoice"), objection(empty, "return_slip")] != [None, None]
    found = objection(empty, "invoice")
    assert found is not None
    assert found.code == "nothing_on_it"


def test_a_cent_of_tax_that_moves_within_the_shipping_is_something() -> None:
    moved = a_tax_row(a_line().tax_rate, 1, -1)
    whole = {**amounts(1, -1), "lines": [], "shipping_tax": moved, "taxes": [moved], "payments": []}
    assert objection(an_invoice().model_copy(update=whole), "invoice") is None
