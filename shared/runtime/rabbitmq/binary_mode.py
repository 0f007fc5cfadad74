"""Read CloudEvents in binary mode: the attributes are headers, the body is the data.

The names of the headers begin with `cloudEvents:`, or with `cloudEvents_` where a client cannot
write a colon. Source:
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

PREFIXES = ("cloudevents:", "cloudevents_")
JSON = "application/json"


def structured(body: bytes, headers: Mapping[str, Any], content_type: str = "") -> bytes:
    """Return a message as structured JSON: a body in binary mode becomes `data`, any other body is
    returned unchanged. The result is no JSON if the data is none.
    """
    attributes = _attributes(headers)
    if not attributes:
        return body
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type:
        attributes["datacontenttype"] = JSON if _is_json(media_type) else media_type
    head = json.dumps(attributes, ensure_ascii=False).encode(errors="replace")
    return b'%b, "data": %b}' % (head[:-1], body.strip() or b"{}")


def _attributes(headers: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in headers.items():
        if name[: len(PREFIXES[0])].lower() in PREFIXES:
            found[name[len(PREFIXES[0]) :].lower()] = _as_json(value)
    return found


def _as_json(value: Any) -> Any:
    """Return a header's value as the attribute in JSON. AMQP has a type for times, in UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)


def _is_json(media_type: str) -> bool:
    return media_type == JSON or media_type.endswith("+json")
