"""Queries for the HTML and the files of messages, and for the source of mails."""

from base64 import b64encode

from services.ingest.domain.html_sanitizer import count_blocked_images
from services.ingest.store.threads import StoredMessage
from services.ingest.work import MESSAGE, Work
from shared.contracts.ingest import (
    AttachmentContent,
    GetAttachment,
    GetMessage,
    GetRawMail,
    MessageContent,
    RawMail,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(GetMessage, on=MESSAGE)
def get_message(stored: StoredMessage, query: GetMessage, work: Work) -> MessageContent:
    """Return a message with its HTML."""
    html = work.html_bodies.of(query.message_id)
    inbound = work.inbounds.get(query.message_id)
    return MessageContent(
        thread_id=stored.thread_id,
        message=stored.message,
        html=html,
        held_back=count_blocked_images(html),
        found_by=inbound.found_by if inbound else "",
    )


@service.handles(GetAttachment)
def get_attachment(query: GetAttachment, work: Work) -> AttachmentContent | Reason:
    """Return a file with its bytes."""
    message_id = work.attachments.message_of(query.attachment_id)
    stored = work.message(message_id) if message_id else None
    if stored:
        for file in stored.message.attachments:
            if file.attachment_id == query.attachment_id:
                return AttachmentContent(
                    thread_id=stored.thread_id,
                    message_id=stored.message.message_id,
                    attachment=file,
                    content=b64encode(work.attachments.content(query.attachment_id)),
                )
    reason = f"There is no attachment {query.attachment_id} in this shop."
    return Reason("unknown_attachment", reason, field="attachment_id")


@service.handles(GetRawMail)
def get_raw_mail(query: GetRawMail, work: Work) -> RawMail | Reason:
    """Return the source of a mail."""
    inbound = work.inbounds.get(query.inbound_id)
    if inbound is None or inbound.shop != work.shop or inbound.sha256 is None:
        reason = f"No mail {query.inbound_id} is stored in this shop."
        return Reason("unknown_mail", reason, field="inbound_id")
    return RawMail(
        mailbox=inbound.mailbox,
        inbound_id=inbound.inbound_id,
        state=inbound.state,
        fetched_at=inbound.fetched_at,
        content=b64encode(work.raw_mails.get(inbound.sha256)),
    )
