"""Open threads for mails that belong to none."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.ingest.domain.authentication import Verdict
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.mail import Mail
from services.ingest.domain.mail_rates import NO_RECENT_MAILS, RecentMails
from services.ingest.domain.thread import Thread, derived_id, thread_id_of
from services.ingest.domain.thread_matching import Match
from shared.contracts.conversation import Conversation
from shared.contracts.ingest import ThreadStatus, ThreadView


@dataclass(frozen=True, slots=True)
class MailContext:
    """Conditions under which a mail arrived: the language and contact for unknown customers, the
    DMARC result, and the mails received shortly before. `own`: addresses of the shop.
    """

    language: str = "en"
    contact: str | None = None
    verdict: Verdict = "none"
    recent: RecentMails = NO_RECENT_MAILS
    own: frozenset[str] = frozenset()


DEFAULT_CONTEXT = MailContext()


def own_thread_id(inbound_id: UUID) -> UUID:
    """Return the id of the thread that a mail opens if it belongs to no other."""
    return derived_id("mail", inbound_id)


def open_thread(
    mail: Mail, inbound: Inbound, match: Match, context: MailContext, at: datetime
) -> Thread:
    """Return the new thread of a mail: that of its order, or one of the sender's own."""
    if match.candidate.order:
        view = _view_of_order(match.candidate.order, mail, at)
    else:
        view = _view_of_sender(mail, inbound, context, at)
    return Thread(
        inbound.shop,
        view.model_copy(update={"contact": context.contact, "related": match.related}),
    )


def _view_of_order(order: KnownOrder, mail: Mail, at: datetime) -> ThreadView:
    conversation = Conversation("order", order.order_id)
    return ThreadView(
        thread_id=thread_id_of(conversation),
        conversation=str(conversation),
        order_id=order.order_id,
        order_reference=order.reference,
        customer_email=order.customer_email,
        customer_name=order.customer_name,
        language=order.language,
        subject=mail.subject,
        status=_first_status(mail),
        opened_at=at,
        customer_id=order.customer_id or None,
    )


def _view_of_sender(mail: Mail, inbound: Inbound, context: MailContext, at: datetime) -> ThreadView:
    conversation = Conversation("thread", own_thread_id(inbound.inbound_id))
    return ThreadView(
        thread_id=thread_id_of(conversation),
        conversation=str(conversation),
        order_id=None,
        order_reference=None,
        customer_email=mail.sender,
        customer_name=mail.sender_name,
        language=context.language,
        subject=mail.subject,
        status=_first_status(mail),
        opened_at=at,
    )


def _first_status(mail: Mail) -> ThreadStatus:
    if mail.automatic:
        return "closed"
    return "open"
