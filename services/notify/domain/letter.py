"""A mail as it travels: the parts of the letter, and the bytes that the SMTP server gets."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from mimetypes import guess_type
from typing import Any
from uuid import UUID

from services.notify.domain.wording import Content
from shared.contracts.message import Value
from shared.writing.text import clean

MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
LONGEST_CHAIN = 20
LONGEST_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1


class Mailbox(Value):
    """Somebody with an address; the name may be empty."""

    name: str
    address: str


class Letter(Value):
    """All of a mail but its attachments. Identifiers have their angle brackets; `reply_to` may be empty."""

    sender: Mailbox
    recipient: Mailbox
    reply_to: str
    message_id: str
    in_reply_to: str = ""
    references: list[str] = []
    automatic: bool
    written_at: datetime
    content: Content


@dataclass(frozen=True)
class Attachment:
    """A file that goes along; what kind it is, its name tells."""

    document_id: UUID
    filename: str
    content: bytes


@dataclass(frozen=True)
class Parcel:
    """What one SMTP conversation is about. `international`: the server must know SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    content: bytes
    attempt: int
    international: bool = False
    shop: str = "default"


class WirePolicy(EmailPolicy):
    """CRLF, 7 bit; identifiers are folded between them: the library would encode those longer than a line.

    Words that are not ASCII are encoded by its older half: the newer one loses spaces where lines end (RFC 2047, 6.2).
    """

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in ("message-id", "in-reply-to", "references"):
            return f"{name}: {(self.linesep + ' ').join(str(value).split())}{self.linesep}"
        if self.utf8 or str(value).isascii() or name.lower() not in ("subject", "from", "to", "reply-to"):
            return str(super().fold(name, value))
        if name.lower() == "subject":
            return f"{name}: {self._encoded(name, str(value))}{self.linesep}"
        named = [f"{self._encoded(name, each.display_name)} <{each.addr_spec}>" for each in value.addresses]
        return f"{name}: {f',{self.linesep} '.join(named)}{self.linesep}"

    def _encoded(self, name: str, words: str) -> str:
        return Header(words, "utf-8", header_name=name).encode(linesep=self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii", "surrogateescape")


WIRE = WirePolicy(linesep="\r\n", cte_type="7bit")


def chain(references: Iterable[str], in_reply_to: str | None) -> list[str]:
    """`References` as it may be sent: identifiers only, none twice, the first and the newest of a long chain."""
    asked = [*references, in_reply_to or ""]
    found = list(dict.fromkeys(reference for reference in asked if MESSAGE_ID.fullmatch(reference)))
    return found if len(found) <= LONGEST_CHAIN else [found[0], *found[1 - LONGEST_CHAIN:]]


def ascii_domain(address: str) -> str:
    """`a@bücher.test` -> `a@xn--bcher-kva.test`; a domain that has no such form stays."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def answer_address(address: str) -> str:
    """`address`, or nothing if its local part is longer than servers must take: answers then come to the sender."""
    return address if len(address.rpartition("@")[0].encode()) <= LONGEST_LOCAL_PART else ""


def pack(letter: Letter, attachments: Sequence[Attachment], attempt: int, shop: str = "default") -> Parcel:
    """The letter, closed and addressed."""
    sender, recipient = ascii_domain(letter.sender.address), ascii_domain(letter.recipient.address)
    international = not (sender + recipient).isascii()
    message = _message(letter, WIRE.clone(utf8=True) if international else WIRE)
    for attachment in attachments:
        name = filename(attachment.filename)
        maintype, _, subtype = media_type(name).partition("/")
        message.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=name)
    message["Content-Language"] = letter.content.language  # last: each new part would take it away from the whole
    return Parcel(sender, recipient, message.as_bytes(), attempt, international, shop)


def filename(name: str) -> str:
    """A file's name, without a path."""
    return re.sub(r'[/\\:*?"<>|]', "_", clean(name)).lstrip(".") or "document.pdf"


def media_type(name: str) -> str:
    """By the ending of a file's name; text of customers is not shown as part of the mail."""
    guessed, packed = guess_type(name)
    known = guessed and not packed and not guessed.startswith(("text/", "message/", "multipart/"))
    return guessed if guessed and known else "application/octet-stream"


def _message(letter: Letter, policy: EmailPolicy) -> EmailMessage:
    message = EmailMessage(policy=policy)
    for name, value in _headers(letter).items():
        if value:
            message[name] = value
    message.set_content(letter.content.text)
    message.add_alternative(letter.content.html, subtype="html")
    return message


def _headers(letter: Letter) -> dict[str, Any]:
    robot = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"} if letter.automatic else {}
    return {
        "From": _address(letter.sender),
        "To": _address(letter.recipient),
        "Reply-To": _address(Mailbox(name="", address=letter.reply_to)) if letter.reply_to else "",
        "Subject": clean(letter.content.subject),
        "Date": format_datetime(letter.written_at),
        "Message-ID": letter.message_id,
        "In-Reply-To": letter.in_reply_to,
        "References": " ".join(letter.references),
        **robot,
    }


def _address(mailbox: Mailbox) -> Address:
    username, _, domain = ascii_domain(mailbox.address).rpartition("@")
    return Address(clean(mailbox.name), username, domain)
