"""An order's documents on demand: its invoice, the note on it, its summary."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Command, Event
from shared.contracts.orders.parts import By, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import Address, DocumentReference, Email, Language

NOTE = "Ordered by telephone."


class IssueInvoice(Command, name="order.issue_invoice", subject="order_id"):
    """Issues the invoice of an order that has none, without waiting for a state that would."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "by": "anna@shop.test"}

    order_id: OrderId
    by: By = "system"


class CorrectInvoice(Command, name="order.correct_invoice", subject="order_id"):
    """Issues the invoice of an order anew, with another invoice address (name, company, VAT number)
    or note, or as the order is now. All invoices that count are cancelled by one credit slip, and
    one invoice of what is still sold takes their place: both or none. The customer gets them by
    mail.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "invoice_address": samples.ADDRESS | {"company": "Analytical Engines Ltd"},
        "reason": "The company was missing.",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    invoice_address: Address | None = Field(
        default=None, description="Null: the order's, which may have changed since"
    )
    note: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="Printed under the tax table; null: as it is, empty: none"
    )
    reason: str = Field(default="", max_length=500, description="Printed on the credit slip")
    taxes_checked: bool = Field(
        default=False,
        description="Somebody looked: an order that is exempt from tax stays so with another buyer",
    )
    by: By = "system"


class InvoiceCorrected(Event, name="order.invoice_corrected", subject="order_id"):
    """Invoices of an order count no more: `credit_slip` cancels those in `replaced`, `invoice`
    takes their place.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "replaced": [samples.INVOICE_REFERENCE],
        "credit_slip": (
            samples.INVOICE_REFERENCE
            | {
                "document_id": samples.MAIL_ID,
                "kind": "credit_slip",
                "number": "CR000001",
            }
        ),
        "invoice": (
            samples.INVOICE_REFERENCE
            | {
                "document_id": samples.MESSAGE_ID,
                "number": "IN000002",
                "replaces": [samples.DOCUMENT_ID],
            }
        ),
        "invoice_address": samples.ADDRESS | {"company": "Analytical Engines Ltd"},
        "note": "",
        "reason": "The company was missing.",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    order: OrderSummary
    replaced: list[DocumentReference]
    credit_slip: DocumentReference
    invoice: DocumentReference
    invoice_address: Address
    note: str
    reason: str
    by: str
    at: AwareDatetime


class IssueDeliverySlip(Command, name="order.issue_delivery_slip", subject="order_id"):
    """Issues the delivery slip of an order that has none, or one in place of an outdated one.
    Before the goods are shipped, edits, refunds and other addresses replace an outdated one by
    themselves.
    """

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "by": "anna@shop.test"}

    order_id: OrderId
    by: By = "system"


class SetInvoiceNote(Command, name="order.set_invoice_note", subject="order_id"):
    """Sets what is printed under the tax table of the order's invoice, before it is issued; an
    empty note removes it. Later, `order.correct_invoice` issues the invoice anew with another note.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": NOTE,
        "by": "anna@shop.test",
    }

    order_id: OrderId
    note: str = Field(max_length=2000)
    by: By = "system"


class PrintSummary(Command, name="order.print_summary", subject="order_id"):
    """Makes a document of the order as it is now; at any time, and as often as wanted."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "by": "anna@shop.test"}

    order_id: OrderId
    by: By = "system"


class SendDocuments(Command, name="order.send_documents", subject="order_id"):
    """Mails documents of an order, replaced ones too, to the customer or to somebody else, such as
    a tax adviser. The mail waits for the files and stands in the order's list of mails.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "documents": [samples.DOCUMENT_ID],
        "to": "books@example.test",
        "message": "The invoice that you asked for.",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    documents: list[UUID] = Field(
        min_length=1, max_length=20, description="Their ids, which `order.get` tells"
    )
    to: Email | None = Field(default=None, description="Null: to the customer")
    to_name: str = Field(
        default="", max_length=200, description="Of somebody else, who is greeted by this name"
    )
    language: Language | None = Field(default=None, description="Of the mail; null: the order's")
    message: str = Field(default="", max_length=2000)
    by: By = "system"


class DocumentMailRequested(Event, name="order.document_mail_requested", subject="order_id"):
    """Documents of an order are to be mailed: everything that the mail needs."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "attach": [samples.INVOICE_REFERENCE],
        "to": "books@example.test",
        "to_name": "",
        "language": "en",
        "message": "The invoice that you asked for.",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    order: OrderSummary
    attach: list[DocumentReference]
    to: Email
    to_name: str
    language: Language
    message: str
    by: str
    at: AwareDatetime


class InvoiceNoted(Event, name="order.invoice_noted", subject="order_id"):
    """The note of the order's invoice is now this."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": NOTE,
        "by": "anna@shop.test",
    }

    order_id: UUID
    note: str
    by: str


class OrderSummaryIssued(Event, name="order_summary.issued", subject="order_id"):
    """A summary of the order as it was then; its number is the order's reference."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": samples.SNAPSHOT | {"kind": "order_summary", "number": "XKBKNABJK"},
    }

    order_id: UUID
    document: DocumentSnapshot
