"""Mails that are only shown to their designer."""

from collections.abc import Sequence
from datetime import datetime

from services.notify.domain.branding import LAYOUT, Replacement, without_blanks
from services.notify.domain.composing.composer import domain_of
from services.notify.domain.designs import design_of
from services.notify.domain.facts import Facts
from services.notify.domain.mail import Mail
from services.notify.domain.mime import Mailbox, MailContent
from services.notify.domain.sample import sample
from services.notify.domain.wording import MailBody
from shared.contracts.notify import PreviewMail
from shared.contracts.partial import merged
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import DocumentReference

DEFAULT_LANGUAGE = "en"
OF_ORDER = ("order", "lines", "name", "reference", "delivery_address", "invoice_address", "shop")
Subject = tuple[Facts, Sequence[DocumentReference]]
"""What a mail is about, and the documents that it attaches."""


def shown_template(query: PreviewMail) -> str:
    """Return the name of the mail to show; the layout alone is none."""
    if query.template == LAYOUT:
        return query.shown_mail
    return query.template


def tried(query: PreviewMail, current: Replacement) -> Replacement | None:
    """Return the shop's template with the parts to try, or None if the query has none."""
    given = query.model_dump(include=set(Replacement.model_fields), exclude_none=True)
    if not given:
        return None
    return without_blanks(merged(current, Replacement(**given)))


def of_sample(query: PreviewMail, shop: ShopProfile | None) -> Subject:
    """Return sample data."""
    return sample(shown_template(query), query.language or DEFAULT_LANGUAGE, shop)


def of_order(query: PreviewMail, mails: Sequence[Mail]) -> Subject | None:
    """Return the data of an order from its mails (newest first), or None if they have none. If the
    order had no mail of this template, the rest is sample data.
    """
    name = shown_template(query)
    told = [mail for mail in mails if mail.facts.order and not mail.erased]
    if not told:
        return None
    for mail in told:
        if mail.template == name:
            return _in_language(mail.facts, query.language), mail.documents
    newest = told[0].facts
    facts, documents = sample(name, query.language or newest.language, newest.shop)
    changes = {name: getattr(newest, name) for name in OF_ORDER}
    for name in ("lines", "delivery_address", "invoice_address"):  # only some mails have them
        for mail in told:
            changes[name] = changes[name] or getattr(mail.facts, name)
    return facts.model_copy(update=changes), documents


def content(facts: Facts, body: MailBody, at: datetime) -> MailContent:
    """Return the mail as it would be sent, but for the signed identifiers: an answer to a preview
    belongs to no conversation.
    """
    recipient = Mailbox(name=facts.name, address=facts.email)
    if facts.order:
        customer = facts.order.customer
        recipient = Mailbox(name=customer.name, address=customer.email)
    return MailContent(
        sender=Mailbox(name=facts.shop.name, address=facts.shop.email),
        recipient=recipient,
        reply_to="",
        message_id=f"<preview@{domain_of(facts.shop)}>",
        automatic=design_of(facts.template).automatic,
        written_at=at,
        body=body,
    )


def _in_language(facts: Facts, language: str | None) -> Facts:
    if language is None:
        return facts
    return facts.model_copy(update={"language": language})
