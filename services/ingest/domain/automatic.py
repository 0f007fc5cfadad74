"""Which mails no person wrote: they are kept, but they wake nobody up."""

from email.message import Message

from services.ingest.domain.bounces import is_bounce
from services.ingest.domain.headers import Headers

_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-failed-recipients")
_PRECEDENCES = {"auto_reply", "auto-reply", "bulk", "junk"}


def is_automatic(message: Message, headers: Headers) -> bool:
    """An automatic reply, a report of a mail server, or a mass mailing."""
    said = headers.first("auto-submitted").split(";")[0].strip().lower()
    precedence = {value.strip().lower() for value in headers.all("precedence") + headers.all("x-precedence")}
    return (
        said not in ("", "no")
        or headers.first("return-path").strip() == "<>"
        or any(mark in headers for mark in _MARKS)
        or bool(precedence & _PRECEDENCES)
        or is_bounce(message, headers)
    )
