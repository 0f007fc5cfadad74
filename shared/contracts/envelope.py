"""Encode and decode the envelope: CloudEvents 1.0 in structured JSON.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_serializer
from pydantic_core import to_json

from shared.contracts.message import PREFIX, Message
from shared.contracts.reason import Reason

CONTENT_TYPE = "application/cloudevents+json"
DEFAULT_SHOP = "default"
SHOP = r"^[a-z0-9][a-z0-9_-]{0,39}$"


MISSING = "The attribute '{attribute}' is missing."
EXPECTED = {
    "specversion": "The attribute '{attribute}' must be '1.0'.",
    "id": "The attribute '{attribute}' must be a text of 1 to 200 characters.",
    "source": "The attribute '{attribute}' must be a text of 1 to 200 characters.",
    "type": "The attribute '{attribute}' must be a text of 1 to 200 characters.",
    "time": "The attribute '{attribute}' must be a time with its zone: 2026-11-21T12:00:00Z.",
    "shop": (
        "The attribute '{attribute}' must be the key of a shop: at most 40 lower case letters,"
        " digits, '-' and '_'."
    ),
    "data": "The attribute '{attribute}' must be a JSON object, such as {{}}.",
    "datacontenttype": "The attribute '{attribute}' must be 'application/json'.",
}
OTHERS = "The attribute '{attribute}' must be a text of at most 200 characters."
EMPTY: tuple[Any, ...] = ([], None)
"""What some languages write instead of an empty object."""


class Unreadable(ValueError):
    """Bytes that are not a CloudEvent, with the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


NOT_UTF8 = Reason("not_utf8", "The text of the message is not in UTF-8.")


class Envelope(BaseModel):
    """The CloudEvents envelope of one message. Unknown attributes are preserved. `source` and `id`
    together identify a message: duplicates are recognised by them.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=200)
    type: str = Field(min_length=1, max_length=200)
    subject: str | None = None
    time: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: str | None = Field(
        default=None, description="Per subject, zero-padded: sorts as text"
    )
    correlationid: str | None = Field(default=None, max_length=200)
    causationid: str | None = Field(default=None, max_length=200)
    traceparent: str | None = Field(default=None, description="W3C trace context")
    tracestate: str | None = Field(default=None, description="W3C trace context of tracing systems")
    tracelink: str | None = Field(
        default=None, description="The `traceparent` of the cause, where this began another trace"
    )
    replyto: str | None = Field(
        default=None, max_length=200, description="Routing key on aftercart.replies"
    )
    publishedagain: AwareDatetime | None = Field(
        default=None, description="When an event was published once more, with the same id"
    )
    shop: str = Field(default=DEFAULT_SHOP, pattern=SHOP)
    language: str | None = Field(default=None, max_length=200)
    idempotencykey: str | None = Field(default=None, min_length=1, max_length=200)
    data: dict[str, Any] = {}

    @field_serializer("time", "publishedagain")
    def _rfc3339(self, time: datetime | None) -> str | None:
        return time.isoformat().replace("+00:00", "Z") if time else None

    @property
    def name(self) -> str:
        """Return the message name and routing key: `aftercart.order.place.v1` -> `order.place`. A
        type without this prefix is returned unchanged.
        """
        head, _, rest = self.type.partition(".")
        name, _, _version = rest.rpartition(".v")
        return name if head == PREFIX and name else self.type

    @property
    def sequence_number(self) -> int:
        """Return the number of an event among those of its subject; 0 without one."""
        return int(self.sequence or 0)

    def encode(self) -> bytes:
        """Return the bytes for the wire, without absent attributes, as the specification
        requires.
        """
        return json.dumps(
            self.model_dump(exclude_none=True), ensure_ascii=False, separators=(",", ":")
        ).encode()


def enclose(message: Message, attributes: Mapping[str, str | datetime | None]) -> bytes:
    """Return the bytes of a service's own message for the wire, without absent attributes. An
    `Envelope` would turn the data into dictionaries first, and takes four times as long.
    """
    head: dict[str, object] = {"specversion": "1.0", "type": message.wire_type()}
    for name, value in attributes.items():
        if value is not None:
            head[name] = value
    head["datacontenttype"] = "application/json"
    return b'%b,"data":%b}' % (to_json(head)[:-1], message.model_dump_json().encode())


def decode(body: bytes) -> Envelope:
    """Return the envelope in the bytes. Raises `Unreadable`, with a sentence that names the
    attribute.
    """
    try:
        attributes = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_not_json(error)) from None
    if not isinstance(attributes, dict):
        raise Unreadable(Reason("not_an_object", "The message is not a JSON object."))
    if "data" in attributes and attributes["data"] in EMPTY:
        attributes["data"] = {}
    try:
        return Envelope.model_validate(attributes)
    except ValidationError as error:
        raise Unreadable(_wrong_attribute(error)) from None


def _not_json(error: Exception) -> Reason:
    if isinstance(error, UnicodeDecodeError):
        return NOT_UTF8
    if isinstance(error, json.JSONDecodeError):
        return Reason(
            "not_json",
            f"The message is not JSON: see line {error.lineno}, column {error.colno}.",
            details={"line": error.lineno, "column": error.colno},
        )
    return Reason("not_json", "The message is not JSON, or is nested too deeply.")


def _wrong_attribute(error: ValidationError) -> Reason:
    """Return why the envelope is refused: its first attribute that is missing or wrong."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    attribute = str(fault["loc"][0])
    if fault["type"] == "missing":
        return Reason("missing_attribute", MISSING.format(attribute=attribute), attribute)
    sentence = EXPECTED.get(attribute, OTHERS).format(attribute=attribute)
    return Reason("invalid_attribute", sentence, attribute)
