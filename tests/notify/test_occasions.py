"""Events of other services, and the mails about them."""

from email.message import EmailMessage
from typing import Any

import pytest

from shared.contracts import samples
from shared.contracts.ingest import ContactSubmitted, OrderMessagePosted, ThreadForwarded
from shared.contracts.message import Message
from shared.contracts.notify import OfferDownloads
from shared.contracts.orders import (
    DocumentMailRequested,
    InvoiceCorrected,
    OrderChangeAnnounced,
    OrderDiscounted,
    OrderEdited,
    OrderExemptionChanged,
    OrderShippingChanged,
    RefundCreated,
    ReturnCompleted,
    ReturnConfirmed,
    ReturnDenied,
    ReturnReceived,
    ReturnRequested,
    StoreCreditGivenBack,
    StoreCreditIssued,
    VoucherCreated,
)
from tests.notify.builders import WAIT, FakeAdapters, NotifyHarness, content_of, opened
from tests.words import changed, delivery

CREDITED = [samples.INVOICE_REFERENCE | {"kind": "credit_slip", "number": "CR000001"}]
ATTACH = [samples.INVOICE_REFERENCE | {"kind": "return_slip", "number": "RT000001"}]


@pytest.fixture
def known(small_desk: NotifyHarness) -> NotifyHarness:
    """The service, which knows the shop."""
    small_desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "de"})
    return small_desk


def mails_of(
    desk: NotifyHarness, adapters: FakeAdapters, message: type[Message], **changes: Any
) -> list[EmailMessage]:
    """What the customer and others get because of the message's example."""
    desk.tell(message.name, changed(message.example, **changes))
    desk.clock.advance(WAIT)
    desk.run_own_commands()
    return [opened(outgoing.content) for outgoing in adapters.sent]


@pytest.mark.parametrize(
    ("message", "changes", "subject"),
    [
        (
            OrderShippingChanged,
            {"order__tracking_number": "SP-4711"},
            "Order XKBKNABJK: you can follow your parcel",
        ),
        (OrderChangeAnnounced, {}, "Order XKBKNABJK was changed"),
        (OrderEdited, {"attach": CREDITED}, "Order XKBKNABJK was changed"),
        (OrderDiscounted, {"attach": CREDITED}, "Order XKBKNABJK was changed"),
        (OrderExemptionChanged, {"attach": CREDITED}, "Order XKBKNABJK was changed"),
        (
            OrderShippingChanged,
            {"shipped": False, "attach": CREDITED},
            "Order XKBKNABJK was changed",
        ),
        (InvoiceCorrected, {}, "Order XKBKNABJK: corrected invoice IN000002"),
        (
            DocumentMailRequested,
            {"to": "ada@example.test", "to_name": "Ada Byron"},
            "Order XKBKNABJK",
        ),
        (ReturnRequested, {}, "Order XKBKNABJK: we received your request for a return"),
        (ReturnConfirmed, {"attach": ATTACH}, "Order XKBKNABJK: please send the goods back"),
        (ReturnDenied, {}, "Order XKBKNABJK: we cannot take the goods back"),
        (ReturnReceived, {}, "Order XKBKNABJK: your package has arrived"),
        (ReturnCompleted, {}, "Order XKBKNABJK: your return is completed"),
        (VoucherCreated, {}, "A voucher from Corner Shop"),
        (StoreCreditIssued, {}, "Your store credit at Corner Shop"),
        (StoreCreditGivenBack, {}, "Your store credit at Corner Shop"),
        (OrderMessagePosted, {}, "Order XKBKNABJK: a message from Corner Shop"),
        (OfferDownloads, {}, "Order XKBKNABJK: your downloads"),
    ],
    ids=lambda value: value.name if isinstance(value, type) else "",  # type: ignore[attr-defined]
)
def test_the_customer_is_told(
    known: NotifyHarness,
    adapters: FakeAdapters,
    message: type[Message],
    changes: dict[str, Any],
    subject: str,
) -> None:
    (mail,) = mails_of(known, adapters, message, **changes)
    assert (mail["Subject"], mail["To"]) == (subject, "Ada Byron <ada@example.test>")


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        (OrderShippingChanged, {"shipped": False}),
        (OrderEdited, {}),
        (OrderDiscounted, {}),
        (OrderShippingChanged, {"tracking_number": "", "tracking_number_before": "SP-1"}),
        (OrderShippingChanged, {"tracking_number_before": "SP-4711"}),
        (VoucherCreated, {"customer": None}),
        (StoreCreditIssued, {"customer": None}),
        (VoucherCreated, {"remaining_uses": 0}),
        (RefundCreated, {"refund__credit_slip": None}),
    ],
)
def test_what_concerns_no_customer_yet_is_told_to_nobody(
    known: NotifyHarness, adapters: FakeAdapters, message: type[Message], changes: dict[str, Any]
) -> None:
    assert mails_of(known, adapters, message, **changes) == []


def test_a_credit_slip_goes_along_with_the_mail_about_it(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    slip = samples.INVOICE_REFERENCE | {"kind": "credit_slip", "number": "CR000001"}
    event = changed(RefundCreated.example, refund__credit_slip=slip)
    known.tell("refund.created", event)
    known.tell("document.content", content_of(event | {"attach": [slip]}))
    known.run_own_commands()
    mail = opened(adapters.sent[0].content)
    assert mail["Subject"] == "Order XKBKNABJK: credit slip CR000001"
    assert len(list(mail.iter_attachments())) == 1


def test_the_words_of_a_return_tell_until_when_and_what(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    changes = {"returned__until": "2026-12-05T12:00:00Z", "returned__number": "RT000001"}
    (mail,) = mails_of(known, adapters, ReturnConfirmed, **changes)
    text = mail.get_body(("plain",)).get_content()
    assert "arrives by 5 December 2026" in text.replace("\n", " ")
    assert "1 × Mug, blue" in text


def test_a_forwarded_thread_shows_what_was_written_in_it_in_the_employees_language(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    (mail,) = mails_of(known, adapters, ThreadForwarded)
    text = mail.get_body(("plain",)).get_content()
    assert (mail["To"], mail["Auto-Submitted"]) == ('"bela@shop.test" <bela@shop.test>', None)
    assert "Weitergeleitet von anna@shop.test." in text
    assert "Could you look at this?" in text
    assert "> When will it arrive?" in text


def test_a_contact_gets_the_form_with_its_files_and_the_customer_a_confirmation(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    to_shop, to_customer = mails_of(known, adapters, ContactSubmitted)
    assert to_shop["To"] == samples.CONTACT["email"]
    assert to_shop["Reply-To"] == "ada@example.test"
    (file,) = to_shop.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("image/png", "mug.png")
    assert file.get_content().startswith(b"\x89PNG")
    assert to_customer["To"] == "Ada Byron <ada@example.test>"
    assert to_customer["Auto-Submitted"] == to_shop["Auto-Submitted"] == "auto-generated"
    assert list(to_customer.iter_attachments()) == []


def test_a_form_that_is_filed_only_is_confirmed_only(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    (mail,) = mails_of(known, adapters, ContactSubmitted, mailed=False, attachments=[])
    assert mail["Subject"] == "We received your message"


def test_a_submission_told_again_is_mailed_once(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    again = delivery("contact.submitted", ContactSubmitted.example)
    known.deliver(again)
    with known.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM inbox")
    assert known.deliver(again)[0].error is None
    known.run_own_commands()
    assert len(adapters.sent) == 2


def test_downloads_of_a_shop_that_nobody_told_of_are_refused(small_desk: NotifyHarness) -> None:
    (refusal,) = small_desk.tell("mail.offer_downloads", OfferDownloads.example)
    assert (refusal.name, refusal.data["code"]) == ("mail.offer_downloads_refused", "unknown_shop")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://shop.test/a b", "ftp://shop.test/x", ""]
)
def test_a_link_that_is_none_is_refused(known: NotifyHarness, url: str) -> None:
    links = [{"name": "Mugs", "url": url}]
    (refusal,) = known.tell("mail.offer_downloads", OfferDownloads.example | {"links": links})
    assert refusal.data["code"] == "invalid"
    assert refusal.data["reason"].startswith("links[0].url: ")


def test_documents_go_to_whom_an_employee_names_and_wait_for_their_files(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    event = changed(DocumentMailRequested.example, to_name="Books & Co")
    known.tell("order.document_mail_requested", event)
    known.run_own_commands()
    assert adapters.sent == []
    known.tell("document.content", content_of(event))
    known.run_own_commands()
    (outgoing,) = adapters.sent
    mail = opened(outgoing.content)
    assert (mail["To"], mail["Subject"]) == (
        "Books & Co <books@example.test>",
        "Order XKBKNABJK: invoice IN000001",
    )
    assert [part.get_filename() for part in mail.iter_attachments()] == ["invoice-IN000001.pdf"]
    assert "The invoice that you asked for." in mail.get_body(("plain",)).get_content()
    assert [each.recipient for each in known.mails(samples.ORDER_ID)] == ["books@example.test"]


def test_store_credit_says_how_much_until_when_and_that_it_came_back(
    known: NotifyHarness, adapters: FakeAdapters
) -> None:
    mails_of(known, adapters, StoreCreditIssued)
    given, back = mails_of(known, adapters, StoreCreditGivenBack, order_id=samples.ORDER_ID)
    texts = [mail.get_body(("plain",)).get_content() for mail in (given, back)]
    assert "You have received EUR 20.00 of store credit." in texts[0]
    assert "The parcel was late." in texts[0]
    assert {"Code: CR000001", "Your balance: EUR 20.00", "Valid until: 21 November 2027"} <= {
        *texts[0].splitlines()
    }
    assert "EUR 20.00 of store credit is yours again." in texts[1]
