"""Define contacts, which customers can write to, and the contact form."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, IPvAnyAddress, WithJsonSchema

from shared.contracts import samples
from shared.contracts.ingest.files import MAX_FILES, FormFile
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.lists import CustomerKey
from shared.contracts.refusals import codes
from shared.contracts.values import Email, Language, Sku, Text

ContactKey = Annotated[
    str, Field(pattern="^[a-z][a-z0-9_]{0,39}$", description="Key of the contact")
]


class Contact(Value):
    """A contact of the shop, offered to customers as a recipient."""

    key: ContactKey
    names: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language"
    )
    email: Email | None = Field(
        default=None, description="Mailbox for its messages; null: the address of the shop"
    )
    descriptions: dict[Language, Annotated[str, Field(max_length=2000)]] = Field(
        default={}, max_length=50, description="Purpose per language"
    )
    save_messages: bool = Field(
        default=True,
        description="Whether its messages become threads; false: they are mailed to `email`",
    )
    offered: bool = Field(default=True, description="Whether the contact form may use it")


class PutContact(Command, Contact, name="contact.put", subject="key"):
    """Add a contact, or change it. Fields that are left out stay as they are. `customer_service`
    and `webmaster` exist from the start.
    """

    example: ClassVar[dict[str, Any]] = samples.CONTACT


class ContactChanged(Event, Contact, name="contact.changed", subject="key"):
    """A contact was added or changed; the event contains all its fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CONTACT


class ListedContact(Contact):
    """A contact, and the number of messages and threads waiting for it."""

    unread_messages: int = Field(description="Messages that no employee has read")
    waiting_threads: int = Field(description="Threads that wait for an answer")


class ContactList(Answer, name="contact.list_answered"):
    """The contacts of the shop, sorted by key. Mails to other addresses are not counted."""

    example: ClassVar[dict[str, Any]] = {
        "contacts": [samples.CONTACT | {"unread_messages": 3, "waiting_threads": 2}]
    }

    contacts: list[ListedContact] = Field(description="All contacts")


class ContactAnswer(Answer, Contact, name="contact.get_answered"):
    """A contact of the shop."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CONTACT


class GetContact(Query, name="contact.get", answer=ContactAnswer, subject="key"):
    """Return a contact by its key."""

    example: ClassVar[dict[str, Any]] = {"key": "warranty"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_contact")

    key: ContactKey


class ListContacts(Query, name="contact.list", answer=ContactList):
    """Return the contacts of the shop, with their unread messages."""

    example: ClassVar[dict[str, Any]] = {}


MAX_REFERENCE_LENGTH = 64  # characters that are read; references of orders are shorter


def _typed(value: object) -> object:
    """Return the reference that a customer typed in its canonical form: `#xkb…` -> `XKB…`; None for
    an empty one.
    """
    if not isinstance(value, str):
        return value
    digits = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
    return (
        value.translate(digits).strip().lstrip("#").strip().upper()[:MAX_REFERENCE_LENGTH] or None
    )


ClientAddress = Annotated[
    IPvAnyAddress,
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}]}
    ),
]
TypedReference = Annotated[str | None, BeforeValidator(_typed)]


class SubmitContact(Command, name="contact.submit", subject="submission_id", key="submission_id"):
    """Submit the contact form as a customer. An order must belong to the customer, by key or
    address. `desk.put` sets limits for attachments and submissions. A `submission_id` that was
    accepted before changes nothing.
    """

    example: ClassVar[dict[str, Any]] = samples.SUBMIT_CONTACT
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "attachment_too_large attachment_type empty_text no_attachments too_many "
        "too_many_attachments unknown_contact unknown_order unknown_shop"
    )

    submission_id: UUID = Field(
        description="Chosen by the storefront; use the same one when you repeat the command"
    )
    contact: ContactKey = Field(description="Key of the contact to write to")
    email: Email = Field(description="Address of the customer, for the answer")
    customer_name: Text = Field(description="Name of the customer")
    language: Language | None = Field(
        default=None,
        description=(
            "Language of the page. A known customer's language takes precedence, then that of the"
            " text if its script differs; null: the text's, else the shop's"
        ),
    )
    text: str = Field(min_length=1, max_length=100_000, description="Text of the message")
    customer_id: CustomerKey | None = Field(
        default=None, description="Customer who is logged in; null: none"
    )
    order_reference: TypedReference = Field(
        default=None,
        description="Reference as the customer typed it: in any case, with or without `#`",
    )
    client_address: ClientAddress | None = Field(
        default=None,
        description="IP address of the customer, for rate limiting; only a digest is stored",
    )
    sku: Sku | None = Field(default=None, description="Product that the message is about")
    attachments: list[FormFile] = Field(
        default=[],
        max_length=MAX_FILES,
        description="Files of the customer, within the limits of `desk.put`",
    )


class ContactSubmitted(Event, name="contact.submitted", subject="submission_id"):
    """A customer's message from the contact form was accepted. With `mailed` it is to be mailed to
    the contact; a confirmation is mailed to the customer. If the mail to a contact without threads
    fails, the message becomes a thread.
    """

    example: ClassVar[dict[str, Any]] = {
        "submission_id": samples.MESSAGE_ID,
        "contact_details": samples.CONTACT,
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

    submission_id: UUID = Field(description="Id of the submission")
    conversation: str = Field(
        default="", description="Conversation of both mails: `order/<id>` or `thread/<id>`"
    )
    contact_details: Contact = Field(description="Contact that it was written to")
    mailed: bool = Field(
        description="Whether to mail it to the contact; always true without a thread"
    )
    email: Email = Field(description="Address of the customer")
    customer_name: str
    language: Language
    text: str = Field(description="Text of the message")
    order_id: UUID | None = Field(
        default=None, description="Order that the message is about; null: none"
    )
    order_reference: str | None = Field(
        default=None, description="Reference of the order; null: none"
    )
    sku: str | None = Field(
        default=None, description="Product that the message is about; null: none"
    )
    thread: ThreadView | None = Field(
        default=None, description="Thread of the message; null: the contact has no threads"
    )
    filenames: list[str] = Field(default=[], description="Names of all attached files")
    attachments: list[FormFile] = Field(
        default=[], description="Files with their content, if it is to be mailed"
    )
