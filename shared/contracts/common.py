"""Define the messages that several services handle: health, erasure and export of a customer."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.values import Email

PERSONAL_DATA_SERVICES = "ingest", "notify", "orders"
"""The services that store personal data, and handle its erasure and export."""

CustomerId = Annotated[
    str, Field(min_length=1, max_length=64, description="The storefront's own key of the customer")
]


class ServiceHealth(Answer, name="service.health_answered"):
    """The health of a service: one worker process, its database, its queues of pending work."""

    example: ClassVar[dict[str, Any]] = {
        "service": "orders",
        "healthy": True,
        "problems": [],
        "outbox_rows": 0,
        "outbox_age_seconds": 0,
        "due_rows": 0,
        "schedule_lag_seconds": 0,
        "revision": "0001",
        "worker_revision": "0001",
        "figures": {'mails{state="failed"}': 2},
    }

    service: str
    healthy: bool = Field(description="False if `problems` is not empty")
    problems: list[str] = Field(description="One sentence per problem")
    outbox_rows: int = Field(description="Messages not yet confirmed by the broker")
    outbox_age_seconds: float = Field(
        default=0,
        description="Seconds since the oldest unconfirmed message was written; 0: there is none",
    )
    due_rows: int = Field(description="Scheduled messages that are waiting for their time")
    schedule_lag_seconds: float = Field(
        default=0, description="Seconds since the first scheduled message was due; 0: none is late"
    )
    revision: str = Field(description="Revision of the database schema")
    worker_revision: str = Field(
        default="",
        description=(
            "Latest revision that the answering worker knows; lower than `revision` while an older"
            " version of the code runs on a newer database"
        ),
    )
    figures: dict[str, float] = Field(
        default={}, description="Counters of the service, by their name in Prometheus"
    )


class GetHealth(Query, name="service.health", answer=ServiceHealth):
    """Return the health of every service. One process of each service answers, so expect several
    answers.
    """

    example: ClassVar[dict[str, Any]] = {}


class RetainedRecords(Value):
    """Records that were not erased, and the reason."""

    what: str = Field(description="Kind of the records, such as `orders`")
    count: int = Field(description="Number of records that remain")
    code: str = Field(
        description=(
            "`legal_time`: the law requires retention; `running`: processing is not finished"
        )
    )
    reason: str = Field(description="One sentence for people")
    erasable_on: date | None = Field(
        default=None, description="Date from which all of them can be erased; null: unknown"
    )


class EraseCustomer(Command, name="customer.erase", subject="customer_id"):
    """Erase the personal data of a customer in every service, except for records under legal
    retention. Each service publishes a `customer.erased` of its own. Repeat the command when the
    retention has ended.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "emails": ["ada@example.test"]}

    customer_id: CustomerId
    emails: list[Email] = Field(
        default=[],
        max_length=20,
        description=(
            "Addresses for records without the customer's key, such as mails from an unknown sender"
        ),
    )


class CustomerErased(
    Event, name="customer.erased", subject="customer_id", publishers=PERSONAL_DATA_SERVICES
):
    """A service erased its personal data of a customer; `kept` lists records under legal
    retention.
    """

    example: ClassVar[dict[str, Any]] = {
        "customer_id": "c-1001",
        "service": "orders",
        "erased": {"orders": 3},
        "kept": [
            {
                "what": "orders",
                "count": 1,
                "code": "legal_time",
                "erasable_on": "2037-01-01",
                "reason": (
                    "The law requires orders with payments or documents to be retained for 10 years"
                    " after the year of their last change."
                ),
            }
        ],
    }

    customer_id: CustomerId
    service: str
    erased: dict[str, int] = Field(
        description="Number of records of each kind that lost all personal data"
    )
    kept: list[RetainedRecords] = Field(description="Records that remain, and why")


class ExportCustomer(Command, name="customer.export", subject="customer_id"):
    """Export the personal data of a customer from every service. Each service publishes its data as
    `customer.exported`.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "emails": ["ada@example.test"]}

    customer_id: CustomerId
    emails: list[Email] = Field(
        default=[],
        max_length=20,
        description=(
            "Addresses for records without the customer's key, such as mails from an unknown sender"
        ),
    )


class CustomerExported(
    Event, name="customer.exported", subject="customer_id", publishers=PERSONAL_DATA_SERVICES
):
    """A service exported its data of a customer, in one or more parts. A service without data
    publishes one part.
    """

    example: ClassVar[dict[str, Any]] = {
        "customer_id": "c-1001",
        "service": "orders",
        "part": 1,
        "parts": 1,
        "records": {"orders": [samples.ORDER_DETAIL]},
    }

    customer_id: CustomerId
    service: str
    part: int = Field(ge=1, description="Number of this part, from 1")
    parts: int = Field(ge=1, description="Number of parts of this service")
    records: dict[str, list[dict[str, Any]]] = Field(
        description="Records by kind; `orders` are as `order.get` returns them"
    )
