"""Define the settings of a shop's desk: statuses, default replies, attachments; and its
statistics.
"""

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.contacts import ContactKey, ListedContact
from shared.contracts.ingest.files import MAX_FILE_BYTES, MAX_FILES
from shared.contracts.ingest.threads import ThreadStatus
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.values import Colour
from shared.contracts.partial import Settings
from shared.contracts.refusals import codes
from shared.contracts.values import Language, Text

MessageText = Annotated[str, Field(min_length=1, max_length=20_000)]
MediaType = Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}$", max_length=120)]
FORM_TYPES = [
    "application/msword",
    "application/pdf",
    "application/rtf",
    "application/zip",
    "image/avif",
    "image/gif",
    "image/heic",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
]


class StatusDisplay(Value):
    """The display of a status."""

    labels: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language"
    )
    colour: Colour = Field(description="Colour for screens: `#34209E`")
    meanings: dict[Language, Text] = Field(
        default={}, max_length=50, description="Per language: purpose of the status in this shop"
    )


class StatusDisplays(Settings):
    """The display of all statuses; null: the built-in one."""

    open: StatusDisplay | None = Field(default=None, description="Status `open`")
    pending1: StatusDisplay | None = Field(default=None, description="Status `pending1`")
    pending2: StatusDisplay | None = Field(default=None, description="Status `pending2`")
    closed: StatusDisplay | None = Field(default=None, description="Status `closed`")


class FormFiles(Settings):
    """Limits for files attached to the contact form."""

    allowed: bool = Field(default=True, description="Whether files are allowed")
    media_types: list[MediaType] = Field(
        default=FORM_TYPES,
        max_length=100,
        description="Allowed media types, as detected from a file's content",
    )
    largest: int = Field(
        default=MAX_FILE_BYTES,
        ge=1,
        le=MAX_FILE_BYTES,
        strict=True,
        description="Maximum size of one file, in bytes",
    )
    most: int = Field(
        default=3,
        ge=1,
        le=MAX_FILES,
        strict=True,
        description="Maximum number of files in one message",
    )


class FormLimits(Settings):
    """Limits for submissions of the contact form per hour; 0: no limit. Further ones are refused
    with `too_many`.
    """

    per_sender: int = Field(
        default=10, ge=0, le=10_000, strict=True, description="Submissions from one e-mail address"
    )
    per_client: int = Field(
        default=30,
        ge=0,
        le=10_000,
        strict=True,
        description="Submissions from one `client_address`; for IPv6 from one /64 network",
    )


class DeskOptions(Value):
    """The settings of a shop's desk."""

    statuses: StatusDisplays = Field(
        default=StatusDisplays(), description="Display of the statuses"
    )
    status_after_reply: ThreadStatus = Field(
        default="closed", description="Status of a thread after a reply"
    )
    default_replies: dict[Language, MessageText] = Field(
        default={},
        max_length=50,
        description=(
            "Initial text of a reply per language, with the placeholders of predefined messages"
        ),
    )
    form_files: FormFiles = Field(
        default=FormFiles(), description="Limits for files attached to the contact form"
    )
    form_limits: FormLimits = Field(
        default=FormLimits(), description="Limits for submissions of the contact form"
    )
    mail_submissions: bool = Field(
        default=False,
        description=(
            "Whether messages from the contact form that became threads are also mailed to the"
            " contact"
        ),
    )


class PutDesk(Command, DeskOptions, name="desk.put"):
    """Set options of the shop's desk. Fields that are left out stay as they are, also within
    `statuses`, `form_files` and `form_limits`.
    """

    example: ClassVar[dict[str, Any]] = samples.DESK
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_placeholder")


class DeskChanged(Event, DeskOptions, name="desk.changed", fixed_subject="desk"):
    """The settings of the shop's desk were set; the event contains all of them."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.DESK


class Desk(Answer, DeskOptions, name="desk.get_answered"):
    """The settings of the shop's desk, with all four statuses."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.DESK


class GetDesk(Query, name="desk.get", answer=Desk):
    """Return the settings of the shop's desk."""

    example: ClassVar[dict[str, Any]] = {}


class DeskStatistics(Answer, name="desk.statistics_answered"):
    """Number of threads and messages, and response times. Averages are null if there is nothing to
    average.
    """

    example: ClassVar[dict[str, Any]] = {
        "all_threads": 20,
        "open_threads": 4,
        "pending_threads": 3,
        "closed_threads": 13,
        "waiting_threads": 5,
        "unread_threads": 2,
        "unread_messages": 3,
        "customer_messages": 41,
        "employee_messages": 30,
        "days": 30,
        "first_response_seconds": 5400,
        "messages_per_closed_thread": 3.5,
        "contacts": [samples.CONTACT | {"unread_messages": 3, "waiting_threads": 2}],
    }

    all_threads: int = Field(description="All threads")
    open_threads: int = Field(description="Threads with status `open`")
    pending_threads: int = Field(description="Threads with status `pending1` or `pending2`")
    closed_threads: int = Field(description="Threads with status `closed`")
    waiting_threads: int = Field(description="Threads that wait for an answer")
    unread_threads: int = Field(description="Threads with unread messages")
    unread_messages: int = Field(description="Messages that no employee has read")
    customer_messages: int = Field(description="Messages of customers")
    employee_messages: int = Field(
        description="Replies and messages about orders, without private notes"
    )
    days: int = Field(description="Number of past days that the averages cover")
    first_response_seconds: float | None = Field(
        description="Average seconds from a customer's first message to the first answer"
    )
    messages_per_closed_thread: float | None = Field(
        description="Average number of messages in a closed thread"
    )
    contacts: list[ListedContact] | None = Field(
        default=None,
        description="All contacts, as in `contact.list`; null unless `with_contacts` was set",
    )


class GetStatistics(Query, name="desk.statistics", answer=DeskStatistics):
    """Return the statistics of the desk, in total or for one contact."""

    example: ClassVar[dict[str, Any]] = {"contact": "customer_service"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_contact")

    contact: ContactKey | None = None
    days: int = Field(
        default=30,
        ge=1,
        le=3660,
        strict=True,
        description="Number of past days that the averages cover",
    )
    with_contacts: bool = Field(
        default=False, description="Whether to return all contacts, as `contact.list` does"
    )
