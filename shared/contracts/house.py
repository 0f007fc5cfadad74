"""Messages that every service takes."""

from typing import Any, ClassVar

from pydantic import Field

from shared.contracts.message import Answer, Query


class ServiceHealth(Answer, name="service.health_answered"):
    """How one worker process sees itself and its database."""

    example: ClassVar[dict[str, Any]] = {
        "service": "orders", "healthy": True, "problems": [], "outbox_rows": 0, "due_rows": 0, "revision": "0001",
    }

    service: str
    healthy: bool
    problems: list[str] = Field(description="One sentence each")
    outbox_rows: int = Field(description="Messages not yet confirmed by the broker")
    due_rows: int = Field(description="Messages that wait for their time")
    revision: str = Field(description="Revision of the database schema")


class AskHealth(Query, name="service.health", answer=ServiceHealth):
    """Asks every service how it is; one process of each answers."""

    example: ClassVar[dict[str, Any]] = {}
