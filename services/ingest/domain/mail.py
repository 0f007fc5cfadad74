"""Parse a mail with all that filing needs.

Parsed with the policy compat32, which raises for almost nothing, and with tolerant readers of
fields. A mail that cannot be parsed becomes `Unreadable`, never an exception: it must not block
others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from hashlib import sha256
from itertools import chain

from services.ingest.domain.attachments import Attachment, attachment, type_of
from services.ingest.domain.authentication import MAX_FIELDS
from services.ingest.domain.automatic import is_answerable, kind_of
from services.ingest.domain.body import Body, body_of, clean
from services.ingest.domain.bounces import Bounce, bounce_of
from services.ingest.domain.content_digest import content_digest
from services.ingest.domain.delivery_reports import MAX_REPORT_LENGTH
from services.ingest.domain.folded_lines import Lines, folds_of
from services.ingest.domain.header_block import tidied
from services.ingest.domain.headers import Address, Headers, addresses, line, message_ids
from services.ingest.domain.html_sanitizer import sanitize
from shared.contracts.ingest import Mark, MessageKind

MAX_REFERENCES = 20
MAX_COPIED = 50  # addresses
MAX_HEADER_BYTES = 256 * 1024  # bytes read of a mail that cannot be parsed completely
NOWHERE = "unknown.invalid"  # RFC 2606: never a real domain
NOBODY = f"mailer-daemon@{NOWHERE}"
"""Stands for the missing sender of an automatic mail."""
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


@dataclass(frozen=True, slots=True)
class Mail:
    """A parsed mail. Addresses in lower case, message ids with their brackets, "" for absent
    fields.
    """

    sender: str
    sender_name: str
    certain: bool
    """False if several senders are named, or none."""
    subject: str
    text: str
    message_id: str
    answers: tuple[str, ...]
    """Message ids that it answers, nearest first."""
    chain: tuple[str, ...]
    """Message ids of the conversation according to its sender, oldest first."""
    recipients: str
    """All fields with delivery addresses, undecoded."""
    copied: tuple[str, ...] = ()
    """All recipients that it names, without its sender."""
    kind: MessageKind = "personal"
    bounce: Bounce | None = None
    page: str = ""
    """Its HTML, sanitized; empty if it has none."""
    files: tuple[Attachment, ...] = ()
    folds: tuple[Lines, ...] = ()
    marks: tuple[Mark, ...] = ()
    authentication: tuple[str, ...] = ()
    """Fields of receiving mail servers, topmost first; only one of them can be trusted."""
    answerable: bool = True
    """An automatic answer is not forbidden."""
    content: str = ""
    """A digest of its text, HTML and files, to recognise copies."""

    @property
    def automatic(self) -> bool:
        """Return whether a program wrote the mail."""
        return self.kind != "personal"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that cannot be parsed. `reason` is one sentence."""

    reason: str


def read(raw: bytes) -> Mail | Unreadable:
    """Parse a mail; where the whole cannot be parsed, only its header fields."""
    try:
        message = message_from_bytes(tidied(raw), policy=compat32)
        return _read(message, body_of(message), raw)
    except Exception:  # malicious senders, such as thousands of nested parts
        return read_fields(raw)


def read_all(raws: Iterable[bytes]) -> list[Mail | Unreadable]:
    """Parse several mails."""
    return list(map(read, raws))


def read_fields(raw: bytes) -> Mail | Unreadable:
    """Parse the header fields of a mail that cannot be parsed completely; its source is
    attached.
    """
    try:
        message = BytesHeaderParser(policy=compat32).parsebytes(tidied(raw[:MAX_HEADER_BYTES]))
        whole = attachment("mail.eml", raw, "message/rfc822")
        return _read(
            message, Body("", files=(whole,), marks=("parts_left_out",)), raw[:MAX_HEADER_BYTES]
        )
    except Exception:  # for the same reason
        return Unreadable("Its format cannot be parsed.")


def _read(message: Message, body: Body, raw: bytes) -> Mail | Unreadable:
    headers = Headers(message)
    kind = kind_of(message, headers)
    senders = list(chain.from_iterable(map(addresses, headers.all("from"))))
    unknown = not senders and kind == "personal"
    if unknown and not headers and not _is_text(body, raw):
        return Unreadable("It has neither header nor text.")
    if not senders:
        senders = [_unknown_sender(headers, raw) if unknown else Address("", NOBODY)]
    marks: set[Mark] = {*body.marks}
    if unknown:
        marks.add("sender_unknown")
    answered = message_ids(" ".join(headers.all("in-reply-to")))
    references = message_ids(" ".join(headers.all("references")))
    return Mail(
        sender=senders[0].address,
        sender_name=senders[0].name,
        certain=len(senders) == 1 and not unknown,
        subject=line(headers.first("subject")),
        text=body.text,
        message_id=next(iter(message_ids(headers.first("message-id"))), ""),
        answers=_distinct([*answered, *reversed(references)])[:MAX_REFERENCES],
        chain=_distinct([*references, *answered])[-MAX_REFERENCES:],
        recipients=" ".join(chain.from_iterable(map(headers.all, _RECIPIENTS))),
        copied=_copied(headers, senders[0].address),
        kind=kind,
        bounce=bounce_of(message, headers, _beginning(raw)) if kind == "bounce" else None,
        page=sanitize(body.page),
        files=body.files,
        folds=folds_of(body.text),
        marks=tuple(sorted(marks)),
        authentication=tuple(headers.all("authentication-results")[:MAX_FIELDS]),
        answerable=not unknown and is_answerable(headers, senders[0].address),
        content=content_digest(body.text, body.page, (file.content for file in body.files)),
    )


def _copied(headers: Headers, sender: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in [*headers.all("to"), *headers.all("cc")]:
        found |= dict.fromkeys(address.address for address in addresses(value))
    found.pop(sender, None)
    return tuple(found)[:MAX_COPIED]


def _is_text(body: Body, raw: bytes) -> bool:
    """Return whether bytes without a header are a text that a person may have written."""
    return any(map(str.isalnum, body.text)) and type_of(raw).startswith("text/")


def _unknown_sender(headers: Headers, raw: bytes) -> Address:
    """Return a unique address for an unknown sender, so that mails of two unknown senders are not
    connected.

    The name is the text of a From field without an address.
    """
    said = headers.first("from").translate(dict.fromkeys(map(ord, '<>"'), " "))
    key = sha256(headers.first("message-id").encode() or raw).hexdigest()[:12]
    return Address(line(said, 200).strip(" ,;:"), f"unknown-{key}@{NOWHERE}")


def _beginning(raw: bytes) -> str:
    return clean(raw[:MAX_REPORT_LENGTH].decode("ascii", "replace"))


def _distinct(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
