"""Which mails no person wrote: they are kept, but they wake nobody up; and which mails nothing automatic may answer."""

import re
from email.message import Message

from services.ingest.domain.bounces import is_bounce, is_from_nobody
from services.ingest.domain.headers import Headers, line
from shared.contracts.ingest import MessageKind

_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-failed-recipients")
_REPLIES = {"auto_reply", "auto-reply"}
_MASSES = {"bulk", "junk"}
_UNANSWERABLE = ("list-id", "list-unsubscribe", "list-post", "x-auto-response-suppress", "feedback-id", "x-loop")
_NO_REPLY = re.compile(r"(?:no|not|do.?not|don.?t)[._-]?reply|no[._-]?response|bounces?\b|listserv|majordomo|mailer")
_AWAY = re.compile(
    r"^(?:(?:re|aw|fw):\s*)?(?:auto(?:matic|matische|mated)?[ -]?(?:reply|antwort|response)|out of (?:the )?office|"
    r"abwesenheit\w*|réponse automatique|absence du bureau|پاسخ خودکار)\s*(?:[::]|re:|$)",
    re.IGNORECASE,
)


def kind_of(message: Message, headers: Headers) -> MessageKind:
    """Who wrote it: a person, an automaton that answers, a mass mailing, or a mail server that could not deliver."""
    said = headers.first("auto-submitted").split(";")[0].strip().lower()
    precedence = {value.strip().lower() for value in headers.all("precedence") + headers.all("x-precedence")}
    if is_bounce(message, headers):
        return "bounce"
    if (
        said not in ("", "no")
        or is_from_nobody(headers)
        or any(mark in headers for mark in _MARKS)
        or bool(precedence & _REPLIES)
        or bool(_AWAY.match(line(headers.first("subject"))))
    ):
        return "auto_reply"
    return "mass" if precedence & _MASSES else "personal"


def is_answerable(headers: Headers, sender: str) -> bool:
    """Whether an automatic answer may be thought of: to lists, to those who ask for none, and to senders who do not
    read, never.
    """
    listed = any(mark in headers for mark in _UNANSWERABLE) or headers.first("precedence").strip().lower() == "list"
    return not listed and not _NO_REPLY.search(sender.partition("@")[0])
