"""The screens of orders: which commands their forms send."""

from base64 import b64encode
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.orders.domain.actions import POLICIES
from shared.console.pages.orders.actions import ACTIONS
from shared.console.pages.orders.detail import GROUPS
from shared.console.pages.orders.timeline import without_quotations
from shared.console.users import Users
from shared.contracts import samples
from shared.contracts.orders import editing_samples, refund_samples
from tests.shared.console.conftest import PASSWORD, log_in
from tests.shared.console.fakes import FakeBus

ORDER = "/orders/6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"
ID = "5f0c9d6e-1111-4222-8333-444455556666"
OTHER = "0d4f8f0e-51c5-4f5b-8a77-4be1f9c6b002"
LINE = {"lines[0].line": "1"}
EUR = {"currency": "EUR"}


def all_actions(possible: bool = True, reason: str = "") -> list[dict[str, Any]]:
    return [
        {"name": one.name, "refund_kind": one.kind, "possible": possible, "reason": reason}
        for one in POLICIES
    ]


def last_query(bus: FakeBus, name: str) -> dict[str, Any]:
    return [request.data for request in bus.asked if request.name == name][-1]


def test_every_action_of_an_order_has_a_form() -> None:
    assert {policy.name for policy in POLICIES} <= ACTIONS.keys()
    assert set().union(*map(set, GROUPS.values())) <= {policy.name for policy in POLICIES}


@pytest.mark.parametrize("tag", ["en", "fa"])
@pytest.mark.parametrize("command", ACTIONS)
def test_forms(browser: TestClient, command: str, tag: str) -> None:
    browser.post("/language", data={"language": tag})
    page = browser.get(f"{ORDER}/do/{command}?return_id={OTHER}")
    assert page.status_code == 200, page.text
    assert 'name="_id"' in page.text


ATTACHED: dict[str, Any] = {"attachments": [], "attach_documents": [], "cc": [], "bcc": []}


@pytest.mark.parametrize(
    ("command", "query", "form", "sent"),
    [
        ("order.transition", "?to=shipped", {"reason": ""}, {"to": "shipped", "reason": ""}),
        (
            "order.add_discount",
            "",
            {"discount_name": "Sorry", "percent": "12,5", "amount": "", "free_shipping": "off"},
            {
                "discount_id": ID,
                "discount_name": "Sorry",
                "percent": "12.5",
                "free_shipping": False,
            },
        ),
        (
            "payment.record",
            "",
            {"payment.amount": "28.70", "payment.method": "Bank wire"},
            {
                "payment": {
                    "payment_id": ID,
                    "method": "Bank wire",
                    "amount": {"amount": 2870, **EUR},
                }
            },
        ),
        (
            "refund.create",
            "?kind=partial",
            LINE
            | {
                "lines[0].quantity": "1",
                "lines[1].line": "2",
                "restock": "no",
                "refund_shipping": "on",
            },
            {
                "refund_id": ID,
                "kind": "partial",
                "lines": [{"line": 1, "quantity": 1}],
                "restock": False,
                "refund_shipping": True,
            },
        ),
        (
            "order.change_shipping",
            "",
            {"tracking_number": "TR-1", "carrier": "Swift Post", "shipping_price": ""},
            {"tracking_number": "TR-1"},
        ),
        (
            "order.change_address",
            "",
            {"_which": "delivery", "_address_id": OTHER, "delivery_address.name": "Ada"},
            {"delivery_address_id": OTHER},
        ),
        (
            "return.complete",
            f"?return_id={OTHER}",
            {"amounts[0].line": "1", "amounts[0].amount": "", "amounts[1].line": "2"},
            {"return_id": OTHER, "amounts": []},
        ),
        (
            "order.add_lines",
            "",
            {"lines[0].sku": "TEA-250", "lines[0].quantity": "۲", "lines[1].sku": ""},
            {"lines": [{"sku": "TEA-250", "quantity": 2}]},
        ),
        (
            "order.send_documents",
            "",
            {"document_ids": [OTHER], "to": "", "text": "Hello"},
            {"document_ids": [OTHER], "text": "Hello"},
        ),
        (
            "thread.post_order_message",
            "",
            {"text": "Hello <b>", "private": ["off", "on"], "canned_message": ""},
            {"text": "Hello <b>", "private": True} | ATTACHED,
        ),
    ],
)
def test_forms_become_commands(
    browser: TestClient,
    bus: FakeBus,
    command: str,
    query: str,
    form: dict[str, Any],
    sent: dict[str, Any],
) -> None:
    answer = browser.post(f"{ORDER}/do/{command}{query}", data=form | {"_id": ID})
    assert answer.status_code == 303, answer.text
    [request] = bus.sent
    assert request.name == command
    assert request.id == ID
    data = request.data
    assert data.pop("order_id") == ORDER.rpartition("/")[2]
    assert data.pop("by") == "anna@shop.test"
    assert data == sent


def test_files_documents_and_copies_go_with_a_message(browser: TestClient, bus: FakeBus) -> None:
    number = samples.INVOICE_REFERENCE["number"]
    bus.answer("order.get", documents=[samples.INVOICE_REFERENCE])
    page = browser.get(f"{ORDER}/do/thread.post_order_message").text
    assert 'type="file" name="attachments"' in page
    assert f'name="attach_documents" value="{number}"' in page
    browser.post(
        f"{ORDER}/do/thread.post_order_message",
        data={"text": "See the plan", "attach_documents": [number], "cc": "a@b.test c@d.test"},
        files={"attachments": ("plan.txt", b"first this", "text/plain")},
    )
    data = bus.sent[0].data
    assert (data["attach_documents"], data["cc"]) == ([number], ["a@b.test", "c@d.test"])
    assert data["attachments"] == [
        {"filename": "plan.txt", "content": b64encode(b"first this").decode()}
    ]


def test_products_are_found_before_they_are_added_to_an_order(
    browser: TestClient, bus: FakeBus
) -> None:
    here = f"{ORDER}/do/order.add_lines"
    found = browser.post(here, data={"_find": "yes", "_product_text": "mu", "lines[0].sku": "TEA"})
    assert '<button name="_add" value="MUG-BLUE">' in found.text
    form = {"lines[0].sku": "TEA", "lines[1].sku": "MUG-BLUE", "lines[1].quantity": "2"}
    for sku, row, quantity in (("MUG-BLUE", 1, "3"), ("CUP", 2, "1")):
        page = browser.post(here, data=form | {"_add": sku}).text
        assert f'name="lines[{row}].sku" value="{sku}"' in page
        assert f'name="lines[{row}].quantity" value="{quantity}"' in page
        assert 'name="lines[0].sku" value="TEA"' in page
    assert not bus.sent


def test_one_of_two_addresses_is_corrected_unless_both_are_chosen(
    browser: TestClient, bus: FakeBus
) -> None:
    here = f"{ORDER}/do/order.change_address"
    assert 'value="both" selected' in browser.get(here).text
    bus.answer("order.get", invoice_address=samples.ADDRESS | {"line1": "9 Bill Street"})
    assert 'value="delivery" selected' in browser.get(here).text
    other = browser.get(f"{here}?which=invoice").text
    assert 'value="invoice" selected' in other
    assert 'value="9 Bill Street"' in other


def test_a_mail_is_sent_again(browser: TestClient, bus: FakeBus) -> None:
    browser.post(f"{ORDER}/do/mail.resend?mail_id={OTHER}", data={"to": "", "_id": ID})
    assert bus.sent[0].data == {"mail_id": OTHER, "by": "anna@shop.test"}


def test_a_preview_changes_nothing_and_keeps_the_form(browser: TestClient, bus: FakeBus) -> None:
    form = LINE | {"lines[0].quantity": "1", "_preview": "yes", "_id": ID}
    page = browser.post(f"{ORDER}/do/refund.create?kind=partial", data=form)
    assert page.status_code == 200
    assert not bus.sent
    assert "Effect of this change" in page.text
    assert f'name="_id" value="{ID}"' in page.text
    form = {"percent": "10", "discount_name": "x", "_preview": "yes"}
    browser.post(f"{ORDER}/do/order.add_discount", data=form)
    assert last_query(bus, "order.preview")["data"]["percent"] == "10"


def test_a_refused_preview_says_why(browser: TestClient, bus: FakeBus) -> None:
    bus.refuse("refund.preview", "too_much", "EUR 5.00 are left.", field="lines[0].quantity")
    left = [
        {"line": line, "sku": "TEA-250", "quantity": 2, "amount": {"amount": 500, **EUR}}
        for line in (1, 2)
    ]
    sums = {"shipping": {"amount": 0, **EUR}, "paid": {"amount": 500, **EUR}}
    bus.answer("order.get", refundable_amounts=sums | {"lines": left})
    form = LINE | {"lines[1].line": "2", "lines[1].quantity": "9", "_preview": "yes"}
    page = browser.post(f"{ORDER}/do/refund.create?kind=partial", data=form)
    assert page.status_code == 422
    rows = page.text.partition("<tbody>")[2].split("</tr>")
    assert "EUR 5.00 are left." not in rows[0]
    assert "EUR 5.00 are left." in rows[1]


def test_impossible_actions_state_their_reason_in_the_language(
    browser: TestClient, bus: FakeBus
) -> None:
    shipped = all_actions(possible=False, reason="The order was shipped.")
    bus.answer("order.get", actions=shipped)
    browser.post("/language", data={"language": "de"})
    page = browser.get(ORDER).text
    assert "Die Bestellung wurde versandt." in page
    assert f"{ORDER}/do/order.edit_lines" not in page
    assert f"{ORDER}/do/order.change_shipping" in page  # the tracking number may change always


def test_those_who_may_only_look_see_no_action(
    visitor: TestClient, users: Users, bus: FakeBus
) -> None:
    users.add("eve", ["look"], PASSWORD)
    log_in(visitor, "eve")
    bus.answer("order.get", actions=all_actions())
    page = visitor.get(ORDER)
    assert page.status_code == 200
    assert "/do/" not in page.text
    assert visitor.get(f"{ORDER}/do/order.transition").status_code == 403
    assert visitor.post(f"{ORDER}/do/order.transition?to=shipped").status_code == 403
    assert not bus.sent


def test_force_and_large_refunds_need_a_manager(
    visitor: TestClient, users: Users, bus: FakeBus, settings: Any
) -> None:
    users.add("otto", ["orders"], PASSWORD)
    log_in(visitor, "otto")
    page = visitor.post(f"{ORDER}/do/order.transition?to=shipped", data={"force": "on"})
    assert page.status_code == 403
    application: Any = visitor.app
    application.state.console.settings = settings.model_copy(update={"refund_limit": {"EUR": 1}})
    form = LINE | {"lines[0].quantity": "1"}
    assert visitor.post(f"{ORDER}/do/refund.create?kind=partial", data=form).status_code == 403
    assert not bus.sent
    users.set_roles("otto", ["orders", "manager"])
    assert visitor.post(f"{ORDER}/do/refund.create?kind=partial", data=form).status_code == 303


def test_the_list_filters(browser: TestClient, bus: FakeBus) -> None:
    query = "search=ada&state=shipped&from=2026-11-01&to=2026-11-30&total_from=12,50&new=yes"
    assert browser.get(f"/orders?{query}&sort=total&order=up&cursor=abc").status_code == 200
    asked = last_query(bus, "order.list")
    assert asked["filter"] == {
        "search": "ada",
        "state_keys": ["shipped"],
        "placed_from": "2026-10-31T23:00:00Z",
        "placed_before": "2026-11-30T23:00:00Z",
        "total_from": {"amount": 1250, **EUR},
        "new_customer": True,
    }
    assert (asked["sort"], asked["descending"], asked["cursor"]) == ("total", False, "abc")


def test_a_filter_that_cannot_be_read_says_so(browser: TestClient) -> None:
    page = browser.get("/orders?total_from=abc")
    assert page.status_code == 422
    assert "Write an amount" in page.text


def test_the_detail_shows_what_strangers_wrote_as_text(browser: TestClient, bus: FakeBus) -> None:
    evil = "<script>alert(1)</script>"
    bus.answer("order.get", note=evil)
    page = browser.get(ORDER).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_document_is_opened(browser: TestClient, bus: FakeBus) -> None:
    answer = browser.get(f"{ORDER}/documents/{OTHER}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")


def test_quotations_are_left_out_of_the_timeline() -> None:
    message = {"text": "Hello\n> old\n> older\nBye", "folds": [{"first": 2, "last": 3}]}
    assert without_quotations(message) == "Hello\nBye"


def test_a_full_order_is_shown_whole(browser: TestClient, bus: FakeBus) -> None:
    states = "waiting_for_confirmation", "package_received"
    returned = [refund_samples.RETURN | {"state": state} for state in states]
    summary = samples.ORDER_SUMMARY | {"discounts": [editing_samples.DISCOUNT]}
    shown = {"refunds": [refund_samples.REFUND], "returns": returned, "actions": all_actions()}
    bus.answer("order.get", order=summary, **shown)
    page = browser.get(ORDER)
    assert page.status_code == 200, page.text
    for command in (
        "return.confirm",
        "return.complete",
        "payment.reverse",
        "order.remove_discount",
    ):
        assert f"/do/{command}?" in page.text
