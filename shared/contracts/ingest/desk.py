"""How a shop's desk is set up: statuses, default replies, attachments; and its statistics."""

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.contacts import ContactKey
from shared.contracts.ingest.files import LARGEST_FILE, MOST_FILES
from shared.contracts.ingest.threads import ThreadStatus
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.parts import Colour
from shared.contracts.partial import Settings
from shared.contracts.values import Language, Text

Letter = Annotated[str, Field(min_length=1, max_length=20_000)]
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


class StatusLook(Value):
    """How a status is shown, and what the shop means by it."""

    labels: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language"
    )
    colour: Colour
    meanings: dict[Language, Text] = Field(
        default={}, max_length=50, description="Per language: what it is used for"
    )


class StatusLooks(Settings):
    """The looks of all statuses; null: as it is at first."""

    open: StatusLook | None = None
    pending1: StatusLook | None = None
    pending2: StatusLook | None = None
    closed: StatusLook | None = None


class FormFiles(Settings):
    """What customers may attach to the contact form."""

    allowed: bool = True
    media_types: list[MediaType] = Field(
        default=FORM_TYPES, max_length=100, description="Told by a file's content"
    )
    largest: int = Field(
        default=LARGEST_FILE, ge=1, le=LARGEST_FILE, strict=True, description="Bytes of one file"
    )
    most: int = Field(
        default=3, ge=1, le=MOST_FILES, strict=True, description="Files of one message"
    )


class FormLimits(Settings):
    """How much of the contact form is taken in an hour; 0: no limit. What is more is refused with
    `too_many`.
    """

    per_sender: int = Field(
        default=10, ge=0, le=10_000, strict=True, description="From one e-mail address"
    )
    per_client: int = Field(
        default=30,
        ge=0,
        le=10_000,
        strict=True,
        description="From one `client_address`; of IPv6 from one network, /64",
    )


class DeskOptions(Value):
    """The options of a shop's desk."""

    statuses: StatusLooks = StatusLooks()
    status_after_reply: ThreadStatus = "closed"
    default_replies: dict[Language, Letter] = Field(
        default={},
        max_length=50,
        description="What a reply begins as, per language; filled in like a canned message",
    )
    form_files: FormFiles = FormFiles()
    form_limits: FormLimits = FormLimits()
    mail_submissions: bool = Field(
        default=False,
        description=(
            "Whether what became a thread by the contact form is mailed to the contact, too"
        ),
    )


class PutDesk(Command, DeskOptions, name="desk.put"):
    """Sets options of the shop's desk. What is left out stays as it is, also within `statuses`,
    `form_files` and `form_limits`.
    """

    example: ClassVar[dict[str, Any]] = samples.DESK


class DeskChanged(Event, DeskOptions, name="desk.changed"):
    """The options of the shop's desk are now these."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.DESK


class Desk(Answer, DeskOptions, name="desk.get_answered"):
    """The options of the shop's desk, with all four statuses."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.DESK


class GetDesk(Query, name="desk.get", answer=Desk):
    """Asks for the options of the shop's desk."""

    example: ClassVar[dict[str, Any]] = {}


class DeskStatistics(Answer, name="desk.statistics_answered"):
    """How much there is, and how fast it is answered. Averages are null where there was nothing to
    average.
    """

    example: ClassVar[dict[str, Any]] = {
        "threads": 20,
        "open": 4,
        "pending": 3,
        "closed": 13,
        "waiting": 5,
        "unread_threads": 2,
        "unread_messages": 3,
        "customer_messages": 41,
        "employee_messages": 30,
        "days": 30,
        "first_response_seconds": 5400,
        "messages_per_closed_thread": 3.5,
    }

    threads: int
    open: int
    pending: int
    closed: int
    waiting: int = Field(description="Threads that wait for an answer")
    unread_threads: int
    unread_messages: int
    customer_messages: int
    employee_messages: int = Field(
        description="Answers and messages on orders; private notes are not counted"
    )
    days: int = Field(description="How far the averages look back")
    first_response_seconds: float | None = Field(
        description="From a customer's first message to the first answer"
    )
    messages_per_closed_thread: float | None


class AskStatistics(Query, name="desk.statistics", answer=DeskStatistics):
    """Asks how the desk is doing, as a whole or for one contact."""

    example: ClassVar[dict[str, Any]] = {"contact": "customer_service"}

    contact: ContactKey | None = None
    days: int = Field(
        default=30, ge=1, le=3660, strict=True, description="How far the averages look back"
    )
