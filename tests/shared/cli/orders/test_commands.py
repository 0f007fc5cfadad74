"""Verbs on orders: what an employee types is done, shown, and asked about before the customer is
written to.
"""

import json
from typing import Any

import pytest

from services.orders.worker import service
from shared.cli.orders.action import line_number
from shared.contracts import samples
from shared.runtime.errors import AftercartError
from tests.shared.cli.direct import Employee, employee_of
from tests.words import a_shop_with_mugs, an_order, changed, harness, sqlite_url

REF = "XKBKNABJK"


@pytest.fixture
def anna(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Employee:
    """An employee of a shop with one order of two mugs, 28.70 EUR, not paid yet."""
    orders = harness(service, sqlite_url(tmp_path))
    a_shop_with_mugs(orders)
    orders.tell("shop.put", samples.PUT_SHOP | {"accepts_returns": True})
    orders.tell("product.put", changed(samples.PUT_PRODUCT, sku="TEA-GREEN"))
    orders.tell("stock.set", {"sku": "TEA-GREEN", "quantity": 5})
    orders.tell("order.place", an_order(reference=REF))
    return employee_of(orders, monkeypatch)


def paid_and_invoiced(anna: Employee) -> None:
    anna.does("order", "payment", REF, "28.70")
    anna.does("order", "invoice", REF)


def test_products_are_added_at_the_catalogues_price_or_at_another(anna: Employee) -> None:
    asked = anna.types("order", "add", REF, "TEA-GREEN:2", "MUG-BLUE=5.00")
    assert asked.exit_code == 64
    assert "Total 28.70 EUR → 57.50 EUR, 28.80 EUR more." in asked.output
    assert "57.50 EUR will be due from the customer." in asked.output
    assert "This changes what the customer pays: confirm with --yes." in asked.output
    assert "order.add_lines" not in anna.client.sent
    printed = anna.does("order", "add", REF, "TEA-GREEN:2", "MUG-BLUE=5.00", "--yes")
    assert "done: order.edited" in printed
    assert (
        f"{REF} Awaiting bank wire payment total 57.50 EUR, paid 0.00 EUR, 57.50 EUR still to be"
        " paid" in printed
    )


def test_a_line_changes_pieces_price_and_rate_and_disappears_at_0(anna: Employee) -> None:
    anna.does("order", "add", REF, "TEA-GREEN", "--yes")
    assert "total 26.80 EUR" in anna.does("order", "edit", REF, "1:1=10.00", "--yes")
    assert "total 14.90 EUR" in anna.does("order", "edit", REF, "2:0", "--yes")
    anna.does("order", "edit", REF, "1", "--tax-rate", "7", "--yes")
    assert '"tax_rate": "7"' in anna.does("order", "show", REF, "--json")


def test_all_pieces_of_a_line_are_cancelled_unless_a_number_is_given(anna: Employee) -> None:
    assert "total 16.80 EUR" in anna.does("order", "cancel", REF, "1:1", "--yes")
    assert "total 4.90 EUR" in anna.does("order", "cancel", REF, "MUG-BLUE", "--yes")


LINES = [{"line": 1, "sku": "MUG"}, {"line": 2, "sku": "4711"}, {"line": 4, "sku": "2"}]


@pytest.mark.parametrize(("key", "line"), [("1", 1), ("MUG", 1), ("4711", 2), ("4", 4)])
def test_a_line_is_named_by_its_number_or_its_sku(key: str, line: int) -> None:
    assert line_number(key, LINES) == line


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("2", "'2' stands for the lines 2, 4: give the number of one."),
        ("mug", "The order has no line 'mug'; it has 1 (MUG), 2 (4711), 4 (2)."),
    ],
)
def test_a_line_that_is_not_named_clearly_is_refused(key: str, sentence: str) -> None:
    with pytest.raises(AftercartError) as refused:
        line_number(key, LINES)
    assert str(refused.value) == sentence


def test_a_discount_is_given_and_taken_back_by_its_name(anna: Employee) -> None:
    assert "total 26.32 EUR" in anna.does(
        "order", "discount", REF, "--percent", "10", "--name", "For the delay", "--yes"
    )
    assert "total 28.70 EUR" in anna.does(
        "order", "discount", REF, "--remove", "For the delay", "--yes"
    )
    assert "total 23.80 EUR" in anna.does("order", "discount", REF, "--free-shipping", "--yes")
    assert "total 20.80 EUR" in anna.does("order", "discount", REF, "--amount", "3.00", "--yes")


def test_only_the_named_parts_of_an_address_change(anna: Employee) -> None:
    printed = anna.does("order", "address", REF, "--delivery", "--line1", "14 St James's Square")
    assert "delivery to: Ada Byron, 14 St James's Square" in printed
    shown = anna.does("order", "show", REF)
    assert "delivery to Ada Byron, 14 St James's Square, SW1Y 4JH London, GB" in shown
    assert "invoice to Ada Byron, 12 St James's Square" in shown


def test_the_carrier_the_price_and_the_tracking_number_change(anna: Employee) -> None:
    assert "total 33.70 EUR" in anna.does(
        "order", "shipping", REF, "--carrier", "Express", "--price", "9.90", "--yes"
    )
    anna.does("order", "shipping", REF, "--tracking", "SP-4711", "--yes")
    assert "carrier Express 9.90 EUR SP-4711" in anna.does("order", "show", REF)


def test_a_tracking_number_is_asked_about_once_the_goods_are_sent_also_where_nothing_comes_back(
    anna: Employee,
) -> None:
    anna.client.service.tell("shop.put", {"accepts_returns": False})
    anna.does("order", "state", REF, "shipped", "--force", "--reason", "Sent", "--yes")
    anna.does("order", "state", REF, "delivered", "--yes")
    refused = anna.types("order", "shipping", REF, "--tracking", "SP-4712")
    assert (refused.exit_code, "gets the tracking number" in refused.output) == (64, True)
    assert "order.shipping_changed" in anna.does(
        "order", "shipping", REF, "--tracking", "SP-4712", "--yes"
    )


def test_a_refund_shows_what_it_comes_to_and_asks_before_the_credit_slip_is_mailed(
    anna: Employee,
) -> None:
    paid_and_invoiced(anna)
    refused = anna.types("order", "refund", REF, "1:1")
    assert refused.exit_code == 64
    assert "Refund of 11.90 EUR: 11.90 EUR by Bank wire, by hand." in refused.output
    assert "gets the credit slip by mail" in refused.output
    assert "refund.create" not in anna.client.sent
    printed = anna.does("order", "refund", REF, "1:1", "--reason", "A scratch", "--yes")
    assert "refund.created" in printed
    assert "11.90 EUR to be paid back for refunds" in printed
    shown = anna.does("order", "show", REF)
    assert "Pieces Refunded Each Total" in shown
    assert "1 MUG-BLUE Mug, blue 2 1 11.90 EUR 23.80 EUR" in shown
    assert "to be paid back" not in anna.does("order", "refunded", REF, "--transaction-id", "RF-7")


def test_all_that_is_left_is_refunded_and_a_part_by_its_amount(anna: Employee) -> None:
    paid_and_invoiced(anna)
    assert "Refund of 5.00 EUR" in anna.does("order", "refund", REF, "1=5.00", "--yes")
    assert "Refund of 4.90 EUR" in anna.does("order", "refund", REF, "--shipping", "--yes")
    assert "Refund of 18.80 EUR" in anna.does("order", "refund", REF, "--all", "--yes")


def test_a_payment_is_recorded_with_its_transaction(anna: Employee) -> None:
    printed = anna.does(
        "order", "payment", REF, "20.00", "--method", "Cheque", "--transaction-id", "TX-9"
    )
    assert "paid 20.00 EUR, 8.70 EUR still to be paid" in printed
    assert "TX-9" in anna.does("order", "show", REF, "--json")


def test_a_refund_becomes_store_credit_and_pays_the_next_order(anna: Employee) -> None:
    paid_and_invoiced(anna)
    assert "Refund of 4.90 EUR: 4.90 EUR as store credit." in anna.does(
        "order", "refund", REF, "--shipping", "--store-credit", "--yes"
    )
    anna.does("order", "refund", REF, "1:1", "--yes")
    assert "to be paid back" not in anna.does("order", "refunded", REF, "--store-credit", "--yes")
    shown = anna.does("credit", "show", "c-1001")
    assert "16.80 EUR available" in shown
    assert "issued 11.90 EUR 16.80 EUR" in shown
    anna.client.service.tell("order.place", an_order(reference="SECOND"))
    assert "paid 1.00 EUR" in anna.does("order", "payment", "SECOND", "1.00", "--store-credit")
    assert "paid 16.80 EUR, 11.90 EUR still" in anna.does(
        "order", "payment", "SECOND", "--store-credit"
    )
    assert anna.types("credit", "list", "EUR").output == "No customer has store credit in EUR.\n"


def test_store_credit_is_issued_by_hand_and_listed(anna: Employee) -> None:
    assert anna.types("credit", "issue", "c-1001", "10.00EUR", "Late").exit_code == 64
    assert "10.00 EUR available" in anna.does(
        "credit", "issue", "c-1001", "10.00EUR", "Late", "--yes"
    )
    assert "c-1001 10.00 EUR" in anna.does("credit", "list", "eur")
    assert "never had" in anna.types("credit", "show", "c-2002").output


def test_an_order_moves_after_a_question_that_names_its_mail_and_documents(anna: Employee) -> None:
    assert "processing Processing in progress" in anna.does("order", "state", REF)
    assert "processing Processing in progress" not in anna.does(
        "order", "state", REF, "--language", "fa"
    )
    asked = anna.types("order", "state", REF, "processing")
    assert asked.exit_code == 64
    assert "Awaiting bank wire payment → Processing in progress." in asked.output
    assert "invoice, delivery slip" in asked.output
    assert "gets the mail 'preparation'" in asked.output
    assert "order.transition" not in anna.client.sent
    assert f"{REF} Processing in progress" in anna.does(
        "order", "state", REF, "processing", "--yes"
    )
    assert "order.transitioned" in anna.does(
        "order", "state", REF, "delivered", "--force", "--reason", "Test"
    )


def test_goods_come_back_step_by_step(anna: Employee) -> None:
    paid_and_invoiced(anna)
    for to in ("payment_accepted", "processing", "shipped"):
        anna.does("order", "state", REF, to, "--yes")
    assert anna.types("order", "return", REF, "1:1").exit_code == 64
    anna.does("order", "return", REF, "1:1", "--reason", "Too large", "--yes")
    assert "waiting_for_confirmation 1 x MUG-BLUE Too large" in anna.does("order", "return", REF)
    for step in ("--confirm", "--receive", "--complete"):
        printed = anna.does("order", "return", REF, step, "--yes")
    assert "11.90 EUR to be paid back" in printed


def test_the_invoice_is_issued_with_its_note(anna: Employee) -> None:
    assert "invoice.issued" in anna.does("order", "invoice", REF, "--note", "Thank you.")


def test_a_corrected_invoice_takes_the_place_of_the_first_and_is_mailed_again(
    anna: Employee,
) -> None:
    paid_and_invoiced(anna)
    anna.does("order", "address", REF, "--invoice", "--company", "Analytical Engines Ltd")
    assert anna.types("order", "invoice", REF, "--correct").exit_code == 64
    assert "invoice.issued" in anna.does(
        "order", "invoice", REF, "--correct", "--reason", "Company", "--yes"
    )
    shown = anna.does("order", "show", REF)
    assert "documents invoice IN000001 (replaced), credit slip CR000001, invoice IN000002" in shown
    assert anna.types("order", "send", REF, "IN000002").exit_code == 64
    assert "order.document_mail_requested" in anna.does(
        "order", "send", REF, "IN000002", "--to", "books@shop.test"
    )


def test_a_wrong_address_of_the_customer_is_corrected(anna: Employee) -> None:
    anna.does("order", "customer", REF, "--email", "ada.byron@example.test")
    assert "customer Ada Byron <ada.byron@example.test>" in anna.does("order", "show", REF)


def test_an_order_is_shown_with_its_payments_refunds_and_returns(anna: Employee) -> None:
    paid_and_invoiced(anna)
    anna.does("order", "refund", REF, "1=5.00", "--reason", "A scratch", "--yes")
    shown = anna.does("order", "show", REF)
    assert "due 5.00 EUR to be paid back" in shown
    assert "28.70 EUR Bank wire" in shown
    assert "5.00 EUR partial" in shown
    assert "CR000001 to be paid back" in shown
    (payment,) = json.loads(anna.does("order", "show", REF, "--json"))["payments"]
    refused = anna.types(
        "order", "payment", REF, "--reverse", payment["payment_id"], "--reason", "Another order's"
    )
    assert refused.exit_code == 2


def test_what_was_paid_too_much_is_given_back_without_a_slip_and_so_without_a_mail(
    anna: Employee,
) -> None:
    paid_and_invoiced(anna)
    anna.does("order", "payment", REF, "5.00")
    assert "5.00 EUR to be paid back for refunds" in anna.does("order", "refund", REF, "--overpaid")


def test_a_payment_recorded_by_mistake_is_taken_back(anna: Employee) -> None:
    anna.does("order", "payment", REF, "28.70")
    (payment,) = json.loads(anna.does("order", "show", REF, "--json"))["payments"]
    words = (
        "order",
        "payment",
        REF,
        "--reverse",
        payment["payment_id"],
        "--reason",
        "Another order's",
    )
    assert "28.70 EUR still to be paid" in anna.does(*words)
    assert f"reverses {payment['payment_id']}: Another order's" in anna.does("order", "show", REF)


def test_a_private_note_and_a_message_to_the_customer(anna: Employee) -> None:
    anna.does("order", "note", REF, "Call first.")
    assert "note Call first." in anna.does("order", "show", REF)
    assert anna.types("order", "message", REF, "It leaves tomorrow.").exit_code == 64
    assert anna.client.elsewhere == []
    anna.does("order", "message", REF, "It leaves tomorrow.", "--yes")
    anna.does("order", "message", REF, "He called.", "--private")
    assert [(name, data["text"], data["private"]) for name, data in anna.client.elsewhere] == [
        ("thread.post_order_message", "It leaves tomorrow.", False),
        ("thread.post_order_message", "He called.", True),
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("add", REF), 64, "Missing argument"),
        (("edit", REF, "1"), 64, "Give the change of line 1: 1:3 for three pieces"),
        (("edit", REF, "mug:1"), 1, "The order has no line 'mug'; it has 1 (MUG-BLUE)."),
        (
            ("edit", REF, "1=9.999"),
            64,
            "'9.999' is not an amount in EUR: write, for example, 9.90.",
        ),
        (("edit", REF, "7:1"), 1, "The order has no line '7'; it has 1 (MUG-BLUE)."),
        (("cancel", REF, "7"), 1, "The order has no line '7'; it has 1 (MUG-BLUE)."),
        (("discount", REF), 64, "Give one of --percent, --amount, --free-shipping and --remove."),
        (("discount", REF, "--percent", "5", "--amount", "1"), 64, "Give one of"),
        (
            ("discount", REF, "--remove", "Nothing"),
            1,
            "'Nothing' matches 0 discounts of the order; it has: none.",
        ),
        (
            ("discount", REF, "--percent", "5", "--invoice", "IN9"),
            1,
            "The order has no invoice 'IN9'; it has: none.",
        ),
        (("address", REF, "--line1", "Elsewhere"), 64, "Give the address"),
        (("address", REF, "--delivery"), 64, "Give the address"),
        (("shipping", REF), 64, "Give a change"),
        (("refund", REF, "1:1"), 2, "refused (not_possible)"),
        (("refunded", REF), 1, "0 refunds of the order are due: none. Give the REFUND-ID of one."),
        (
            ("return", REF, "--confirm"),
            1,
            "which needs the state waiting for confirmation. The states of its returns: none.",
        ),
        (("send", REF, "IN9"), 1, "The order has no document IN9; it has: none."),
        (
            ("customer", REF, "--email", "nonsense"),
            2,
            "refused (invalid): email: This is not an e-mail address.\n",
        ),
        (("customer", REF), 64, "Give the correction: --email or --name."),
        (("payment", REF), 64, "Give the AMOUNT that was received"),
        (("message", REF), 64, "Give the TEXT, or --canned with the key of a predefined message."),
        (
            ("note", "NOTHING", "x"),
            2,
            "refused (unknown_order): There is no order 'NOTHING' in this shop.",
        ),
        (
            ("state", REF, "dreaming", "--yes"),
            2,
            "refused (unknown_state): There is no state 'dreaming'.",
        ),
    ],
)
def test_a_mistake_is_explained_and_changes_nothing(
    anna: Employee, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    before = anna.does("order", "show", REF, "--json")
    result = anna.types("order", *arguments)
    assert (result.exit_code, sentence in result.output) == (code, True), result.output
    assert anna.does("order", "show", REF, "--json") == before


def test_a_change_of_a_paid_and_invoiced_order_shows_what_comes_back_and_the_mail(
    anna: Employee,
) -> None:
    paid_and_invoiced(anna)
    asked = anna.types("order", "edit", REF, "1:1")
    assert asked.exit_code == 64
    assert "Total 28.70 EUR → 16.80 EUR, 11.90 EUR less." in asked.output
    assert "11.90 EUR will be overpaid." in asked.output
    assert "Issued: credit slip." in asked.output
    assert "gets the credit slip by mail" in asked.output
    assert "order.edit_lines" not in anna.client.sent


def test_a_change_that_costs_nothing_is_not_asked_about(anna: Employee) -> None:
    printed = anna.does("order", "shipping", REF, "--carrier", "Slow Post")
    assert "The total stays 28.70 EUR." in printed


def test_a_cancelled_order_shows_what_is_to_be_given_back(anna: Employee) -> None:
    paid_and_invoiced(anna)
    asked = anna.types("order", "state", REF, "cancelled")
    assert asked.exit_code == 64
    assert "28.70 EUR will be due to the customer." in asked.output
    assert "Issued: credit slip." in asked.output


def test_a_refusal_names_the_verb_and_not_the_message(anna: Employee) -> None:
    paid_and_invoiced(anna)
    refused = anna.types("order", "invoice", REF, "--note", "Thank you.")
    assert refused.exit_code == 2
    output = " ".join(refused.output.split())
    assert "`aftercart order invoice REF --correct` issues it anew" in output
    assert "order.correct_invoice" not in output
