"""Reports of mail servers that a mail could not be delivered: by RFC 3464, and as servers write that have never heard
of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message

from services.ingest.domain.headers import Headers, addresses, line, message_ids

LONGEST_LOOK = 256 * 1024  # characters of a report that are looked through
MOST_PARTS = 50
MOST_IDS = 200

_DAEMONS = ("mailer-daemon", "mail-daemon", "mailerdaemon")
_POSTMASTER = "postmaster"  # a person, unless he sounds like a machine
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|report|failure|has failed|failed)|mail delivery (?:failed|system)|"
    r"returned (?:mail|to sender)|failure notice|could not be delivered|unzustellbar|nicht zustellbar|"
    r"non remis|échec de (?:la )?remise|برگشت خورد|تحویل نشد",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?[^\r\n]{0,200}")
_RECIPIENT = re.compile(
    r"^[ \t]*(?:Original-Recipient|Final-Recipient|To)[ \t]*:[ \t]*(?:[\w-]{1,20};)?(.{1,300})$",
    re.MULTILINE | re.IGNORECASE,
)
_QMAIL = re.compile(r"^[ \t]*<([^<>\s]{3,254})>[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """`message_ids`: all that the report names, the mail that bounced among them. Nothing failed for good while it only
    tells of a `delay`.
    """

    recipient: str
    status: str
    reason: str
    permanent: bool
    delay: bool
    message_ids: tuple[str, ...]


def is_bounce(message: Message, headers: Headers) -> bool:
    """A mail server tells that it could not deliver."""
    kind = headers.first("content-type").lower()
    report = message.get_content_type() == "multipart/report" and "delivery-status" in kind
    sender = _local_part(headers.first("from"))
    maybe = is_from_nobody(headers) or sender.startswith(_POSTMASTER)
    return (
        report or "x-failed-recipients" in headers or sender.startswith(_DAEMONS)
        or (maybe and bool(_SUBJECT.search(line(headers.first("subject")))))
    )


def is_from_nobody(headers: Headers) -> bool:
    """Return whether a mail names the null sender, whom nothing may be answered (RFC 5321, 4.5.5)."""
    sender = headers.first("from")
    return headers.first("return-path").strip() == "<>" or (sender.endswith("<>") and not addresses(sender))


def bounce_of(message: Message, headers: Headers, raw: str) -> Bounce:
    """What a report says; `raw` is its beginning as it stands there."""
    fields = list(_reported_fields(message))
    action = _first(fields, "action").lower()
    status = next(iter(_STATUS.findall(_first(fields, "status") or raw)), "")
    reason = _first(fields, "diagnostic-code").partition(";")[2] or _reply(raw)
    return Bounce(
        recipient=_recipient(fields, headers, raw), status=status, reason=line(reason),
        permanent=_is_permanent(status, reason), delay=action in ("delayed", "delivered", "relayed", "expanded"),
        message_ids=tuple(dict.fromkeys(message_ids(raw)))[:MOST_IDS],
    )


def _is_permanent(status: str, reason: str) -> bool:
    return not (status or reason.strip()).startswith("4")


def _local_part(sender: str) -> str:
    found = addresses(sender)
    if found:
        return found[0].address.partition("@")[0]
    angle = sender.partition("<")[2].partition(">")[0]
    return (angle or sender).strip(' "').lower()


def _reported_fields(message: Message) -> Iterator[Headers]:
    """The blocks of a delivery status: one about the mail, one for each recipient."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (Headers(block) for block in part.get_payload() if isinstance(block, Message))


def _first(fields: Iterable[Headers], name: str) -> str:
    return next((block.first(name) for block in fields if name in block), "")


def _recipient(fields: list[Headers], headers: Headers, raw: str) -> str:
    told = _first(fields, "original-recipient") or _first(fields, "final-recipient")
    places = [told.rpartition(";")[2], headers.first("x-failed-recipients"), *_QMAIL.findall(raw), *_tos(raw)]
    return next((found.address for place in places for found in addresses(place)), "")


def _tos(raw: str) -> list[str]:
    """The recipients that the report's body names; the report's own stand above it."""
    return _RECIPIENT.findall(raw.partition("\n\n")[2])


def _reply(raw: str) -> str:
    """The first answer of a mail server that stands in a text."""
    found = _REPLY.search(raw.partition("\n\n")[2])
    return found[0] if found else ""
