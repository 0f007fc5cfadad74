"""Contacts: whom customers may write to, and the form by which they do."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, IPvAnyAddress

from shared.contracts import samples
from shared.contracts.ingest.files import MOST_FILES, FormFile
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.lists import CustomerKey
from shared.contracts.values import Email, Language, Sku, Text

ContactKey = Annotated[
    str, Field(pattern="^[a-z][a-z0-9_]{0,39}$", description="Its short name, for machines")
]


class Contact(Value):
    """A recipient that the shop offers to its customers."""

    key: ContactKey
    names: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language"
    )
    email: Email | None = Field(
        default=None, description="Where its mails go; null: to the address of the shop"
    )
    descriptions: dict[Language, Annotated[str, Field(max_length=2000)]] = Field(
        default={}, max_length=50, description="Per language: what it is for"
    )
    save_messages: bool = Field(
        default=True,
        description=(
            "Whether what is written to it becomes a thread; if not, it is mailed to `email`"
        ),
    )
    offered: bool = Field(default=True, description="Whether the contact form may name it")


class PutContact(Command, Contact, name="contact.put", subject="key"):
    """Adds a contact, or changes it: what is left out stays as it is. `customer_service` and
    `webmaster` are there from the start.
    """

    example: ClassVar[dict[str, Any]] = samples.CONTACT


class ContactChanged(Event, Contact, name="contact.changed", subject="key"):
    """A contact is now this."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CONTACT


class ListedContact(Contact):
    """A contact and what waits in its threads."""

    unread: int = Field(description="Messages that nobody has read")
    waiting: int = Field(description="Threads that wait for an answer")


class ContactList(Answer, name="contact.list_answered"):
    """All contacts of the shop, by key. What came by mail to none of their addresses is not counted
    among them.
    """

    example: ClassVar[dict[str, Any]] = {
        "contacts": [samples.CONTACT | {"unread": 3, "waiting": 2}]
    }

    contacts: list[ListedContact]


class ContactAnswer(Answer, Contact, name="contact.get_answered"):
    """A contact of the shop."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CONTACT


class GetContact(Query, name="contact.get", answer=ContactAnswer, subject="key"):
    """Asks for a contact by its key."""

    example: ClassVar[dict[str, Any]] = {"key": "warranty"}

    key: ContactKey


class ListContacts(Query, name="contact.list", answer=ContactList):
    """Asks for the contacts of the shop, and how much is unread for each."""

    example: ClassVar[dict[str, Any]] = {}


LONGEST_REFERENCE = 64  # characters that are looked at; no order has as many


def _typed(value: object) -> object:
    """Return the reference of an order that a customer typed as it is written: `#xkb…` -> `XKB…`;
    empty is null.
    """
    if not isinstance(value, str):
        return value
    digits = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
    return value.translate(digits).strip().lstrip("#").strip().upper()[:LONGEST_REFERENCE] or None


TypedReference = Annotated[str | None, BeforeValidator(_typed)]


class SubmitContact(Command, name="contact.submit", subject="submission_id"):
    """A customer filled in the contact form. The order must be his, by his key or his address; what
    the shop takes as attachments is decided by `desk.put`.
    """

    example: ClassVar[dict[str, Any]] = samples.SUBMIT_CONTACT

    submission_id: UUID = Field(
        description="Chosen by the storefront, so that a repeated command is recognised"
    )
    contact: ContactKey
    email: Email
    customer_name: Text
    language: Language | None = Field(
        default=None,
        description=(
            "Of the page on which the customer wrote. That of a known customer counts more, then"
            " that of the text where it is in other letters; null: that of the text, else of the"
            " shop"
        ),
    )
    text: str = Field(min_length=1, max_length=100_000)
    customer_id: CustomerKey | None = Field(
        default=None, description="Of a customer who is logged in"
    )
    order_reference: TypedReference = Field(
        default=None, description="As the customer typed it: in any case, with or without `#`"
    )
    client_address: IPvAnyAddress | None = Field(
        default=None,
        description=(
            "IP address that the form came from, so that it can be bounded; only a digest is kept"
        ),
    )
    sku: Sku | None = Field(default=None, description="The product that it is about")
    attachments: list[FormFile] = Field(default=[], max_length=MOST_FILES)


class ContactSubmitted(Event, name="contact.submitted", subject="submission_id"):
    """A customer wrote by the contact form. Where `mailed` is true it is to be mailed to the
    contact, with the files; the customer is sent a confirmation in any case. Both mails belong to
    `conversation`: if the one to a contact that saves nothing fails, the message becomes a thread
    after all.
    """

    example: ClassVar[dict[str, Any]] = {
        "submission_id": samples.MESSAGE_ID,
        "contact": samples.CONTACT,
        "mailed": True,
        "email": "ada@example.test",
        "customer_name": "Ada Byron",
        "language": "en",
        "text": "When will it arrive?",
        "order_id": samples.ORDER_ID,
        "order_reference": "XKBKNABJK",
        "sku": "MUG-BLUE",
        "thread": samples.THREAD_VIEW,
        "filenames": ["mug.png"],
        "attachments": samples.SUBMIT_CONTACT["attachments"],
        "conversation": f"order/{samples.ORDER_ID}",
    }

    submission_id: UUID
    conversation: str = Field(
        default="", description="Of the mails about it: `order/<id>` or `thread/<id>`"
    )
    contact: Contact
    mailed: bool = Field(description="Always where there is no thread; else as the shop wants it")
    email: Email
    customer_name: str
    language: Language
    text: str
    order_id: UUID | None = None
    order_reference: str | None = None
    sku: str | None = None
    thread: ThreadView | None = Field(
        default=None, description="Where it was filed; null: the contact saves nothing"
    )
    filenames: list[str] = Field(default=[], description="Of all that was attached")
    attachments: list[FormFile] = Field(
        default=[], description="With their bytes, where it is to be mailed"
    )
