"""The envelope: CloudEvents 1.0 in structured JSON. Source:
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_serializer
from pydantic_core import ErrorDetails

from shared.contracts.message import PREFIX

CONTENT_TYPE = "application/cloudevents+json"
DEFAULT_SHOP = "default"


class Unreadable(ValueError):
    """Bytes that are no CloudEvent; the text is one sentence that names what is wrong."""


class Envelope(BaseModel):
    """One message as it travels. Unknown attributes are kept. `source` + `id` is the key against
    duplicates.
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
    replyto: str | None = Field(
        default=None, max_length=200, description="Routing key on aftercart.replies"
    )
    shop: str = Field(default=DEFAULT_SHOP, pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    data: dict[str, Any] = {}

    @field_serializer("time")
    def _rfc3339(self, time: datetime | None) -> str | None:
        return time.isoformat().replace("+00:00", "Z") if time else None

    @property
    def name(self) -> str:
        """`aftercart.order.place.v1` -> `order.place`, the routing key; a foreign type is returned
        as it is.
        """
        head, _, rest = self.type.partition(".")
        name, _, _version = rest.rpartition(".v")
        return name if head == PREFIX and name else self.type

    def encode(self) -> bytes:
        """The bytes for the wire; absent attributes are left out, as the specification wants."""
        return json.dumps(
            self.model_dump(exclude_none=True), ensure_ascii=False, separators=(",", ":")
        ).encode()


def decode(body: bytes) -> Envelope:
    """Bytes of the wire as an envelope. Raises `Unreadable`, with a sentence that names the
    attribute.
    """
    try:
        return Envelope.model_validate(json.loads(body))
    except ValidationError as error:
        raise Unreadable(f"not a CloudEvent 1.0: {first_fault(error)}") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON in UTF-8: {error}") from None


def first_fault(error: ValidationError) -> str:
    """The first of a validation's faults as `field.path: what is wrong`."""
    first = faults(error)[0]
    return f"{first['field'] or 'data'}: {first['problem']}"


def faults(error: ValidationError) -> list[dict[str, str]]:
    """All faults as `{"field", "problem"}`, without repeating the values (they may be personal)."""
    return [
        {"field": ".".join(map(str, fault["loc"])), "problem": _problem(fault)}
        for fault in error.errors(include_url=False, include_input=False)
    ]


def _problem(fault: ErrorDetails) -> str:
    """Return what is wrong; a regular expression says nothing to people."""
    if fault["type"] != "string_pattern_mismatch":
        return fault["msg"]
    is_email = "@" in fault["ctx"]["pattern"]
    return (
        "This is no e-mail address."
        if is_email
        else "This is not in the form that the contract asks for."
    )
