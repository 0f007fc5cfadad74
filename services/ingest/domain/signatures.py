"""Use signatures in a mail: find its conversation, recognise our own mails and returned ones."""

from collections.abc import Sequence
from uuid import UUID

from services.ingest.domain.bounces import Bounce
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail
from services.ingest.domain.thread import Thread
from services.ingest.domain.thread_matching import Evidence, FoundBy
from shared.contracts.conversation import Conversation, SigningKeys, mail_id_of, tokens_in
from shared.contracts.ingest import MailBounced
from shared.contracts.message import Event

MAX_TOKENS = 50


def is_our_own(mail: Mail, keys: SigningKeys) -> bool:
    """Return whether the mail is a copy of one that we sent."""
    return bool(_signed(mail.message_id, keys))


def signed_evidence(mail: Mail, keys: SigningKeys) -> list[Evidence]:
    """Return the conversations proved by our signatures: of the reply address first, then of the
    ids that the mail answers, then of the returned mail.
    """
    returned: Sequence[str] = ()
    if mail.bounce:
        returned = mail.bounce.message_ids
    texts: list[tuple[str, FoundBy]] = [
        (mail.recipients, "reply_address"),
        (" ".join(mail.answers), "signed_id"),
        (" ".join(returned), "bounced_mail"),
    ]
    evidence = []
    for text, found_by in texts:
        for conversation in _signed(text, keys):
            evidence.append(Evidence(conversation, found_by))
    return evidence


def _signed(text: str, keys: SigningKeys) -> list[Conversation]:
    conversations = filter(None, map(keys.read, tokens_in(text)[:MAX_TOKENS]))
    return list(dict.fromkeys(conversations))


def bounced(mail: Mail, inbound: Inbound, thread: Thread, keys: SigningKeys) -> list[Event]:
    """Return the event for one of our mails that bounced, if the report names one."""
    if mail.bounce is None or mail.bounce.delay:
        return []
    for message_id in mail.bounce.message_ids:
        conversations, mail_id = _signed(message_id, keys), mail_id_of(message_id)
        if conversations and mail_id:
            return [_failed(mail.bounce, inbound, thread, message_id, conversations[0], mail_id)]
    return []


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
        mail_message_id=message_id,
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
