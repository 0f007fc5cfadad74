"""Where a mail belongs, and whether its sender may write there: two separate questions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.ingest.domain.bounces import Bounce
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail
from services.ingest.domain.orders import KnownOrder
from services.ingest.domain.thread import Thread, derived_id, thread_id_of
from shared.contracts.conversation import Conversation, SigningKeys, mail_id_of, tokens_in
from shared.contracts.ingest import (
    MailBounced,
    MailReceived,
    ThreadMessage,
    ThreadMessageAdded,
    ThreadOpened,
    ThreadView,
)
from shared.contracts.message import Event

FoundBy = Literal["reply_address", "signed_id", "bounced_mail", "known_id", "new"]
MOST_TOKENS = 50
A_SECOND = timedelta(seconds=1)  # servers tell the second only: what came in it stands at its end


@dataclass(frozen=True, slots=True)
class Evidence:
    """A conversation that a mail names, and by what."""

    conversation: Conversation
    found_by: FoundBy


@dataclass(frozen=True, slots=True)
class Place:
    """What is there where the evidence points to: an order, a thread, both, or nothing."""

    evidence: Evidence | None = None
    order: KnownOrder | None = None
    thread: Thread | None = None

    @property
    def participant(self) -> str | None:
        """The customer's address."""
        return self.thread.view.customer_email if self.thread else self.order.customer_email if self.order else None


@dataclass(frozen=True, slots=True)
class Filing:
    """A mail filed: the new values, and what happened."""

    inbound: Inbound
    thread: Thread
    message: ThreadMessage
    events: list[Event]


def is_our_own(mail: Mail, keys: SigningKeys) -> bool:
    """We sent this mail ourselves: a copy came back."""
    return _signed(mail.message_id, keys) is not None


def signed_evidence(mail: Mail, keys: SigningKeys) -> Evidence | None:
    """By our signature: the reply address first, then the ids that the mail answers, then the mail that bounced."""
    places: list[tuple[str, FoundBy]] = [
        (mail.recipients, "reply_address"), (" ".join(mail.answers), "signed_id"), (_bounced(mail), "bounced_mail"),
    ]
    for text, found_by in places:
        conversation = _signed(text, keys)
        if conversation:
            return Evidence(conversation, found_by)
    return None


def _bounced(mail: Mail) -> str:
    return " ".join(mail.bounce.message_ids) if mail.bounce else ""


def _signed(text: str, keys: SigningKeys) -> Conversation | None:
    read = (keys.read(token) for token in tokens_in(text)[:MOST_TOKENS])
    return next((conversation for conversation in read if conversation), None)


def file(mail: Mail, inbound: Inbound, place: Place, language: str, contact: str | None = None) -> Filing:
    """Puts the mail into its thread, or into a new one; `language` is that of strangers, `contact` whom they wrote to.

    A sender who is no participant is filed as unverified where our signature led him there, and never becomes the
    customer; a Message-ID alone, which others may know, leads only participants. Automatic mail wakes no thread. What
    an unverified sender wrote reopens a closed thread, too: often it is the customer with another address, and a mail
    that nobody looks at would be lost.
    """
    at = min(inbound.arrived_at + A_SECOND, inbound.fetched_at)
    may_write = mail.certain and mail.sender == (place.participant or "").lower()
    if not may_write and place.evidence and place.evidence.found_by == "known_id":
        place = Place()
    before = place.thread or _opened(mail, inbound, place.order, language, contact, at)
    verified = may_write or (mail.certain and place.participant is None)
    thread = before.heard(
        [*mail.chain, *filter(None, [mail.message_id])], mail.message_id,
        at=at, wakes=not mail.automatic, answered=verified and not (mail.automatic and before.last_mail),
    )
    message = ThreadMessage(
        message_id=inbound.inbound_id, direction="customer", author=mail.sender, text=mail.text,
        at=at, verified=verified, unread=not mail.automatic, mail_message_id=mail.message_id,
    )
    found_by = place.evidence.found_by if place.evidence and place.participant else "new"
    kept = inbound.filed(thread.id, mail.message_id, found_by)
    return Filing(kept, thread, message, _events(mail, kept, thread, message, opened=place.thread is None))


def _opened(
    mail: Mail, inbound: Inbound, order: KnownOrder | None, language: str, contact: str | None, at: datetime
) -> Thread:
    conversation = Conversation("thread", derived_id("mail", inbound.inbound_id))
    if order:
        conversation = Conversation("order", order.order_id)
    view = ThreadView(
        thread_id=thread_id_of(conversation), conversation=str(conversation),
        order_id=order.order_id if order else None, order_reference=order.reference if order else None,
        customer_email=order.customer_email if order else mail.sender,
        customer_name=order.customer_name if order else mail.sender_name,
        language=order.language if order else language,
        subject=mail.subject, status="closed" if mail.automatic else "open", opened_at=at, contact=contact,
        customer_id=(order.customer_id or None) if order else None,
    )
    return Thread(inbound.shop, view)


def _events(mail: Mail, inbound: Inbound, thread: Thread, message: ThreadMessage, *, opened: bool) -> list[Event]:
    view = thread.view
    return [
        *([ThreadOpened(thread_id=thread.id, thread=view)] if opened else []),
        ThreadMessageAdded(thread_id=thread.id, order_id=view.order_id, status=view.status, message=message),
        MailReceived(
            mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, thread_id=thread.id, sender=mail.sender,
            subject=mail.subject, message_id=mail.message_id,
        ),
    ]


def bounced(mail: Mail, inbound: Inbound, thread: Thread, keys: SigningKeys) -> list[Event]:
    """What a report tells of a mail of ours that failed."""
    if mail.bounce is None or mail.bounce.delay:
        return []
    signed = ((key, _signed(key, keys), mail_id_of(key)) for key in mail.bounce.message_ids)
    return [
        _failed(mail.bounce, inbound, thread, key, conversation, mail_id)
        for key, conversation, mail_id in signed if conversation and mail_id
    ][:1]


def _failed(
    bounce: Bounce, inbound: Inbound, thread: Thread, message_id: str, conversation: Conversation, mail_id: UUID
) -> Event:
    return MailBounced(
        mail_id=mail_id, message_id=message_id, conversation=str(conversation), recipient=bounce.recipient,
        permanent=bounce.permanent, status=bounce.status, reason=bounce.reason, mailbox=inbound.mailbox,
        inbound_id=inbound.inbound_id, thread_id=thread.id,
    )
