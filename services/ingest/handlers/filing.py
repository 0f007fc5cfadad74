"""File fetched mails into their threads."""

from collections.abc import Iterable
from uuid import UUID

from services.ingest.domain import contacts, filing, forward_answers, thread_matching
from services.ingest.domain.authentication import Verdict, dmarc_of, may_copy
from services.ingest.domain.commands import FileMail
from services.ingest.domain.contacts import CUSTOMER_SERVICE
from services.ingest.domain.filing import FiledMail
from services.ingest.domain.forward_answers import Answer, ThreadContext
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.language import language_of
from services.ingest.domain.mail import Mail, Unreadable
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.new_threads import MailContext, own_thread_id
from services.ingest.domain.signatures import bounced, is_our_own
from services.ingest.domain.thread import thread_id_of
from services.ingest.domain.thread_matching import Candidate, Match
from services.ingest.work import Work
from services.ingest.work.locks import MAILS, MESSAGES, ORDERS, READ_MAILS, THREADS
from shared.contracts.conversation import Conversation
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailUnmatched, MailUnreadable, ThreadMessage
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.errors import NotYet
from shared.runtime.handlers import Handlers

service = Handlers[Work]()

FALLBACK_LANGUAGE = "en"  # for a mailbox that was removed from the settings


def fetched_mail(command: FileMail, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the mail to be filed."""
    return [command.inbound_id]


def named_orders(command: FileMail, _at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the orders that a mail names."""
    named = _conversations(command, work)
    return [conversation.id for conversation in named if conversation.kind == "order"]


def named_threads(command: FileMail, _at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the threads that a mail names, and the one that it may open."""
    return [*map(thread_id_of, _conversations(command, work)), own_thread_id(command.inbound_id)]


def _conversations(command: FileMail, work: Work) -> list[Conversation]:
    inbound = work.inbounds.get(command.inbound_id)
    if inbound is None or inbound.state != "new":
        return []
    return work.thread_candidates.conversations(inbound)


@service.handles(
    FileMail,
    locks=[
        MAILS.of(fetched_mail),
        READ_MAILS.of(fetched_mail),
        ORDERS.of(named_orders),
        THREADS.of(named_threads),
        MESSAGES.of(fetched_mail),
    ],
)
def file_mail(command: FileMail, work: Work) -> Iterable[Event] | Reason:
    """Parse a stored mail and file it, once."""
    inbound = work.inbounds.get(command.inbound_id)
    if inbound is None or inbound.shop != work.shop:
        return Reason("unknown_mail", f"No mail {command.inbound_id} was fetched for this shop.")
    if inbound.state != "new":
        return []
    mail = work.inbounds.read(inbound)
    if isinstance(mail, Unreadable):
        return _file_unreadable(inbound, mail, work)
    if is_our_own(mail, work.adapters.keys):
        work.inbounds.save(inbound.inbound_id, inbound.own(mail.message_id))
        return []
    return _file(inbound, mail, work)


def _file_unreadable(inbound: Inbound, mail: Unreadable, work: Work) -> Iterable[Event]:
    mailbox = work.adapters.mailboxes.get(inbound.mailbox)
    if (mailbox and not mailbox.create_threads) or inbound.sha256 is None:
        work.inbounds.save(inbound.inbound_id, inbound.unreadable(mail.reason))
        return [
            MailUnreadable(
                mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, reason=mail.reason
            )
        ]
    raw = work.raw_mails.get(inbound.sha256)
    context = MailContext(_default_language(mailbox), CUSTOMER_SERVICE)
    filed = filing.file_unreadable(mail, raw, inbound, context)
    _save(filed, work)
    return filing.unreadable_events(filed)


def _default_language(mailbox: Mailbox | None) -> str:
    if mailbox is None:
        return FALLBACK_LANGUAGE
    return mailbox.language


def _leave_unmatched(inbound: Inbound, mail: Mail, work: Work) -> Iterable[Event]:
    work.inbounds.save(inbound.inbound_id, inbound.unmatched(mail.message_id))
    return [
        MailUnmatched(
            mailbox=inbound.mailbox,
            inbound_id=inbound.inbound_id,
            sender=mail.sender,
            subject=mail.subject,
            mail_message_id=mail.message_id,
        )
    ]


def _file(inbound: Inbound, mail: Mail, work: Work) -> Iterable[Event]:
    mailbox = work.adapters.mailboxes.get(inbound.mailbox)
    verdict = dmarc_of(mail.authentication, mailbox.receiver if mailbox else None)
    original = work.duplicates.original_of(inbound, mail)
    if original and may_copy(_failed_dmarc(original, work), verdict):
        work.inbounds.save(inbound.inbound_id, inbound.copy_of(original))
        return []
    match = thread_matching.match_thread(mail, _candidates(inbound, work), verdict)
    context = _mail_context(inbound, mail, match, verdict, work)
    answer = forward_answers.answer_of(mail, inbound, match, context)
    filed = (
        _file_answer(answer, work) if answer else filing.file_mail(mail, inbound, match, context)
    )
    if filed.inbound.found_by == "new" and mailbox and not mailbox.create_threads:
        return _leave_unmatched(inbound, mail, work)
    if filing.deserves_acknowledgement(filed, context):
        earlier = work.mail_counts.acknowledged(inbound, mail.sender)
        filed = filed if earlier.is_enough else filed.acknowledged()
    _save(filed, work)
    return [*filed.events, *bounced(mail, inbound, filed.thread, work.adapters.keys)]


def _failed_dmarc(filed: Inbound, work: Work) -> bool:
    stored = work.messages.get(filed.inbound_id)
    return stored is not None and "dmarc_failed" in stored.message.marks


def _candidates(inbound: Inbound, work: Work) -> list[Candidate]:
    """Return the existing threads and orders that a mail names. Raises `NotYet` while the mail
    waits for its order.
    """
    first = next(iter(work.thread_candidates.named(inbound)), None)
    if first and thread_matching.awaits_order(first, inbound, work.now):
        order_id = first.conversation.id
        if work.orders.get(order_id) is None:
            raise NotYet(f"Order {order_id}, which a mail answers, has not arrived here.")
    return work.thread_candidates.of(inbound)


def _mail_context(
    inbound: Inbound, mail: Mail, match: Match, verdict: Verdict, work: Work
) -> MailContext:
    thread = match.candidate.thread
    language = work.customers.language_of(inbound.shop, mail.sender)
    if not language:
        mailbox = work.adapters.mailboxes.get(inbound.mailbox)
        language = language_of(f"{mail.subject}\n{mail.text}") or _default_language(mailbox)
    known = work.all_contacts(inbound.shop)
    return MailContext(
        language=language,
        contact=contacts.addressed(known, mail.recipients),
        verdict=verdict,
        recent=work.mail_counts.of(inbound, mail.sender, thread.id if thread else None),
        own=contacts.own_addresses(known, work.adapters.mailboxes.values(), inbound.shop),
    )


def _file_answer(answer: Answer, work: Work) -> FiledMail:
    """File an answer to a forwarded thread. If it goes to the customer, the earlier messages count
    as read by the employee.
    """
    thread_id = answer.thread.id
    messages = work.messages.contents(thread_id)
    status = work.options.status_after_reply
    around = ThreadContext(messages, _private_files(messages, work), status)
    filed = forward_answers.file_answer(answer, around)
    if filed.replied:
        work.mark_read(thread_id, filed.replied.unseen)
    return filed


def _private_files(messages: Iterable[ThreadMessage], work: Work) -> list[bytes]:
    contents = []
    for message in messages:
        if message.private:
            for file in message.attachments:
                contents.append(work.attachments.content(file.attachment_id))
    return contents


def _save(filed: FiledMail, work: Work) -> None:
    thread, inbound, mail = filed.thread, filed.inbound, filed.mail
    work.save_message(thread, filed.message, mail.files, mail.page)
    conversation = filed.conversation or thread.view.conversation
    work.known_mails.learn(thread.shop, mail.message_id, conversation)
    evidence = work.thread_candidates.named(inbound)
    work.inbounds.save(inbound.inbound_id, inbound.with_evidence(evidence))
