"""Describe messages in the contract: texts, payload and a complete example of each."""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shared.contracts import samples
from shared.contracts.asyncapi.schemas import SCHEMAS, schema_name
from shared.contracts.envelope import CONTENT_TYPE, Envelope
from shared.contracts.message import (
    PREFIX,
    Answer,
    Command,
    CommandOrQuery,
    Event,
    Message,
    Query,
    Refusal,
    catalogue,
    wire_type,
)
from shared.contracts.refusal_codes import DETAILS, codes_of
from shared.contracts.refusals import SENTENCES, UNREAD
from shared.contracts.replies import MessageRefused

Json = dict[str, Any]

CAUSE = {
    "correlationid": "0b9c4f5e-7a63-4d0e-8f21-5c6d7e8f9a07",
    "causationid": "0b9c4f5e-7a63-4d0e-8f21-5c6d7e8f9a07",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}

KINDS = {
    Command: "command",
    Query: "query",
    Refusal: "refusal",
    Event: "event",
    Answer: "answer",
}
"""The kinds of messages; a refusal is an event, too."""


def key(message: type[Message]) -> str:
    """Return the name of a message within the document: `order.place.v1`."""
    return message.wire_type().removeprefix(f"{PREFIX}.")


def kind_of(message: type[Message]) -> str:
    """Return `command`, `query`, `event`, `refusal` or `answer`."""
    return next(name for base, name in KINDS.items() if issubclass(message, base))


def exchange_role(message: type[Message]) -> str:
    """Return the exchange that a message is published to: `commands`, `events`, `documents` for
    events with the bytes of one, or `replies` for answers and refusals of queries.
    """
    if issubclass(message, CommandOrQuery):
        return "commands"
    if issubclass(message, Refusal):
        asked = catalogue.get(wire_type(message.name.removesuffix("_refused"), message.version))
        return "replies" if asked and issubclass(asked, Query) else "events"
    if issubclass(message, Event) and message.holds_document:
        return "documents"
    return "replies" if issubclass(message, Answer) else "events"


def summary(message: type[Message]) -> str:
    """Return the first sentence of a message's docstring."""
    return _words(message).split(". ")[0].rstrip(".")


def described(message: type[Message], sender: str | None) -> Json:
    """Return the AsyncAPI Message Object. `sender` is the service that sends it, or None."""
    return {
        "name": message.wire_type(),
        "title": message.name,
        "summary": summary(message),
        "description": _description(message),
        "contentType": CONTENT_TYPE,
        "correlationId": {"$ref": "#/components/correlationIds/correlationid"},
        "tags": [{"name": kind_of(message)}],
        "payload": payload(message),
        **code_meanings(message),
        "examples": [{"name": message.name, "payload": example(message, sender)}],
    }


def payload(message: type[Message]) -> Json:
    """Return the schema of the envelope: the common attributes, and those specific to this
    message.
    """
    own: Json = {
        "type": {"type": "string", "const": message.wire_type()},
        "data": _data(message),
    }
    if issubclass(message, Query):
        own["replyto"] = {"type": "string"}
    needs_data = any(field.is_required() for field in message.model_fields.values())
    required = ["type", *["data"] * needs_data, *["replyto"] * issubclass(message, Query)]
    return {
        "title": f"{message.__name__}Envelope",
        "allOf": [
            {"$ref": SCHEMAS + "Envelope"},
            {
                "title": f"{message.__name__}Attributes",
                "type": "object",
                "properties": own,
                "required": required,
            },
        ],
    }


def _data(message: type[Message]) -> Json:
    """Return the schema of the data: that of the class; a refusal has codes of its own."""
    common = {"$ref": SCHEMAS + schema_name(message)}
    codes = refusal_codes(message)
    if not codes:
        return common
    code = {
        "title": f"{message.__name__}Code",
        "description": "Why it was refused",
        "type": "string",
        "enum": codes,
    }
    own = {
        "title": f"{message.__name__}Codes",
        "type": "object",
        "properties": {"code": code},
        "required": ["code"],
    }
    return {"title": f"{message.__name__}Data", "allOf": [common, own]}


def refusal_codes(message: type[Message]) -> list[str]:
    """Return the codes of a refusal, sorted; nothing for any other message."""
    if message is MessageRefused:
        return sorted(UNREAD)
    if not issubclass(message, Refusal):
        return []
    asked = catalogue.get(wire_type(message.name.removesuffix("_refused"), message.version))
    if asked is None or not issubclass(asked, CommandOrQuery):
        return []
    return codes_of(asked)


def code_meanings(message: type[Message]) -> Json:
    """Return the meaning of each code of a refusal, as the extension `x-refusal-codes`."""
    found = {}
    for code in refusal_codes(message):
        found[code] = {"sentence": SENTENCES[code]}
        if code in DETAILS:
            found[code]["details"] = DETAILS[code]
    return {"x-refusal-codes": found} if found else {}


def example(message: type[Message], sender: str | None) -> Json:
    """Return a complete envelope with the `example` of the class as data; the same on every
    machine.
    """
    envelope = Envelope(
        id=str(uuid5(NAMESPACE_URL, message.wire_type())),
        type=message.wire_type(),
        subject=message.example.get(message.subject_field or "", message.fixed_subject),
        time=samples.NOON,
        data=message.example,
        **_circumstances(message, sender),
    )
    found: Json = json.loads(envelope.encode())
    return found


def _circumstances(message: type[Message], sender: str | None) -> Json:
    if issubclass(message, CommandOrQuery):
        return {
            "source": "/storefront",
            **({"replyto": "storefront.7f3a"} if issubclass(message, Query) else {}),
        }
    found = {"source": f"/{PREFIX}/{sender}" if sender else f"/{PREFIX}", **CAUSE}
    if issubclass(message, Event) and (message.subject_field or message.fixed_subject):
        found["sequence"] = "000000000007"
    return found


def _description(message: type[Message]) -> str:
    if message.fixed_subject:
        return f"{_words(message)} Its `subject` is '{message.fixed_subject}'."
    if not message.subject_field:
        return _words(message)
    return f"{_words(message)} Its `subject` is `data.{message.subject_field}`."


def _words(message: type[Message]) -> str:
    return " ".join((message.__doc__ or "").split())
