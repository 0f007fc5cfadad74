"""Which mails no person wrote: they are kept, but they wake nobody up."""

from email.message import Message

from services.ingest.domain.headers import Headers, addresses

_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-failed-recipients")
_PRECEDENCES = {"auto_reply", "auto-reply", "bulk", "junk"}
_DAEMONS = ("mailer-daemon", "postmaster")


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


def is_bounce(message: Message, headers: Headers) -> bool:
    """A mail server tells that it could not deliver."""
    kind = headers.first("content-type").lower()
    report = message.get_content_type() == "multipart/report" and "delivery-status" in kind
    return report or "x-failed-recipients" in headers or _is_daemon(headers.first("from"))


def _is_daemon(sender: str) -> bool:
    found = addresses(sender)
    local = found[0].address.partition("@")[0] if found else sender.strip().lower()
    return local.startswith(_DAEMONS)
