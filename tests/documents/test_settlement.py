"""A reader of an invoice can follow every step from its total to the amount due."""

from decimal import Decimal
from typing import Any

import pytest

from services.documents.domain import payments
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.language import Language
from services.documents.domain.sample import GOODS
from services.documents.domain.wording import write
from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from tests.documents.builders import a_line, amounts, an_invoice, money

Languages = dict[str, Language]
TOTAL = 2870  # of the sample


def steps(
    languages: Languages, *, paid: list[int], due: int | None, **changes: Any
) -> dict[str, str]:
    """The rows below the total of a document."""
    payments = [samples.PAYMENT | {"amount": money(amount)} for amount in paid]
    snapshot = an_invoice(payments=payments, due=None if due is None else money(due), **changes)
    keys = [row.key for row in write(snapshot, languages["en"]).totals]
    rows = write(snapshot, languages["en"]).totals[keys.index("total_gross") + 1 :]
    return {row.key: row.text for row in rows}


@pytest.mark.parametrize(
    ("paid", "due", "found"),
    [
        ([TOTAL], 0, {"paid": "EUR 28.70", "due": "EUR 0.00"}),
        ([TOTAL], None, {"paid": "EUR 28.70", "due": "EUR 0.00"}),
        ([], None, {}),
        ([], 2432, {"other_balance": "EUR −4.38", "due": "EUR 24.32"}),
        ([4000], 870, {"other_documents": "EUR 20.00", "paid": "EUR 40.00", "due": "EUR 8.70"}),
        ([TOTAL, -500], 500, {"paid": "EUR 23.70", "due": "EUR 5.00"}),
        ([3000], -130, {"paid": "EUR 30.00", "overpaid": "EUR 1.30"}),
        ([3000], None, {"paid": "EUR 30.00", "overpaid": "EUR 1.30"}),
        ([], 5000, {"due": "EUR 28.70"}),
        (
            [1000],
            5000,
            {
                "other_documents": "EUR 31.30",
                "paid": "EUR 10.00",
                "due_elsewhere": "EUR 21.30",
                "due": "EUR 28.70",
            },
        ),
    ],
)
def test_the_steps_add_up(
    paid: list[int], due: int | None, found: dict[str, str], languages: Languages
) -> None:
    assert steps(languages, paid=paid, due=due) == found


@pytest.mark.parametrize("due", [0, 1000, TOTAL, 5000, -130])
def test_paper_and_data_ask_for_the_same(due: int, languages: Languages) -> None:
    invoice = an_invoice(
        payments=[], due=money(due), shop=samples.SHOP_PROFILE | {"payment_days": 14}
    )
    text, data = payments.due(invoice), einvoice(invoice)
    assert isinstance(data, Invoice), data
    assert text is not None
    assert data.totals.due == Decimal(text.amount) / 100
    assert data.totals.due <= data.totals.gross


def test_a_credit_slip_asks_for_nothing(languages: Languages) -> None:
    assert steps(languages, paid=[], due=TOTAL, kind="credit_slip") == {}


def test_money_that_was_paid_back_is_named_so(languages: Languages) -> None:
    invoice = an_invoice(payments=[samples.PAYMENT | {"amount": money(-500)}])
    assert write(invoice, languages["en"]).payments[0].method == "Bank wire, paid back"


def test_a_correction_names_no_shipping_that_it_does_not_touch(languages: Languages) -> None:
    def keys(snapshot: DocumentSnapshot) -> list[str]:
        return [row.key for row in write(snapshot, languages["en"]).totals][:3]

    assert keys(an_invoice(shipping=0)) == ["products", "shipping", "total_net"]
    assert keys(an_invoice(shipping=0, corrects="IN1")) == ["products", "total_net", "total_tax"]
    only_shipping = an_invoice(kind="credit_slip", corrects="IN1").model_copy(update={"lines": []})
    assert keys(only_shipping) == ["shipping", "total_net", "total_tax"]


@pytest.mark.parametrize("language", list(GOODS))
def test_a_table_without_rows_has_no_head(language: str, languages: Languages, engine: Any) -> None:
    line = a_line()
    slip = an_invoice([line], kind="credit_slip", language=language)
    only_shipping = slip.model_copy(update={"lines": [], "discounts": [], "payments": []})
    for snapshot, tables in ((slip, 5), (only_shipping, 3)):
        html = engine.fill(snapshot)
        assert html.count("<table") == tables
        assert "<tbody>\n</tbody>" not in html


def test_an_amount_without_pieces_says_what_it_is(languages: Languages) -> None:
    line = a_line().model_copy(update={"quantity": 0, **amounts(100, 19)})
    assert write(an_invoice([line]), languages["en"]).lines[0].remark == "Price adjustment"


@pytest.mark.parametrize(
    ("store", "back", "said"),
    [
        (None, None, "This amount is credited to you."),
        (None, TOTAL, "This amount is paid back to you."),
        (None, 0, "This amount is taken off what is to be paid."),
        (
            TOTAL,
            0,
            "This amount is your store credit: enter CR1 when you order next to pay with it.",
        ),
        (
            TOTAL,
            None,
            "This amount is your store credit: enter CR1 when you order next to pay with it.",
        ),
        (None, 870, "EUR 8.70 is paid back to you. EUR 20.00 is taken off what is to be paid."),
        (
            2000,
            870,
            (
                "EUR 20.00 of this is your store credit: enter CR1 when you order next to pay with"
                " it. EUR 8.70 is paid back to you."
            ),
        ),
    ],
)
def test_a_credit_slip_says_how_its_amount_comes_to_the_customer(
    store: int | None, back: int | None, said: str, languages: Languages
) -> None:
    parts = {
        key: None if part is None else money(part)
        for key, part in (("store_credit", store), ("paid_back", back))
    }
    slip = an_invoice(kind="credit_slip", number="CR1", **parts)  # type: ignore[arg-type]
    assert write(slip, languages["en"]).credited == said


@pytest.mark.parametrize("language", list(GOODS))
def test_the_parts_of_a_credit_slip_are_named_in_every_language(
    language: str, languages: Languages
) -> None:
    parts = {"store_credit": money(1000), "paid_back": money(800)}
    slip = an_invoice(kind="credit_slip", number="CR1", language=language, **parts)  # type: ignore[arg-type]
    said = write(slip, languages[language]).credited
    for amount in (1000, 800, TOTAL - 1800):
        assert languages[language].write_money(money(amount)) in said
    assert "CR1" in said
