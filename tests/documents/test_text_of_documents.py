import pytest

from services.documents.domain.language import Language
from services.documents.domain.wording import write
from shared.contracts import samples
from tests.documents.builders import a_delivery_slip, a_line, an_invoice, money

Languages = dict[str, Language]


def test_an_invoice_says_what_its_snapshot_says(languages: Languages) -> None:
    shown = write(
        an_invoice([a_line(), a_line("TEA", "Tea", unit=500, quantity=1, rate="7")]),
        languages["en"],
    )
    assert (shown.title, shown.number, shown.shop) == ("Invoice", "IN000001", "Corner Shop")
    assert [(fact.label, fact.text) for fact in shown.facts][:2] == [
        ("Invoice date", "21 November 2026"),
        ("Order reference", "XKBKNABJK"),
    ]
    assert [
        (line.reference, line.rate, line.unit, line.quantity, line.total) for line in shown.lines
    ] == [
        ("MUG-BLUE", "19%", "10.00", "2", "20.00"),
        ("TEA", "7%", "5.00", "1", "5.00"),
    ]
    assert [(row.label, row.net, row.tax, row.gross) for row in shown.taxes] == [
        ("19%", "24.12", "4.58", "28.70"),
        ("7%", "5.00", "0.35", "5.35"),
    ]
    assert {row.key: row.text for row in shown.totals} == {
        "products": "EUR 25.00",
        "shipping": "EUR 4.12",
        "total_net": "EUR 29.12",
        "total_tax": "EUR 4.93",
        "total_gross": "EUR 34.05",
        "paid": "EUR 34.05",
        "due": "EUR 0.00",
    }


def test_a_delivery_slip_is_sorted_by_reference_and_counted(languages: Languages) -> None:
    shown = write(
        a_delivery_slip([a_line("C"), a_line("A", quantity=5), a_line("B")]), languages["en"]
    )
    assert [line.reference for line in shown.lines] == ["A", "B", "C"]
    assert shown.items == "9"


def test_an_invoice_keeps_the_order_of_its_lines(languages: Languages) -> None:
    shown = write(an_invoice([a_line("C"), a_line("A")]), languages["en"])
    assert [line.reference for line in shown.lines] == ["C", "A"]


def test_nothing_is_said_of_what_is_due_when_it_cannot_be_reckoned(languages: Languages) -> None:
    dollars = {**samples.PAYMENT, "amount": money(3000, "USD")}
    for payments in ([], [dollars]):
        keys = [row.key for row in write(an_invoice(payments=payments), languages["en"]).totals]
        assert "paid" not in keys
        assert "due" not in keys


def test_what_is_missing_leaves_no_trace(languages: Languages) -> None:
    shown = write(an_invoice(carrier="", note=" \n ", tracking_number=""), languages["en"])
    assert [fact.label for fact in shown.facts] == [
        "Invoice date",
        "Order reference",
        "Order date",
        "Payment method",
    ]
    assert (shown.note, shown.legal) == ([], [])
    assert all(shown.invoice_address + shown.shop_lines)


def test_vat_numbers_stand_with_their_owners(languages: Languages) -> None:
    buyer = {**samples.ADDRESS, "vat_number": "GB999", "phone": "+44 1"}
    shown = write(an_invoice(invoice_address=buyer), languages["en"])
    assert "VAT number: GB999" in shown.invoice_address
    assert "Phone: +44 1" in shown.invoice_address
    assert "VAT number: DE123456789" in shown.shop_lines


def test_latin_words_keep_their_order_inside_persian(languages: Languages) -> None:
    shown = write(an_invoice([a_line("USB-C", "کابل (2m)")], language="fa"), languages["fa"])
    assert shown.lines[0].reference == "\u2068USB-C\u2069"
    assert shown.lines[0].product == "\u2068کابل (2m)\u2069"
    assert shown.lines[0].quantity == "۲"


def test_why_nothing_is_taxed_stands_before_what_the_shop_always_says(languages: Languages) -> None:
    exemption = {"category": "export", "reason": "Exported: article 146."}
    shop = samples.SHOP_PROFILE | {"legal_text": "Goods remain ours until paid."}
    lines = [a_line(rate="0")]
    assert write(an_invoice(lines, exemption=exemption, shop=shop), languages["en"]).legal == [
        "Export, exempt from tax: Exported: article 146.",
        "Goods remain ours until paid.",
    ]
    assert write(a_delivery_slip(lines, exemption=exemption), languages["en"]).legal == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Reverse charge"),
        ("de", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("fr", "Autoliquidation"),
    ],
)
def test_reverse_charge_is_named_in_the_words_of_the_law_once(
    languages: Languages, language: str, words: str
) -> None:
    lines = [a_line(rate="0")]
    for reason in ("Art. 196.", f"{words} (Art. 196)."):
        exemption = {"category": "reverse_charge", "reason": reason}
        (line,) = write(an_invoice(lines, exemption=exemption), languages[language]).legal
        assert (line.count(words), "Art. 196" in line) == (1, True)


def test_the_tax_in_the_sellers_own_currency_is_printed_with_its_rate(languages: Languages) -> None:
    rate = {"currency": "SEK", "rate": "11.2345", "source": "Riksbank, 2026-11-20"}
    text = write(
        an_invoice(
            [a_line()], accounting_tax={"amount": 5145, "currency": "SEK"}, exchange_rate=rate
        ),
        languages["de"],
    )
    (row,) = (row for row in text.totals if row.key == "accounting_tax")
    assert (row.label, "51,45" in row.text) == ("Steuer in SEK", True)
    assert [line for line in text.legal if "Umrechnungskurs" in line] == [
        "Umrechnungskurs: 1 € = 11,2345 SEK (Riksbank, 2026-11-20)"
    ]
