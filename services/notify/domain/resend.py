"""Mails that follow another one: sent again, or with a document that came late."""

from dataclasses import replace
from uuid import UUID

from services.notify.domain.mail import Mail, Occasion, Purpose, Writer
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentReference

LATE_DOCUMENT = "late_document"


def objection(mail: Mail, suppressed: bool) -> Reason | None:
    """Why a mail cannot be sent again."""
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
    """Return the mail as if it had been written to an address."""
    if to is None:
        return mail
    recipient = mail.content.recipient.model_copy(update={"address": to})
    return replace(mail, content=mail.content.model_copy(update={"recipient": recipient}))


def new_copy(mail: Mail, occasion: Occasion, writer: Writer) -> Mail:
    """The same mail as one of its own, in the words of today."""
    fresh = _following(mail, occasion, mail.template, "resend")
    again = replace(fresh, wanted=mail.wanted, enclosed=mail.enclosed, resend_of=mail.mail_id)
    return again.rewritten(writer)


def late_document(
    mail: Mail, document: DocumentReference, occasion: Occasion, writer: Writer
) -> Mail:
    """A document that its mail could not wait for."""
    facts = mail.facts.model_copy(
        update={"template": LATE_DOCUMENT, "text": "", "pieces": [], "amount": None}
    )
    fresh = _following(mail, occasion, LATE_DOCUMENT, "late_document")
    return replace(fresh, facts=facts, wanted=(document,)).rewritten(writer)


def _following(mail: Mail, occasion: Occasion, template: str, purpose: Purpose) -> Mail:
    """Another mail to the same recipient, about the same thing."""
    mail_id = occasion.mail_id(mail.recipient, template)
    content = mail.content.model_copy(
        update={
            "message_id": _renamed(mail.content.message_id, mail_id),
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


def _renamed(message_id: str, mail_id: UUID) -> str:
    """The Message-ID of another mail of the same conversation."""
    return f"<{mail_id.hex}.{message_id.partition('.')[2]}"
