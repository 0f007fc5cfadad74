"""The text of a mail: of all its parts that are meant to be read, in order, within limits."""

import re
from email.message import Message

from services.ingest.domain.charset import decode
from services.ingest.domain.headers import Headers
from services.ingest.domain.markup import text_of_html

LONGEST = 1_000_000  # characters
DEEPEST = 50
MOST_PARTS = 1000

_CHARSET = re.compile(r"charset\*?\s*=\s*[\"']?([^\s\"';]{1,60})", re.IGNORECASE)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def text_of(message: Message) -> str:
    """What the sender wrote: plain text, else the text of the HTML. What he quotes is kept."""
    return _Walk().text(message, 0).strip()[:LONGEST]


class _Walk:
    def __init__(self) -> None:
        self.parts = 0

    def text(self, part: Message, depth: int) -> str:
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            return ""
        kind, headers = part.get_content_type(), Headers(part)
        if part.is_multipart():  # asked first: the payload of a leaf would be decoded by whatever codec it names
            inside = part.get_payload()
            return self._of_many(kind, [child for child in inside if isinstance(child, Message)], depth)
        attached = headers.first("content-disposition").lower().startswith("attachment")
        if attached or not kind.startswith(("text/plain", "text/html", "multipart/")):
            return ""
        text = _decoded(part, headers)
        return text_of_html(text) if kind == "text/html" else text

    def _of_many(self, kind: str, children: list[Message], depth: int) -> str:
        if kind == "message/rfc822":
            return ""  # a mail inside a mail is an attachment
        texts = [(child.get_content_type(), self.text(child, depth + 1)) for child in children]
        said = [(kind, text) for kind, text in texts if text.strip()]
        if kind != "multipart/alternative":
            return "\n\n".join(text.strip() for _, text in said)
        plain = [text for kind, text in said if kind == "text/plain"]
        return [*plain, *(text for _, text in reversed(said))][0] if said else ""


def _decoded(part: Message, headers: Headers) -> str:
    data = part.get_payload(decode=True)
    declared = _CHARSET.search(headers.first("content-type"))
    text = decode(data, declared[1] if declared else "") if isinstance(data, bytes) else ""
    return clean(text)


def clean(text: str) -> str:
    """Text that databases and JSON take: one kind of line end, no control characters but tabs, no half characters."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
