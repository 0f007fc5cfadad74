"""Fetched mails go into their threads."""

from collections.abc import Iterable

from services.ingest.domain import filing
from services.ingest.domain.commands import FileMail
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail, Unreadable
from services.ingest.store.threads import Entry
from services.ingest.work import Work
from shared.contracts.ingest import MailUnmatched, MailUnreadable
from shared.contracts.message import Event
from shared.runtime.service import Handlers

service = Handlers()

STRANGERS_LANGUAGE = "en"  # of a mailbox that is no longer in the settings


@service.handles(FileMail)
def file_mail(command: FileMail, work: Work) -> Iterable[Event]:
    """Reads a mail that was kept and files it, once."""
    inbound = work.inbounds.get(command.inbound_id)
    if inbound is None or inbound.shop != work.shop:
        return [command.refuse("unknown_mail", f"No mail {command.inbound_id} was fetched for this shop.")]
    if inbound.state != "new":
        return []
    mail = work.inbounds.read(inbound)
    if isinstance(mail, Unreadable):
        return _set_aside(inbound, mail, work)
    if work.is_our_own(mail):
        work.inbounds.save(inbound.inbound_id, inbound.own(mail.message_id))
        return []
    return _file(inbound, mail, work)


def _set_aside(inbound: Inbound, mail: Unreadable, work: Work) -> Iterable[Event]:
    work.inbounds.save(inbound.inbound_id, inbound.unreadable(mail.reason))
    return [MailUnreadable(mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, reason=mail.reason)]


def _leave_unmatched(inbound: Inbound, mail: Mail, work: Work) -> Iterable[Event]:
    work.inbounds.save(inbound.inbound_id, inbound.unmatched(mail.message_id))
    return [MailUnmatched(
        mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, sender=mail.sender, subject=mail.subject,
        message_id=mail.message_id,
    )]


def _file(inbound: Inbound, mail: Mail, work: Work) -> Iterable[Event]:
    mailbox = work.adapters.mailboxes.get(inbound.mailbox)
    language = mailbox.language if mailbox else STRANGERS_LANGUAGE
    filed = filing.file(mail, inbound, work.place(inbound), language, work.written_to(inbound.shop, mail))
    if filed.inbound.found_by == "new" and mailbox and not mailbox.create_threads:
        return _leave_unmatched(inbound, mail, work)
    thread = filed.thread
    work.threads.preload([thread.id])
    work.threads.save(thread.id, thread)
    work.entries.preload([inbound.inbound_id])
    work.entries.save(inbound.inbound_id, Entry(thread.id, filed.message))
    work.known_mails.learn(thread.shop, mail.message_id, thread.view.conversation)
    work.inbounds.save(inbound.inbound_id, filed.inbound)
    return [*filed.events, *filing.bounced(mail, inbound, thread, work.adapters.keys)]
