"""Mailboxes are read, again and again; what is found is kept first and filed afterwards."""

from collections.abc import Iterable
from datetime import datetime

from services.ingest.domain.commands import FileMail
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mailbox import Errand, Fetched, Found, Idle, Mailbox
from services.ingest.domain.thread import derived_id
from services.ingest.work import Adapters, Work
from shared.contracts.ingest import MailUnreadable, SyncMailbox
from shared.contracts.message import Message
from shared.runtime.errors import NotYet
from shared.runtime.service import Handlers, Later

service = Handlers()


def first_looks(work: Work) -> Iterable[Later]:
    """When a worker starts, every mailbox is looked at; each look plans the next."""
    return [_look(mailbox, work.now) for mailbox in work.adapters.mailboxes.values()]


def claim_mailbox(command: SyncMailbox, work: Work) -> Errand | Idle:
    """Takes the lease of the mailbox, and plans a look at its end, for the case that who holds it never comes back."""
    mailbox = work.mailbox(command.mailbox)
    if mailbox is None:
        return Idle.UNKNOWN
    state = work.mailboxes.state(mailbox.name)
    leased, errand = state.lease(mailbox, f"{work.envelope.source} {work.envelope.id}", work.now)
    work.mailboxes.save(mailbox.name, leased)
    if leased.leased_until:
        work.plan(_look(mailbox, leased.leased_until))
    return errand


def read_mailbox(claimed: Errand | Idle, adapters: Adapters) -> Found | Idle:
    """Fetches what is new. Repeating it changes nothing on the server."""
    return adapters.fetch(claimed) if isinstance(claimed, Errand) else claimed


@service.handles(SyncMailbox, claim=claim_mailbox, act=read_mailbox)
def sync_mailbox(command: SyncMailbox, work: Work, outcome: Found | Idle) -> Iterable[Message | Later]:
    """Keeps what was fetched, moves the checkpoint and plans the next look."""
    if isinstance(outcome, Idle):
        reason = f"The shop '{work.shop}' has no mailbox '{command.mailbox}' in the settings."
        return [command.refuse("unknown_mailbox", reason, field="mailbox")] if outcome is Idle.UNKNOWN else []
    mailbox = outcome.errand.mailbox
    state = work.mailboxes.state(mailbox.name)
    if state.fence != outcome.errand.fence:
        raise NotYet(f"another worker took over the mailbox '{mailbox.name}'")
    settled, next_at = state.settle(outcome, work.now)
    work.mailboxes.save(mailbox.name, settled)
    return [*map(_told, _keep(outcome, work)), _look(mailbox, next_at)]


def _look(mailbox: Mailbox, at: datetime) -> Later:
    return Later(SyncMailbox(mailbox=mailbox.name), at, f"mailbox/{mailbox.name}", mailbox.shop)


def _keep(found: Found, work: Work) -> list[Inbound]:
    """Stores raw bytes and a row for each mail that has none; returns those that something is to be told about."""
    digests = {mail.uid: work.raw_mails.add(mail.raw) for mail in found.mails if mail.raw is not None}
    before = work.inbounds.stored(found.errand.mailbox.name, digests.values())
    kept = []
    for mail in found.mails:
        inbound = _inbound(found, mail, digests.get(mail.uid), before, work.now)
        if work.inbounds.get(inbound.inbound_id) is None:
            work.inbounds.save(inbound.inbound_id, inbound)
            kept.append(inbound)
        before |= {digests.get(mail.uid, "")}
    return [inbound for inbound in kept if inbound.state != "duplicate"]


def _inbound(found: Found, mail: Fetched, digest: str | None, before: set[str], at: datetime) -> Inbound:
    mailbox, folder = found.errand.mailbox, found.checkpoint.folder
    uidvalidity = found.checkpoint.uidvalidity or 0
    inbound = Inbound(
        derived_id(mailbox.name, folder, uidvalidity, mail.uid), mailbox.shop, mailbox.name, folder, uidvalidity,
        mail.uid, digest, mail.size, mail.arrived_at or at, at, "duplicate" if digest in before else "new",
    )
    return inbound if digest else inbound.unreadable("The mail server does not hand it over.")


def _told(inbound: Inbound) -> Message:
    if inbound.state == "new":
        return FileMail(inbound_id=inbound.inbound_id)
    return MailUnreadable(mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, reason=inbound.reason)
