"""What our signatures in a mail prove: which conversation it belongs to, that we sent it, or that
it came back.
"""

from uuid import UUID

from services.ingest.domain.bounces import Bounce
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail
from services.ingest.domain.thread import Thread
from services.ingest.domain.thread_matching import Evidence, FoundBy
from shared.contracts.conversation import Conversation, SigningKeys, mail_id_of, tokens_in
from shared.contracts.ingest import MailBounced
from shared.contracts.message import Event

MOST_TOKENS = 50


def is_our_own(mail: Mail, keys: SigningKeys) -> bool:
    """We sent this mail ourselves: a copy came back."""
    return bool(_signed(mail.message_id, keys))


def signed_evidence(mail: Mail, keys: SigningKeys) -> list[Evidence]:
    """By our signature: the reply address first, then the ids that the mail answers, then the mail
    that bounced.
    """
    bounced = " ".join(mail.bounce.message_ids) if mail.bounce else ""
    places: list[tuple[str, FoundBy]] = [
        (mail.recipients, "reply_address"),
        (" ".join(mail.answers), "signed_id"),
        (bounced, "bounced_mail"),
    ]
    return [Evidence(found, found_by) for text, found_by in places for found in _signed(text, keys)]


def _signed(text: str, keys: SigningKeys) -> list[Conversation]:
    read = (keys.read(token) for token in tokens_in(text)[:MOST_TOKENS])
    return list(dict.fromkeys(conversation for conversation in read if conversation))


def bounced(mail: Mail, inbound: Inbound, thread: Thread, keys: SigningKeys) -> list[Event]:
    """What a report tells of a mail of ours that failed."""
    if mail.bounce is None or mail.bounce.delay:
        return []
    signed = ((key, _signed(key, keys), mail_id_of(key)) for key in mail.bounce.message_ids)
    return [
        _failed(mail.bounce, inbound, thread, key, conversations[0], mail_id)
        for key, conversations, mail_id in signed
        if conversations and mail_id
    ][:1]


def _failed(
    bounce: Bounce,
    inbound: Inbound,
    thread: Thread,
    message_id: str,
    conversation: Conversation,
    mail_id: UUID,
) -> Event:
    return MailBounced(
        mail_id=mail_id,
        message_id=message_id,
        conversation=str(conversation),
        recipient=bounce.recipient,
        permanent=bounce.permanent,
        status=bounce.status,
        reason=bounce.reason,
        mailbox_full=bounce.mailbox_full,
        mailbox=inbound.mailbox,
        inbound_id=inbound.inbound_id,
        thread_id=thread.id,
    )
