"""Mails that follow an earlier one: resent on request, or with a document that arrived late."""

from dataclasses import replace
from uuid import UUID

from services.notify.domain.mail import Mail, Occasion, Purpose, Writer
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentReference

LATE_DOCUMENT = "late_document"


def objection(mail: Mail, suppressed: bool) -> Reason | None:
    """Return the refusal if a mail cannot be resent: erased, still to be sent, or suppressed."""
    if mail.erased:
        return Reason("erased", "The customer of this mail was erased.", field="mail_id")
    if not mail.finished:
        return Reason(
            "underway",
            f"This mail is {mail.state}: it is still going to be sent.",
            field="mail_id",
            details={"state": mail.state},
        )
    if suppressed:
        return Reason(
            "suppressed",
            f"Mail to '{mail.recipient}' came back; 'suppression.release' lets it be sent again.",
            field="mail_id",
        )
    return None


def readdressed(mail: Mail, to: str | None) -> Mail:
    """Return the mail with another recipient, for the checks before a resend; unchanged without
    `to`.
    """
    if to is None:
        return mail
    recipient = mail.content.recipient.model_copy(update={"address": to})
    return replace(mail, content=mail.content.model_copy(update={"recipient": recipient}))


def new_copy(mail: Mail, occasion: Occasion, writer: Writer) -> Mail:
    """Return a new mail with the same facts and attachments, written anew with today's
    templates.
    """
    fresh = _follow_up(mail, occasion, mail.template, "resend")
    again = replace(
        fresh,
        documents=mail.documents,
        file_keys=mail.file_keys,
        resend_of=mail.mail_id,
    )
    return again.rewritten(writer)


def late_document(
    mail: Mail, document: DocumentReference, occasion: Occasion, writer: Writer
) -> Mail:
    """Return a mail with a document that arrived after its own mail had been sent."""
    facts = mail.facts.model_copy(
        update={"template": LATE_DOCUMENT, "text": "", "pieces": [], "amount": None}
    )
    fresh = _follow_up(mail, occasion, LATE_DOCUMENT, "late_document")
    return replace(fresh, facts=facts, documents=(document,)).rewritten(writer)


def _follow_up(mail: Mail, occasion: Occasion, template: str, purpose: Purpose) -> Mail:
    """Return an empty new mail to the same recipient in the same conversation."""
    mail_id = occasion.mail_id(mail.recipient, template)
    content = mail.content.model_copy(
        update={
            "message_id": _message_id_for(mail.content.message_id, mail_id),
            "written_at": occasion.at,
            "automatic": mail.content.automatic or purpose == "late_document",
        }
    )
    return Mail(
        mail_id,
        occasion,
        mail.facts,
        content,
        mail.conversation,
        mail.order_id,
        mail.thread_id,
        purpose=purpose,
        customer_id=mail.customer_id,
    )


def _message_id_for(message_id: str, mail_id: UUID) -> str:
    """Return a Message-ID for another mail, with the token of the same conversation."""
    return f"<{mail_id.hex}.{message_id.partition('.')[2]}"
