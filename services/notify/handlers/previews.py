"""Previews of mails, for their asker only."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from services.notify.domain import branding, preview
from services.notify.domain.branding import Branding, Replacement, Trial
from services.notify.domain.mime import pack
from services.notify.domain.pictures import Picture, to_attach, with_data_uris
from services.notify.work import Adapters, Work
from shared.contracts.notify import MailPreview, PreviewMail
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, repeatable

service = Handlers[Work]()

MAX_MAILS = 50
"""How many mails of an order are searched for its data."""


class Draft(NamedTuple):
    """A mail to write, with the template to try first, if there is one."""

    query: PreviewMail
    subject: preview.Subject
    branding: Branding
    pictures: Mapping[str, Picture]
    trial: Trial | None
    at: datetime


def plan_preview(query: PreviewMail, work: Work) -> Draft | Reason:
    """Return the mail to write, or why there is none."""
    wrong = branding.unknown_language(query.language, work.mail_writer.languages)
    for name in (query.template, preview.shown_template(query)):
        wrong = wrong or branding.unknown_template(name, work.template_names)
    if wrong:
        return wrong
    subject = _subject(query, work)
    if isinstance(subject, Reason):
        return subject
    own, trial = work.branding, None
    language = subject[0].language
    tried = preview.tried(query, own.parts.get((query.template, language), Replacement()))
    if tried is not None:
        wrong = branding.unsuitable(query.template, tried)
        if wrong:
            return wrong
        trial = Trial(query.template, language, tried, own.pictures)
        own = own.replacing(query.template, language, tried)
    pictures = work.pictures.read(work.shop, own.pictures)
    return Draft(query, subject, own, pictures, trial, work.now)


def write_preview(draft: Draft | Reason, adapters: Adapters) -> MailPreview | Reason:
    """Write the mail, if the template to try works on all sample mails of its language."""
    if isinstance(draft, Reason):
        return draft
    wrong = draft.trial and adapters.mail_writer.objection(draft.trial)
    if wrong:
        return wrong
    facts, documents = draft.subject
    body = adapters.mail_writer.write_strictly(facts, documents, draft.branding)
    if isinstance(body, Reason):
        return body
    pictures = to_attach(body.html, draft.pictures)
    mail = pack(preview.content(facts, body, draft.at), (), attempt=1, pictures=pictures)
    return MailPreview(
        template=facts.template,
        language=body.language,
        subject=body.subject,
        text=body.text,
        html=with_data_uris(body.html, pictures),
        content=b64encode(mail.content),
    )


@service.handles(PreviewMail, claim=plan_preview, act=repeatable(write_preview))
def preview_mail(
    _query: PreviewMail, _work: Work, outcome: MailPreview | Reason
) -> MailPreview | Reason:
    """Return the mail."""
    return outcome


def _subject(query: PreviewMail, work: Work) -> preview.Subject | Reason:
    if query.order_id is None:
        shop = work.shops.get(work.shop)
        return preview.of_sample(query, shop.profile if shop else None)
    found = preview.of_order(query, work.mails.of_order(work.shop, query.order_id, MAX_MAILS))
    if found is None:
        sentence = f"There is no mail about the order '{query.order_id}' to take its data from."
        return Reason("unknown_order", sentence, field="order_id")
    return found
