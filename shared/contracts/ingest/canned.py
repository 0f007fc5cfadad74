"""Define predefined messages of a shop, with placeholders that are filled in on use."""

from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.desk import MessageText
from shared.contracts.ingest.employee_messages import PLACEHOLDERS
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.values import Name
from shared.contracts.refusals import codes
from shared.contracts.values import Language, Text


class CannedMessage(Value):
    """A predefined message."""

    key: Name = Field(description="Short name of the message")
    names: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language, for employees"
    )
    texts: dict[Language, MessageText] = Field(
        min_length=1,
        max_length=50,
        description=f"Text per language. Placeholders are filled in: {PLACEHOLDERS}",
    )


class PutCannedMessage(Command, CannedMessage, name="canned_message.put", subject="key"):
    """Add a predefined message, or replace it."""

    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_placeholder")


class RemoveCannedMessage(Command, name="canned_message.remove", subject="key"):
    """Remove a predefined message. Messages written with it stay."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_canned_message")

    key: Name = Field(description="Short name of the message")


class CannedMessageChanged(Event, CannedMessage, name="canned_message.changed", subject="key"):
    """A predefined message was added or replaced; the event contains all its fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE


class CannedMessageRemoved(Event, name="canned_message.removed", subject="key"):
    """A predefined message was removed."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}

    key: Name = Field(description="Short name of the message")


class CannedMessageList(Answer, name="canned_message.list_answered"):
    """The predefined messages of the shop, sorted by key."""

    example: ClassVar[dict[str, Any]] = {"messages": [samples.CANNED_MESSAGE]}

    messages: list[CannedMessage] = Field(description="All predefined messages")


class CannedMessageAnswer(Answer, CannedMessage, name="canned_message.get_answered"):
    """A predefined message of the shop."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE


class GetCannedMessage(Query, name="canned_message.get", answer=CannedMessageAnswer, subject="key"):
    """Return a predefined message by its key."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_canned_message")

    key: Name = Field(description="Short name of the message")


class ListCannedMessages(Query, name="canned_message.list", answer=CannedMessageList):
    """Return the predefined messages of the shop."""

    example: ClassVar[dict[str, Any]] = {}
