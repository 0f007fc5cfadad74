"""Define the query for an invoice as structured data."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.documents import DocumentView
from shared.contracts.message import Answer, Query
from shared.contracts.refusals import codes
from shared.contracts.values import InvoiceProfile

InvoiceSyntax = Literal["cii", "ubl"]


class EInvoice(Answer, name="document.e_invoice_answered"):
    """An invoice or credit slip as structured data, created from the stored snapshot."""

    example: ClassVar[dict[str, Any]] = {
        "document": samples.DOCUMENT_VIEW,
        "standard": "peppol",
        "syntax": "ubl",
        "content": "PEludm9pY2UvPgo=",
    }

    document: DocumentView
    standard: InvoiceProfile = Field(
        default="en16931", description="Standard that the data follows"
    )
    syntax: InvoiceSyntax = Field(description="`cii` (UN/CEFACT) or `ubl`")
    content: Base64Bytes = Field(description="The XML file, in base64")


class GetEInvoice(Query, name="document.e_invoice", answer=EInvoice, subject="document_id"):
    """Return an invoice or credit slip as structured data: by EN 16931, Peppol BIS Billing 3.0 or
    XRechnung 3.0. If it violates a rule of the standard, it is refused with the code
    `rule_violated`; `rule` and `violations` in `details` name the rules and the missing values.
    """

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID,
        "standard": "peppol",
        "syntax": None,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "no_invoice rule_violated unknown_document wrong_syntax"
    )

    document_id: UUID
    standard: InvoiceProfile = Field(
        default="en16931",
        description=(
            "`en16931` (European standard), `peppol` (Peppol BIS Billing 3.0) or `xrechnung`"
            " (XRechnung 3.0)"
        ),
    )
    syntax: InvoiceSyntax | None = Field(
        default=None,
        description=(
            "Null: the usual one of the standard, `cii` (as in the PDF) for `en16931`, else `ubl`"
        ),
    )
