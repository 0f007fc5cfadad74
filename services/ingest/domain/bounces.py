"""Read bounces: delivery reports by RFC 3464, and those of servers that do not follow it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from services.ingest.domain.automatic_subjects import is_undelivered_subject
from services.ingest.domain.delivery_reports import (
    decoded_text,
    has_delivery_status,
    has_returned_mail,
    stated_text,
    status_blocks,
)
from services.ingest.domain.headers import Headers, addresses, line, message_ids
from services.ingest.domain.senders import is_from_daemon, is_unattended, may_be_server

MAX_IDS = 200

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?[^\r\n]{0,200}")
_FAILED = re.compile(
    r"(?<![\d.])5\d\d[ -]|(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])|not be delivered|undeliver|did not"
    r" reach",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(
    r"^[ \t]*(?:Original-Recipient|Final-Recipient|To)[ \t]*:[ \t]*(?:[\w-]{1,20};)?(.{1,300})$",
    re.MULTILINE | re.IGNORECASE,
)
_QMAIL = re.compile(r"^[ \t]*<([^<>\s]{3,254})>[ \t]*:", re.MULTILINE)
_FULL = re.compile(
    r"(?:mailbox|inbox|mail ?box|account|mail"
    r" ?drop|maildir|quota)[^.\r\n]{0,60}\b(?:full|exceed|over)|"
    r"\b(?:over|exceed\w*|out of)[ -](?:\w+ ){0,3}(?:quota|storage|mailbox size)|quota["
    r" _-]?exceeded|overquota|"
    r"not enough (?:storage|disk) space|insufficient (?:system )?(?:storage|disk space)|"
    r"postfach[^.\r\n]{0,40}voll|bo[iî]te[^.\r\n]{0,40}pleine|صندوق[^.\r\n]{0,40}پر",
    re.IGNORECASE,
)
_PASSING = ("2.2", "2.3", "3.1", "3.4", "4.7")
"""Mailbox full, message too large (twice), mail system full, delivery time expired: the address
itself is valid.
"""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report. `message_ids`: all ids in the report, among them that of the returned
    mail. `delay`: delivery is still being tried; `permanent` is False for temporary failures such
    as a full mailbox.
    """

    recipient: str
    status: str
    reason: str
    permanent: bool
    delay: bool
    message_ids: tuple[str, ...]
    mailbox_full: bool = False


def is_bounce(message: Message, headers: Headers) -> bool:
    """Return whether a mail server reports that it could not deliver a mail."""
    if "x-failed-recipients" in headers or is_from_daemon(headers):
        return True
    if has_delivery_status(message) and (
        message.get_content_type() == "multipart/report" or may_be_server(headers)
    ):
        return True
    if may_be_server(headers) and is_undelivered_subject(line(headers.first("subject"))):
        return True
    return (
        is_unattended(headers)
        and has_returned_mail(message)
        and bool(_FAILED.search(stated_text(message)))
    )


def bounce_of(message: Message, headers: Headers, raw: str) -> Bounce:
    """Return the content of a report; `raw` is the beginning of its source."""
    text = f"{raw}\n\n{decoded_text(message)}"
    fields = _failed_first(list(status_blocks(message)))
    status = next(iter(_STATUS.findall(_first(fields, "status") or text)), "")
    reason = line(_first(fields, "diagnostic-code").partition(";")[2] or _reply(text))
    return Bounce(
        recipient=_recipient(fields, headers, text),
        status=status,
        reason=reason,
        permanent=_is_permanent(status, reason),
        delay=_is_delay(fields),
        mailbox_full=_is_full(status, reason, text),
        message_ids=tuple(dict.fromkeys(message_ids(text)))[:MAX_IDS],
    )


def _failed_first(blocks: list[Headers]) -> list[Headers]:
    """Return the blocks of a report, those of failed recipients first."""
    return sorted(blocks, key=lambda block: block.first("action").strip().lower() != "failed")


def _is_delay(fields: Iterable[Headers]) -> bool:
    return _first(fields, "action").strip().lower() in (
        "delayed",
        "delivered",
        "relayed",
        "expanded",
    )


def _is_permanent(status: str, reason: str) -> bool:
    passes = (status or reason).startswith("4") or status.partition(".")[2] in _PASSING
    return not (passes or _FULL.search(reason))


def _is_full(status: str, reason: str, text: str) -> bool:
    detail = status.partition(".")[2]
    return detail == "2.2" or bool(
        _FULL.search(reason or text) and detail in ("", "0.0", "2.0", "2.1", "3.0")
    )


def _first(fields: Iterable[Headers], name: str) -> str:
    return next((block.first(name) for block in fields if name in block), "")


def _recipient(fields: list[Headers], headers: Headers, text: str) -> str:
    stated = next(filter(None, map(_recipient_in, fields)), "")
    places = [stated, headers.first("x-failed-recipients"), *_QMAIL.findall(text), *_tos(text)]
    for place in places:
        for found in addresses(place):
            return found.address
    return ""


def _recipient_in(block: Headers) -> str:
    """Return the original recipient, else the address that the mail was forwarded to."""
    return (block.first("original-recipient") or block.first("final-recipient")).rpartition(";")[2]


def _tos(text: str) -> list[str]:
    """Return the recipients in the report's body, without those of its own header."""
    return _RECIPIENT.findall(text.partition("\n\n")[2])


def _reply(text: str) -> str:
    """Return the first SMTP reply in a text."""
    found = _REPLY.search(text.partition("\n\n")[2])
    return found[0] if found else ""
