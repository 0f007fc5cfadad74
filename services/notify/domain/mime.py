"""A mail as MIME: its content, attachments and the bytes for the SMTP server."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from mimetypes import guess_type
from types import MappingProxyType
from typing import Any
from uuid import UUID

from services.notify.domain.mime_text import LINE, write_alternative
from services.notify.domain.pictures import Picture, content_id
from services.notify.domain.wording import MailBody
from shared.contracts.message import Value
from shared.writing.text import clean

MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
MAX_CHAIN = 20
SHORT = 70  # characters of a header's name and text that certainly need no folding
MAX_LOCAL_PART_LENGTH = 64  # RFC 5321, 4.5.3.1.1
FALSE_END = re.compile(r"\r(?!\n)|(?<!\r)\n|\r\n(?![ \t])")


class Mailbox(Value):
    """A name and an address; the name may be empty."""

    name: str
    address: str


class MailContent(Value):
    """Everything in a mail except its attachments. Message-IDs include their angle brackets;
    `reply_to` may be empty.

    A copy is sent to `recipient` and shows `to`, the original recipient, and `cc`.
    """

    sender: Mailbox
    recipient: Mailbox
    reply_to: str
    message_id: str
    in_reply_to: str = ""
    references: list[str] = []
    automatic: bool
    written_at: datetime
    body: MailBody
    to: Mailbox | None = None
    cc: list[Mailbox] = []


@dataclass(frozen=True)
class Attachment:
    """A file to attach; its media type follows from its name."""

    document_id: UUID
    filename: str
    content: bytes


@dataclass(frozen=True)
class OutgoingMail:
    """The input of one SMTP transaction; `international`: the server must support SMTPUTF8 (RFC
    6531).
    """

    sender: str
    recipient: str
    content: bytes
    attempt: int
    international: bool = False
    shop: str = "default"


class WirePolicy(EmailPolicy):
    """Write CRLF and 7 bit, and leave header values as they are. Parsing and refolding them, as the
    library does, takes most of the time of a mail and encodes identifiers longer than a line.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, str]:
        if FALSE_END.search(value):
            raise ValueError(f"{name}: a line would begin a header of its own")
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value

    def fold(self, name: str, value: str) -> str:
        written = f"{name}: {value}"
        if name.startswith("Content-") and len(written) > LINE:
            if "name" in value:  # a long file name is split (RFC 2231)
                return str(super().fold(name, self.header_factory(name, value)))
            written = written.replace("; ", f";{self.linesep} ")
        return written + self.linesep

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode()


WIRE = WirePolicy(linesep="\r\n", cte_type="7bit")


def chain(references: Iterable[str], in_reply_to: str | None) -> list[str]:
    """Return the value of `References`: valid Message-IDs without duplicates; of a long chain the
    first and the newest.
    """
    asked = [*references, in_reply_to or ""]
    found = list(dict.fromkeys(filter(MESSAGE_ID.fullmatch, asked)))
    if len(found) <= MAX_CHAIN:
        return found
    return [found[0], *found[1 - MAX_CHAIN :]]


def ascii_domain(address: str) -> str:
    """Return an address with its domain in ASCII (`a@bücher.test` -> `a@xn--bcher-kva.test`);
    unchanged if it has no such form.
    """
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def answer_address(address: str) -> str:
    """Return the address, or "" if its local part is longer than servers must accept: answers then
    arrive at the sender's address.
    """
    return address if len(address.rpartition("@")[0].encode()) <= MAX_LOCAL_PART_LENGTH else ""


def pack(
    content: MailContent,
    attachments: Sequence[Attachment],
    attempt: int,
    shop: str = "default",
    pictures: Mapping[str, Picture] = MappingProxyType({}),
) -> OutgoingMail:
    """Build the MIME message and address it. The HTML refers to the `pictures` by their names."""
    sender, recipient = (
        ascii_domain(content.sender.address),
        ascii_domain(content.recipient.address),
    )
    international = not (sender + recipient).isascii()
    if not attachments and not pictures:
        return OutgoingMail(sender, recipient, _alternative(content), attempt, international, shop)
    message = _message(content)
    for name, picture in pictures.items():
        _add_picture(message, name, picture)
    for attachment in attachments:
        name = filename(attachment.filename)
        maintype, _, subtype = media_type(name).partition("/")
        message.add_attachment(
            attachment.content, maintype=maintype, subtype=subtype, filename=name
        )
    # Last: adding a part would move this header into the first part.
    message["Content-Language"] = content.body.language
    for number, part in enumerate(filter(Message.is_multipart, message.walk())):
        part.set_boundary(_boundary(content, number))
    return OutgoingMail(sender, recipient, message.as_bytes(), attempt, international, shop)


def filename(name: str) -> str:
    """Return a file's name without a path and without unsafe characters."""
    return re.sub(r'[/\\:*?"<>|]', "_", clean(name)).lstrip(".") or "document.pdf"


def media_type(name: str) -> str:
    """Return the media type for a file name. Text and HTML from customers become
    `application/octet-stream`, so that no mail program displays them as part of the mail.
    """
    guessed, packed = guess_type(name)
    known = guessed and not packed and not guessed.startswith(("text/", "message/", "multipart/"))
    return guessed if guessed and known else "application/octet-stream"


def _boundary(content: MailContent, number: int) -> str:
    """Return a boundary that cannot be guessed before sending: no text can imitate it."""
    return f"=_{number}_{sha256(content.message_id.encode()).hexdigest()[:32]}"


def _alternative(content: MailContent) -> bytes:
    """Return a mail without files: as `_message` would write it, only faster."""
    boundary = _boundary(content, 0)
    headers = {
        **_headers(content),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        "Content-Language": content.body.language,
    }
    head = ""
    for name, value in headers.items():
        if value:
            head += WIRE.fold(*WIRE.header_store_parse(name, value))
    return write_alternative(head, boundary, content.body.text, content.body.html)


def _message(content: MailContent) -> EmailMessage:
    message = EmailMessage(policy=WIRE)
    for name, value in _headers(content).items():
        if value:
            message[name] = value
    message.set_content(content.body.text)
    message.add_alternative(content.body.html, subtype="html")
    return message


def _add_picture(message: EmailMessage, name: str, picture: Picture) -> None:
    """Attach a picture to the HTML part, so that mail programs do not list it as a file."""
    html = message.get_payload()[1]  # type: ignore[index]
    maintype, _, subtype = picture.media_type.partition("/")
    html.add_related(  # type: ignore[union-attr]
        picture.content,
        maintype=maintype,
        subtype=subtype,
        cid=f"<{content_id(name)}>",
        filename=f"{name}.{subtype}",
        disposition="inline",
    )


def _headers(content: MailContent) -> dict[str, str]:
    reply_to = ""
    if content.reply_to:
        reply_to = _address("Reply-To", Mailbox(name="", address=content.reply_to))
    headers = {
        "From": _address("From", content.sender),
        "To": _address("To", content.to or content.recipient),
        "Cc": ",\r\n ".join(_address("Cc", mailbox) for mailbox in content.cc),
        "Reply-To": reply_to,
        "Subject": _words("Subject", clean(content.body.subject)),
        "Date": format_datetime(content.written_at),
        "Message-ID": content.message_id,
        "In-Reply-To": content.in_reply_to,
        "References": "\r\n ".join(content.references),
    }
    if content.automatic:
        headers["Auto-Submitted"] = "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    return headers


def _address(header: str, mailbox: Mailbox) -> str:
    username, _, domain = ascii_domain(mailbox.address).rpartition("@")
    address = Address(clean(mailbox.name), username, domain)
    plain = address.display_name.isascii() and "=?" not in address.display_name
    if plain and len(header) + len(str(address)) < LINE:
        return str(address)
    return f"{_encoded(header, address.display_name)} <{address.addr_spec}>"


def _words(header: str, words: str) -> str:
    """Fold a header's text. Encode it if it is not ASCII, looks like an encoded word, or has no
    place to fold.
    """
    longest = max(map(len, words.split()), default=0)
    if words.isascii() and "=?" not in words and longest < LINE:
        if len(header) + len(words) < SHORT:
            return words
        return Header(words, header_name=header).encode(linesep="\r\n")
    return _encoded(header, words)


def _encoded(header: str, words: str) -> str:
    """Encode with the library's older interface: the newer one loses spaces at line ends (RFC 2047,
    6.2).
    """
    return Header(words, "utf-8", header_name=header).encode(linesep="\r\n")
