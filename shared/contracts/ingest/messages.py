"""Messages of threads: what was written, and the files and the HTML that came with it."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
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
    """Lines of a text to be folded when it is shown: quoted mails, or a signature. Counted from 1,
    both included.
    """

    first: int
    last: int


class Attachment(Value):
    """A file of a message; ask for its bytes by `attachment.get`."""

    attachment_id: UUID
    filename: str = Field(description="Safe to store under; told apart within the message")
    media_type: str = Field(description="By its content, whatever it calls itself")
    size: int = Field(description="Bytes")
    content_id: str = Field(default="", description="What the HTML names it by, behind `cid:`")
    inline: bool = Field(default=False, description="It belongs into the text")
    dangerous: bool = Field(
        default=False, description="Opening it could run something: show it as a download only"
    )


class ThreadMessage(Value):
    """One message of a thread. `verified` is false when the sender is no participant of it, or may
    be forged. What is `private` is for employees only: their notes, and what somebody else than a
    participant wrote.
    """

    message_id: UUID
    direction: Literal["customer", "employee"]
    author: str
    text: str
    at: AwareDatetime
    verified: bool = True
    private: bool = False
    unread: bool = False
    mail_message_id: str = Field(
        default="", description="Message-ID of the mail, if it came or went as one"
    )
    undelivered: str = Field(
        default="", description="Why the mail that carried it did not arrive; see `mail.resend`"
    )
    kind: MessageKind = Field(default="personal", description="Whether a person wrote it")
    folds: list[Fold] = []
    formatted: bool = Field(default=False, description="`message.get` has its HTML")
    attachments: list[Attachment] = []
    marks: list[Mark] = Field(default=[], description="What the reader should know")
    documents: list[DocumentReference] = Field(
        default=[], description="Issued documents that its mail takes along"
    )
    cc: list[Email] = Field(default=[], description="Who got a copy that everybody sees")
    bcc: list[Email] = Field(default=[], description="Who got a copy that nobody else sees")


class MessageContent(Answer, name="message.get_answered"):
    """A message with its HTML, which is harmless: nothing in it runs, and pictures from elsewhere
    are held back, with `blocked:` before their address. Pictures of its own are named by `cid:` and
    the `content_id` of an attachment.
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
    html: str = Field(description="Empty where there is none")
    held_back: int = Field(description="Pictures that are not loaded")
    found_by: str = Field(
        default="",
        description=(
            "What led it into its thread: `reply_address`, `signed_id`, `bounced_mail`, "
            "`known_id`, `subject`, or `new`; empty where it came as no mail"
        ),
    )


class GetMessage(Query, name="message.get", answer=MessageContent, subject="message_id"):
    """Asks for a message and its HTML."""

    example: ClassVar[dict[str, Any]] = {"message_id": samples.MESSAGE_ID}

    message_id: UUID


class AttachmentContent(Answer, name="attachment.get_answered"):
    """A file with its bytes (base64)."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "message_id": samples.MESSAGE_ID,
        "attachment": samples.ATTACHMENT,
        "content": "iVBORw0KGgo=",
    }

    thread_id: UUID
    message_id: UUID
    attachment: Attachment
    content: Base64Bytes


class GetAttachment(
    Query, name="attachment.get", answer=AttachmentContent, subject="attachment_id"
):
    """Asks for a file of a message and its bytes."""

    example: ClassVar[dict[str, Any]] = {"attachment_id": samples.MESSAGE_ID}

    attachment_id: UUID
