"""Define commands and events on the documents of an order: invoices, their notes, summaries,
mailing.
"""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.claims import Claim
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import By, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import Address, DocumentReference, Email, Language

NOTE = "Ordered by telephone."


class IssueInvoice(Command, name="order.issue_invoice", subject="order_id"):
    """Issue the invoice of an order that has none, without waiting for a state that issues it."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "by": "anna@shop.test"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_possible unknown_order")

    order_id: OrderId
    by: By = "system"


class CorrectInvoice(Command, name="order.correct_invoice", subject="order_id"):
    """Replace the invoices of an order, with another invoice address or note, or with the order as
    it is now. One credit slip cancels all valid invoices and one new invoice replaces them: both or
    none. The customer gets both by mail.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "invoice_address": samples.ADDRESS | {"company": "Analytical Engines Ltd"},
        "reason": "The company was missing.",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "exemption_not_possible not_possible nothing_invoiced taxes_may_differ unknown_order "
        "vat_number_needed wrong_vat_number"
    )

    order_id: OrderId
    invoice_address: Address | None = Field(
        default=None, description="Null: the address in the order, which may have changed since"
    )
    note: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="Printed below the tax table; null: unchanged, empty: none"
    )
    reason: str = Field(default="", max_length=500, description="Printed on the credit slip")
    taxes_checked: Annotated[bool, Claim.CONSENT] = Field(
        default=False,
        description=(
            "Confirms that an employee checked the taxes: a tax-exempt order stays exempt with"
            " another buyer"
        ),
    )
    by: By = "system"


class InvoiceCorrected(Event, name="order.invoice_corrected", subject="order_id"):
    """The invoices of an order were replaced: `credit_slip` cancels those in `replaced`, `invoice`
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
                "replaced_document_ids": [samples.DOCUMENT_ID],
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
    replaced: list[DocumentReference] = Field(description="Invoices that are void now")
    credit_slip: DocumentReference = Field(description="Credit slip that cancels them")
    invoice: DocumentReference = Field(description="Invoice that takes their place")
    invoice_address: Address
    note: str = Field(description="Note on the new invoice")
    reason: str = Field(description="Printed on the credit slip")
    by: str
    at: AwareDatetime


class IssueDeliverySlip(Command, name="order.issue_delivery_slip", subject="order_id"):
    """Issue the delivery slip of an order that has none, or replace an outdated one. Before
    shipping, edits, refunds and address changes replace an outdated slip automatically.
    """

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "by": "anna@shop.test"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_possible unknown_order")

    order_id: OrderId
    by: By = "system"


class SetInvoiceNote(Command, name="order.set_invoice_note", subject="order_id"):
    """Set the note printed below the tax table of an order's invoice, before it is issued. An empty
    note removes it. Afterwards use `order.correct_invoice`.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": NOTE,
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("invoice_issued unknown_order")

    order_id: OrderId
    note: str = Field(max_length=2000, description="The note; empty removes it")
    by: By = "system"


class PrintSummary(Command, name="order.print_summary", subject="order_id"):
    """Issue a summary of the order as it is now. Possible at any time and any number of times."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "by": "anna@shop.test"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_order")

    order_id: OrderId
    by: By = "system"


class SendDocuments(Command, name="order.send_documents", subject="order_id"):
    """Mail documents of an order, including replaced ones, to the customer or to another person
    such as a tax adviser. The mail waits until the files are rendered, and is listed with the
    order's mails.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document_ids": [samples.DOCUMENT_ID],
        "to": "books@example.test",
        "text": "The invoice that you asked for.",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "document_twice name_without_address unknown_document unknown_order"
    )

    order_id: OrderId
    document_ids: list[UUID] = Field(
        min_length=1, max_length=20, description="Ids of the documents, as in `order.get`"
    )
    to: Email | None = Field(
        default=None, description="Address of the recipient; null: the customer"
    )
    to_name: str = Field(
        default="", max_length=200, description="Name of another recipient, for the greeting"
    )
    language: Language | None = Field(
        default=None, description="Language of the mail; null: the order's"
    )
    text: str = Field(
        default="", max_length=2000, description="Text of the employee, added to the mail"
    )
    by: By = "system"


class DocumentMailRequested(Event, name="order.document_mail_requested", subject="order_id"):
    """A mail with documents of an order was requested; the event contains everything that the mail
    needs.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "attach": [samples.INVOICE_REFERENCE],
        "to": "books@example.test",
        "to_name": "",
        "language": "en",
        "text": "The invoice that you asked for.",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    order: OrderSummary
    attach: list[DocumentReference] = Field(description="Documents to attach")
    to: Email = Field(description="Address of the recipient")
    to_name: str = Field(
        description="Name of another recipient, for the greeting; empty: the customer"
    )
    language: Language = Field(description="Language of the mail")
    text: str = Field(description="Text of the employee, added to the mail")
    by: str
    at: AwareDatetime


class InvoiceNoted(Event, name="order.invoice_noted", subject="order_id"):
    """The note on an order's next invoice was set."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": NOTE,
        "by": "anna@shop.test",
    }

    order_id: UUID
    note: str = Field(description="The note; empty: removed")
    by: str


class OrderSummaryIssued(Event, name="order_summary.issued", subject="order_id"):
    """A summary of an order was issued. Its number is the order's reference."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": samples.SNAPSHOT | {"kind": "order_summary", "number": "XKBKNABJK"},
    }

    order_id: UUID
    document: DocumentSnapshot
