"""Queries about mails."""

from services.notify.domain.mail import Mail
from services.notify.work import MAIL, Work
from shared.contracts import cursor
from shared.contracts.notify import (
    GetMail,
    ListMails,
    ListSuppressions,
    MailAnswer,
    MailList,
    SuppressionList,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(ListMails)
def list_mails(query: ListMails, work: Work) -> MailList | Reason:
    """List the mails of one order, of one thread, or of the shop, page by page."""
    if query.order_id and query.thread_id:
        return Reason("which", "Mails are listed by 'order_id' or by 'thread_id': one of the two.")
    before = None
    if query.cursor:
        before = cursor.read(query.cursor)
    if query.cursor and before is None:
        reason = "The cursor is invalid; use 'next' of the previous page."
        return Reason("unknown_cursor", reason, field="cursor")
    found = work.mails.of(work.shop, query, before)
    page = found[: query.limit]
    further = None
    if len(found) > query.limit:
        further = cursor.write(page[-1].cursor)
    return MailList(mails=[mail.view() for mail in page], next=further, timezone=work.shop_zone)


@service.handles(GetMail, on=MAIL)
def get_mail(mail: Mail, _query: GetMail, work: Work) -> MailAnswer:
    """Return a mail with its text and its attempts."""
    content = mail.content.body
    return MailAnswer(
        mail=mail.view(),
        text=content.text,
        html=content.html,
        attempts=work.attempts.of(mail.mail_id),
        timezone=work.shop_zone,
    )


@service.handles(ListSuppressions)
def list_suppressions(query: ListSuppressions, work: Work) -> SuppressionList:
    """List the suppressed addresses."""
    found = work.suppressions.of(work.shop, query.limit, work.now)
    return SuppressionList(
        suppressions=[suppression.view() for suppression in found], timezone=work.shop_zone
    )
