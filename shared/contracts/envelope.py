"""Encode and decode the envelope: CloudEvents 1.0 in structured JSON.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_serializer
from pydantic_core import ErrorDetails

from shared.contracts.message import PREFIX

CONTENT_TYPE = "application/cloudevents+json"
DEFAULT_SHOP = "default"
SHOP = r"^[a-z0-9][a-z0-9_-]{0,39}$"


class Unreadable(ValueError):
    """Bytes that are not a CloudEvent; the text is one sentence that names the fault."""


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

    def encode(self) -> bytes:
        """Return the bytes for the wire, without absent attributes, as the specification
        requires.
        """
        return json.dumps(
            self.model_dump(exclude_none=True), ensure_ascii=False, separators=(",", ":")
        ).encode()


def decode(body: bytes) -> Envelope:
    """Return the envelope in the bytes. Raises `Unreadable`, with a sentence that names the
    attribute.
    """
    try:
        return Envelope.model_validate(json.loads(body))
    except ValidationError as error:
        raise Unreadable(f"not a CloudEvent 1.0: {first_fault(error)}") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON in UTF-8: {error}") from None


def first_fault(error: ValidationError) -> str:
    """Return the first fault of a validation as `field.path: problem`."""
    first = faults(error)[0]
    return f"{first['field'] or 'data'}: {first['problem']}"


def faults(error: ValidationError) -> list[dict[str, str]]:
    """Return all faults as `{"field", "problem"}`, without the values, which may be
    personal data.
    """
    found = []
    for fault in error.errors(include_url=False, include_input=False):
        path = ".".join(map(str, fault["loc"]))
        found.append({"field": path, "problem": _problem(fault)})
    return found


def _problem(fault: ErrorDetails) -> str:
    """Return the problem in plain English, without the regular expression or a Python class."""
    if fault["type"] != "string_pattern_mismatch":
        return fault["msg"].removeprefix("Value error, ")
    if "@" in fault["ctx"]["pattern"]:
        return "This is not an e-mail address."
    return "The value does not have the format in the contract."
