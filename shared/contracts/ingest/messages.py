"""Define the messages of threads, with their files and HTML."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.refusals import codes
from shared.contracts.values import DocumentReference, Email

MessageKind = Literal["personal", "auto_reply", "mass", "bounce", "unreadable"]
Mark = Literal[
    "answer_to_forward",
    "attachments_empty",
    "attachments_left_out",
    "conflicting_evidence",
    "copy_undelivered",
    "cut_off",
    "dmarc_failed",
    "encrypted",
    "flood",
    "forward_expired",
    "in_copy",
    "new_topic",
    "not_mailed",
    "other_sender",
    "parts_left_out",
    "quotes_internal",
    "sender_unknown",
    "several_senders",
    "signed",
]


class Fold(Value):
    """A range of lines to collapse on display: quoted mails, or a signature. Lines count from 1."""

    first: int = Field(description="First line of the range")
    last: int = Field(description="Last line of the range")


class Attachment(Value):
    """A file of a message; `attachment.get` returns its content."""

    attachment_id: UUID
    filename: str = Field(description="Sanitized file name, unique within the message")
    media_type: str = Field(description="As detected from the content")
    size: int = Field(description="Size in bytes")
    content_id: str = Field(
        default="", description="Name by which the HTML refers to it, after `cid:`"
    )
    inline: bool = Field(default=False, description="Whether the text shows it")
    dangerous: bool = Field(
        default=False, description="Whether opening it could run code: offer it as a download only"
    )


class ThreadMessage(Value):
    """A message of a thread."""

    message_id: UUID
    direction: Literal["customer", "employee"] = Field(
        description=(
            "`customer`: from the customer or another outside sender; `employee`: from the shop"
        )
    )
    author: str = Field(description="Name or address of the author")
    text: str = Field(description="Plain text")
    at: AwareDatetime = Field(description="When it was written or received")
    verified: bool = Field(
        default=True,
        description="False: the sender is not a participant of the thread, or may be forged",
    )
    private: bool = Field(
        default=False,
        description=(
            "Whether only employees may see it: notes, and messages of senders who are not"
            " participants"
        ),
    )
    unread: bool = Field(default=False, description="Whether no employee has read it")
    mail_message_id: str = Field(
        default="", description="Message-ID of the mail that carried it; empty: none"
    )
    undelivered: str = Field(
        default="",
        description="Why the mail that carried it did not arrive; empty: it did. See `mail.resend`",
    )
    kind: MessageKind = Field(
        default="personal",
        description=(
            "`personal`: written by a person; `auto_reply`, such as an absence note or a read"
            " receipt; `mass`: a mailing; `bounce`: a report about an undelivered mail;"
            " `unreadable`: it could not be parsed"
        ),
    )
    folds: list[Fold] = Field(default=[], description="Ranges of lines to collapse on display")
    formatted: bool = Field(
        default=False, description="Whether it has HTML, which `message.get` returns"
    )
    attachments: list[Attachment] = Field(default=[], description="Files of the message")
    marks: list[Mark] = Field(
        default=[],
        description=(
            "Remarks for the reader. Files or parts: `attachments_empty`, `attachments_left_out`,"
            " `parts_left_out`, `cut_off`, `encrypted`, `signed`; sender: `dmarc_failed`,"
            " `several_senders`, `sender_unknown`, `in_copy`, `flood`; thread:"
            " `conflicting_evidence`, `new_topic`; forwards: `answer_to_forward`, `not_mailed`,"
            " because of `other_sender`, `forward_expired` or `quotes_internal`; copies:"
            " `copy_undelivered`"
        ),
    )
    documents: list[DocumentReference] = Field(
        default=[], description="Issued documents attached to its mail"
    )
    cc: list[Email] = Field(default=[], description="Addresses of visible copies")
    bcc: list[Email] = Field(default=[], description="Addresses of hidden copies")


class MessageContent(Answer, name="message.get_answered"):
    """A message with its HTML, which is safe to show: it contains no code, and remote pictures are
    disabled by `blocked:` before their address. Pictures of the mail are named by `cid:` and the
    `content_id` of an attachment.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "message": samples.THREAD_MESSAGE | {"formatted": True},
        "html": '<p dir="rtl">سلام <img src="blocked:https://tracker.test/1.gif"></p>',
        "held_back": 1,
        "found_by": "reply_address",
    }

    thread_id: UUID
    message: ThreadMessage
    html: str = Field(description="Sanitized HTML; empty: none")
    held_back: int = Field(description="Number of remote pictures that are disabled")
    found_by: str = Field(
        default="",
        description=(
            "How its thread was found: `reply_address`, `signed_id`, `bounced_mail`, `known_id`,"
            " `subject`, or `new`; empty: it was not a mail"
        ),
    )


class GetMessage(Query, name="message.get", answer=MessageContent, subject="message_id"):
    """Return a message with its HTML."""

    example: ClassVar[dict[str, Any]] = {"message_id": samples.MESSAGE_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_message")

    message_id: UUID


class AttachmentContent(Answer, name="attachment.get_answered"):
    """A file of a message with its content."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "message_id": samples.MESSAGE_ID,
        "attachment": samples.ATTACHMENT,
        "content": "iVBORw0KGgo=",
    }

    thread_id: UUID
    message_id: UUID
    attachment: Attachment = Field(description="The file, without its content")
    content: Base64Bytes = Field(description="The file, in base64")


class GetAttachment(
    Query, name="attachment.get", answer=AttachmentContent, subject="attachment_id"
):
    """Return a file of a message with its content."""

    example: ClassVar[dict[str, Any]] = {"attachment_id": samples.MESSAGE_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_attachment")

    attachment_id: UUID
