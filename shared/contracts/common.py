"""Messages that every service takes."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.values import Email

PERSONAL_DATA = "ingest", "notify", "orders"
"""The services that store personal data, and answer its erasure and export."""

CustomerId = Annotated[
    str, Field(min_length=1, max_length=64, description="The storefront's own key")
]


class ServiceHealth(Answer, name="service.health_answered"):
    """How one worker process sees itself and its database."""

    example: ClassVar[dict[str, Any]] = {
        "service": "orders",
        "healthy": True,
        "problems": [],
        "outbox_rows": 0,
        "due_rows": 0,
        "revision": "0001",
        "figures": {'mails{state="failed"}': 2},
    }

    service: str
    healthy: bool
    problems: list[str] = Field(description="One sentence each")
    outbox_rows: int = Field(description="Messages not yet confirmed by the broker")
    due_rows: int = Field(description="Messages that wait for their time")
    revision: str = Field(description="Revision of the database schema")
    figures: dict[str, float] = Field(
        default={}, description="What the service counts, by its name in Prometheus"
    )


class AskHealth(Query, name="service.health", answer=ServiceHealth):
    """Asks every service how it is; one process of each answers."""

    example: ClassVar[dict[str, Any]] = {}


class KeptRecords(Value):
    """What was not erased, and why: `code` for machines, `reason` one sentence for people."""

    what: str
    count: int
    code: str = Field(
        description="`legal_time`: the law wants it kept; `running`: it is not finished"
    )
    reason: str
    until: date | None = Field(default=None, description="From then on all of it can be erased")


class EraseCustomer(Command, name="customer.erase", subject="customer_id"):
    """Asks every service to erase what it knows of a customer, except for what the law wants kept.
    Each tells in a `customer.erased` of its own what it erased and kept. May be sent again, at once
    or when the legal time is over.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "emails": ["ada@example.test"]}

    customer_id: CustomerId
    emails: list[Email] = Field(
        default=[], max_length=20, description="For what is kept without the customer's key"
    )


class CustomerErased(
    Event, name="customer.erased", subject="customer_id", publishers=PERSONAL_DATA
):
    """A service erased what it knew of a customer; `kept` says what the law did not let it
    erase.
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
                "until": "2037-01-01",
                "reason": (
                    "Orders with payments or documents are kept for 10 years after that of their"
                    " last change."
                ),
            }
        ],
    }

    customer_id: CustomerId
    service: str
    erased: dict[str, int] = Field(
        description="How many records of each kind lost all that is personal"
    )
    kept: list[KeptRecords]


class ExportCustomer(Command, name="customer.export", subject="customer_id"):
    """Asks every service for all that it knows of a customer; each tells it in
    `customer.exported`.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "emails": ["ada@example.test"]}

    customer_id: CustomerId
    emails: list[Email] = Field(
        default=[], max_length=20, description="For what is kept without the customer's key"
    )


class CustomerExported(
    Event, name="customer.exported", subject="customer_id", publishers=PERSONAL_DATA
):
    """What a service knows of a customer, in as many parts as it needs; a service that knows
    nothing tells one part.
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
    part: int = Field(ge=1)
    parts: int = Field(ge=1)
    records: dict[str, list[dict[str, Any]]] = Field(
        description="By kind, such as `orders` as `order.get` tells them"
    )
