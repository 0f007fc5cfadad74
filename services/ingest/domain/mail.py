"""A mail as it is read from its raw bytes, with what filing needs to know of it.

Read with the policy compat32, which raises on almost nothing, and by our own tolerant eyes for the
fields. What still cannot be read is `Unreadable`, never an exception: one bad mail must not hold up
the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from hashlib import sha256

from services.ingest.domain.attachments import Attachment, attachment, type_of
from services.ingest.domain.authentication import MOST_FIELDS
from services.ingest.domain.automatic import is_answerable, kind_of
from services.ingest.domain.body import Body, body_of, clean
from services.ingest.domain.bounces import Bounce, bounce_of
from services.ingest.domain.content_digest import content_digest
from services.ingest.domain.delivery_reports import LONGEST_LOOK
from services.ingest.domain.folds import Lines, folds_of
from services.ingest.domain.header_block import tidied
from services.ingest.domain.headers import Address, Headers, addresses, line, message_ids
from services.ingest.domain.html_sanitizer import harmless
from shared.contracts.ingest import Mark, MessageKind

MOST_REFERENCES = 20
MOST_COPIED = 50  # addresses
LONGEST_HEADER = 256 * 1024  # bytes that are read of a mail that cannot be read whole
NOWHERE = "unknown.invalid"  # RFC 2606: no such domain will ever be
NOBODY = f"mailer-daemon@{NOWHERE}"
"""Stands for the sender of an automatic mail that names none."""
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. Addresses in lower case, message ids with their brackets, "" for what it
    does not say.
    """

    sender: str
    sender_name: str
    certain: bool
    """False when several senders are named, or none: then nobody knows who it is from."""
    subject: str
    text: str
    message_id: str
    answers: tuple[str, ...]
    """Message ids it answers, nearest first."""
    chain: tuple[str, ...]
    """Message ids of the conversation so far as its sender tells it, oldest first."""
    recipients: str
    """All fields that say where it was delivered to, as they stand there."""
    copied: tuple[str, ...] = ()
    """Everybody whom it names as a recipient, but its sender."""
    kind: MessageKind = "personal"
    bounce: Bounce | None = None
    page: str = ""
    """Its HTML, harmless; empty where it has none."""
    files: tuple[Attachment, ...] = ()
    folds: tuple[Lines, ...] = ()
    marks: tuple[Mark, ...] = ()
    authentication: tuple[str, ...] = ()
    """Fields of receiving mail servers, topmost first; only one of them can be believed."""
    answerable: bool = True
    """Nothing in it forbids an automatic answer."""
    content: str = ""
    """A digest of its text, HTML and files, by which copies are known."""

    @property
    def automatic(self) -> bool:
        """No person wrote it."""
        return self.kind != "personal"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """`reason` is one sentence."""

    reason: str


def read(raw: bytes) -> Mail | Unreadable:
    """The mail in `raw`; where the whole cannot be read, what its header fields say."""
    try:
        message = message_from_bytes(tidied(raw), policy=compat32)
        return _read(message, body_of(message), raw)
    except Exception:  # whatever a sender may have thought of: thousands of parts within parts
        return read_fields(raw)


def read_all(raws: Iterable[bytes]) -> list[Mail | Unreadable]:
    """The same for several."""
    return [read(raw) for raw in raws]


def read_fields(raw: bytes) -> Mail | Unreadable:
    """What the header fields of a mail say that cannot be read whole; its bytes are attached as
    they came.
    """
    try:
        message = BytesHeaderParser(policy=compat32).parsebytes(tidied(raw[:LONGEST_HEADER]))
        whole = attachment("mail.eml", raw, "message/rfc822")
        return _read(
            message, Body("", files=(whole,), marks=("parts_left_out",)), raw[:LONGEST_HEADER]
        )
    except Exception as error:
        return Unreadable(f"Its form cannot be read ({type(error).__name__}).")


def _read(message: Message, body: Body, raw: bytes) -> Mail | Unreadable:
    headers = Headers(message)
    kind = kind_of(message, headers)
    senders = [address for value in headers.all("from") for address in addresses(value)]
    unknown = not senders and kind == "personal"
    if unknown and not headers and not _is_text(body, raw):
        return Unreadable("It has neither a header nor a text.")
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
        answers=_distinct([*answered, *reversed(references)])[:MOST_REFERENCES],
        chain=_distinct([*references, *answered])[-MOST_REFERENCES:],
        recipients=" ".join(value for name in _RECIPIENTS for value in headers.all(name)),
        copied=_copied(headers, senders[0].address),
        kind=kind,
        bounce=bounce_of(message, headers, _beginning(raw)) if kind == "bounce" else None,
        page=harmless(body.page),
        files=body.files,
        folds=folds_of(body.text),
        marks=tuple(sorted(marks)),
        authentication=tuple(headers.all("authentication-results")[:MOST_FIELDS]),
        answerable=not unknown and is_answerable(headers, senders[0].address),
        content=content_digest(body.text, body.page, (file.content for file in body.files)),
    )


def _copied(headers: Headers, sender: str) -> tuple[str, ...]:
    values = [*headers.all("to"), *headers.all("cc")]
    found = [address.address for value in values for address in addresses(value)]
    return tuple(each for each in dict.fromkeys(found) if each != sender)[:MOST_COPIED]


def _is_text(body: Body, raw: bytes) -> bool:
    """Return whether bytes without a header are a text that somebody may have written."""
    return any(character.isalnum() for character in body.text) and type_of(raw).startswith("text/")


def _unknown_sender(headers: Headers, raw: bytes) -> Address:
    """Return a sender that stands for nobody else's: the mails of two unknown senders have nothing
    in common.

    The name is what a From field without an address says.
    """
    said = headers.first("from").translate(dict.fromkeys(map(ord, '<>"'), " "))
    key = sha256(headers.first("message-id").encode() or raw).hexdigest()[:12]
    return Address(line(said, 200).strip(" ,;:"), f"unknown-{key}@{NOWHERE}")


def _beginning(raw: bytes) -> str:
    return clean(raw[:LONGEST_LOOK].decode("ascii", "replace"))


def _distinct(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
