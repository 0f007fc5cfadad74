"""Export and erase the personal data in mails."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from services.notify.domain.facts import Facts
from services.notify.domain.mail import ERASED, Mail
from services.notify.domain.mime import Mailbox
from services.notify.domain.wording import MailBody
from shared.contracts.common import CustomerExported, RetainedRecords

NAME = "erased"
PART = 20  # mails in a message


def anonymous(mail: Mail) -> Mail:
    """Return the mail without personal data: it is counted, and has no recipient and no text."""
    nobody = Mailbox(name=NAME, address=f"{mail.mail_id.hex}{ERASED}")
    body = MailBody(language=mail.content.body.language, subject=NAME, text="", html="")
    content = mail.content.model_copy(
        update={
            "recipient": nobody,
            "reply_to": "",
            "body": body,
            "to": None,
            "cc": [],
        }
    )
    facts = Facts(
        template=mail.template, language=mail.facts.language, shop=mail.facts.shop, name=NAME
    )
    return replace(mail, facts=facts, content=content, customer_id=None, reason="", bounced="")


def documents(erased: Iterable[Mail], kept: Iterable[Mail]) -> list[UUID]:
    """Return the documents and files of erased mails that no other mail will attach."""
    return sorted(_taken(erased) - _taken(kept))


def still_running(mails: Sequence[Mail]) -> list[RetainedRecords]:
    """Return the records that are retained because their mails are still to be sent."""
    if not mails:
        return []
    reason = "Mails that are still to be sent can be erased when they are."
    return [RetainedRecords(what="mails", count=len(mails), code="running", reason=reason)]


def export(
    customer_id: str, mails: Sequence[Mail], service: str = "notify"
) -> list[CustomerExported]:
    """Return all mails with their texts, split into several messages."""
    shown = []
    for mail in mails:
        shown.append(mail.view().model_dump(mode="json") | {"text": mail.content.body.text})
    parts = [shown[start : start + PART] for start in range(0, len(shown), PART)] or [[]]
    messages = []
    for number, part in enumerate(parts, start=1):
        message = CustomerExported(
            customer_id=customer_id,
            service=service,
            part=number,
            parts=len(parts),
            records={"mails": part},
        )
        messages.append(message)
    return messages


def _taken(mails: Iterable[Mail]) -> set[UUID]:
    keys: set[UUID] = set()
    for mail in mails:
        keys.update(mail.file_keys)
        for document in mail.documents:
            keys.add(document.document_id)
    return keys
