"""Predefined messages: kept by the shop, filled in when they are used."""

from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.desk import Letter
from shared.contracts.ingest.threads import PLACEHOLDERS
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.parts import Name
from shared.contracts.values import Language, Text


class CannedMessage(Value):
    """A predefined message."""

    key: Name
    names: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="For employees, per language"
    )
    texts: dict[Language, Letter] = Field(
        min_length=1,
        max_length=50,
        description=f"Per language; filled in where it is used: {PLACEHOLDERS}",
    )


class PutCannedMessage(Command, CannedMessage, name="canned_message.put", subject="key"):
    """Adds a predefined message, or replaces it."""

    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE


class RemoveCannedMessage(Command, name="canned_message.remove", subject="key"):
    """Takes a predefined message away; what was written with it stays."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}

    key: Name


class CannedMessageChanged(Event, CannedMessage, name="canned_message.changed", subject="key"):
    """A predefined message is now this."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE


class CannedMessageRemoved(Event, name="canned_message.removed", subject="key"):
    """A predefined message is there no more."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}

    key: Name


class CannedMessageList(Answer, name="canned_message.list_answered"):
    """All predefined messages of the shop, by key."""

    example: ClassVar[dict[str, Any]] = {"messages": [samples.CANNED_MESSAGE]}

    messages: list[CannedMessage]


class CannedMessageAnswer(Answer, CannedMessage, name="canned_message.get_answered"):
    """A predefined message of the shop."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE


class GetCannedMessage(Query, name="canned_message.get", answer=CannedMessageAnswer, subject="key"):
    """Asks for a predefined message by its key."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}

    key: Name


class ListCannedMessages(Query, name="canned_message.list", answer=CannedMessageList):
    """Asks for the predefined messages of the shop."""

    example: ClassVar[dict[str, Any]] = {}
