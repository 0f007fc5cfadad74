"""The names of templates: those that are built in, and those of the shop."""

from dataclasses import dataclass
from typing import get_args
from urllib.parse import quote

from starlette.exceptions import HTTPException

from shared.console.screen import Data, Screen
from shared.contracts.values import DocumentKind

DOCUMENTS, NOTIFY = "documents", "notify"
KINDS: tuple[str, ...] = get_args(DocumentKind)
LAYOUT = "layout"
MAILS = (
    LAYOUT,
    "order_conf",
    "payment",
    "preparation",
    "shipped",
    "in_transit",
    "order_changed",
    "order_canceled",
    "refund",
    "payment_error",
    "outofstock",
    "cheque",
    "bankwire",
    "cashondelivery",
    "other_state",
    "credit_slip",
    "voucher",
    "store_credit",
    "change_documents",
    "corrected_invoice",
    "documents",
    "late_document",
    "order_return_requested",
    "order_return_confirmed",
    "order_return_denied",
    "order_return_received",
    "order_return_completed",
    "order_merchant_comment",
    "reply_msg",
    "forward_msg",
    "contact",
    "contact_form",
    "download_product",
)
"""The mails that are built in, as in the list of `docs/howto/mails.md`."""
FIELDS = {DOCUMENTS: ("html", "css"), NOTIFY: ("subject", "text")}
"""Parts of a template by service; the layout of mails has those of a document."""


@dataclass(frozen=True)
class Place:
    """The template of an address: service, name, and language; none is for all languages."""

    service: str
    template: str
    language: str | None

    @property
    def path(self) -> str:
        """The address of its editor."""
        return f"/templates/{self.service}/{quote(self.template)}"

    @property
    def address(self) -> str:
        """The address of its editor, with the language."""
        if not self.language:
            return self.path
        return f"{self.path}?language={quote(self.language)}"

    @property
    def query(self) -> Data:
        """The fields of a query or command about it."""
        return {"service": self.service, "template": self.template, "language": self.language}

    @property
    def fields(self) -> tuple[str, ...]:
        """The parts that it has."""
        if self.template == LAYOUT:
            return FIELDS[DOCUMENTS]
        return FIELDS[self.service]

    @property
    def is_document(self) -> bool:
        """Whether it is the template of a document."""
        return self.service == DOCUMENTS


def place_of(screen: Screen) -> Place:
    """Return the template of the address."""
    service = screen.path("service")
    if service not in FIELDS:
        raise HTTPException(404)
    language = screen.submitted("_language") or screen.query("language")
    return Place(service, screen.path("template"), language or None)
