"""Mailboxes are read, again and again; what is found is kept first and filed afterwards.

Only what is kept is flagged, moved or deleted on the server, by the look that follows.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from threading import Event as Signal
from uuid import UUID

from services.ingest.domain.arrival_time import received_at
from services.ingest.domain.commands import FileMail
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Errand, Fetched, Found, Idle, State
from services.ingest.domain.thread import derived_id
from services.ingest.work import MAILBOXES, MAILS, Adapters, Work
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailboxFailed, MailboxRecovered, MailUnreadable, SyncMailbox
from shared.contracts.message import Event
from shared.runtime.errors import NotYet
from shared.runtime.handlers import Handlers, Later, repeatable
from shared.runtime.service import WakeUp

service = Handlers[Work]()


def first_looks(work: Work) -> Iterable[Later]:
    """When a worker starts, every mailbox is looked at; each look plans the next."""
    return [look(mailbox, work.now) for mailbox in work.adapters.mailboxes.values()]


def look(mailbox: Mailbox, at: datetime) -> Later:
    """The next look, which takes the place of the one that was planned."""
    return Later(SyncMailbox(mailbox=mailbox.name), at, f"mailbox/{mailbox.name}", mailbox.shop)


def look_out(adapters: Adapters, tell: Callable[[WakeUp], None], stopping: Signal) -> None:
    """When a server says that something came in, its mailbox is looked at, now."""
    adapters.listen(
        adapters.mailboxes.values(), lambda mailbox: tell(partial(look, mailbox)), stopping
    )


def mailbox_in_hand(command: SyncMailbox, _at: Envelope, _work: Work) -> Iterable[str]:
    """Return the mailbox that is read; its lease guards its mails."""
    return [command.mailbox]


def no_mails(_command: SyncMailbox, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return nothing: which mails were found is known after the act."""
    return []


def claim_mailbox(command: SyncMailbox, work: Work) -> Errand | Idle:
    """Takes the lease of the mailbox, and plans a look at its end, for the case that who holds it
    never comes back.
    """
    mailbox = work.mailbox(command.mailbox)
    if mailbox is None:
        return Idle.UNKNOWN
    state = work.mailboxes.state(mailbox.name)
    leased, errand = state.lease(mailbox, f"{work.envelope.source} {work.envelope.id}", work.now)
    work.mailboxes.save(mailbox.name, leased)
    if leased.leased_until:
        work.plan(look(mailbox, leased.leased_until))
    return _equipped(errand, work) if isinstance(errand, Errand) else errand


def _equipped(errand: Errand, work: Work) -> Errand:
    mailbox = errand.mailbox
    finished = (
        work.inbounds.unfinished(mailbox.name, errand.checkpoint)
        if mailbox.afterwards != "leave"
        else ()
    )
    names = work.server_names.of(mailbox.name) if mailbox.protocol == "pop3" else {}
    return replace(errand, finished=tuple(finished), names=names)


def read_mailbox(claimed: Errand | Idle, adapters: Adapters) -> Found | Idle:
    """Fetches what is new, and flags, moves or deletes what is kept. Repeating it does no harm."""
    return adapters.fetch(claimed) if isinstance(claimed, Errand) else claimed


@service.handles(
    SyncMailbox,
    claim=claim_mailbox,
    act=repeatable(read_mailbox),
    locks=[MAILBOXES.of(mailbox_in_hand), MAILS.of(no_mails)],
)
def sync_mailbox(
    command: SyncMailbox, work: Work, outcome: Found | Idle
) -> Iterable[Event | SyncMailbox | FileMail | Later]:
    """Keeps what was fetched, moves the checkpoint and plans the next look."""
    if isinstance(outcome, Idle):
        reason = f"The shop '{work.shop}' has no mailbox '{command.mailbox}' in the settings."
        return (
            [command.refuse("unknown_mailbox", reason, field="mailbox")]
            if outcome is Idle.UNKNOWN
            else []
        )
    mailbox = outcome.errand.mailbox
    state = work.mailboxes.state(mailbox.name)
    if state.fence != outcome.errand.fence:
        raise NotYet(f"another worker took over the mailbox '{mailbox.name}'")
    uids = [*(mail.uid for mail in outcome.mails), *outcome.finished]
    work.inbounds.preload(_id_of(outcome, uid) for uid in uids)
    kept = _keep(outcome, work)
    settled, next_at = state.settle(
        outcome, work.now, unfinished=any(inbound.unfinished for inbound in kept)
    )
    work.mailboxes.save(mailbox.name, settled)
    _finish(outcome, work)
    told = [_told(inbound) for inbound in kept if inbound.state != "duplicate"]
    health = _health(mailbox, state, settled, next_at)
    if next_at > work.now:
        return [*told, *health, look(mailbox, next_at)]
    # Told first, it is fetched while what was found is filed: one window ahead, and filing never
    # waits for it.
    return [SyncMailbox(mailbox=mailbox.name), *told, *health]


def _health(mailbox: Mailbox, before: State, after: State, next_at: datetime) -> list[Event]:
    """What is told when a mailbox begins or ceases to fail."""
    was, is_ = before.fault, after.fault
    if is_ and (was is None or was.code != is_.code):
        return [
            MailboxFailed(
                mailbox=mailbox.name, code=is_.code, reason=is_.reason, next_look_at=next_at
            )
        ]
    return [MailboxRecovered(mailbox=mailbox.name)] if was and not is_ else []


def _finish(found: Found, work: Work) -> None:
    """Notes what was flagged, moved or deleted, and what a POP3 server calls its mails now."""
    errand, ids = found.errand, [_id_of(found, uid) for uid in found.finished]
    for inbound_id in ids:
        inbound = work.inbounds.get(inbound_id)
        if inbound:
            work.inbounds.save(inbound_id, replace(inbound, unfinished=False))
    if found.names is not None:
        work.server_names.become(errand.mailbox.name, errand.names, found.names)


def _keep(found: Found, work: Work) -> list[Inbound]:
    """Stores raw bytes and a row for each mail that has none; returns the new rows."""
    digests = {
        mail.uid: work.raw_mails.add(mail.raw) for mail in found.mails if mail.raw is not None
    }
    before = work.inbounds.stored(found.errand.mailbox.name, digests.values())
    kept: list[Inbound] = []
    for mail in found.mails:
        inbound = _inbound(found, mail, digests.get(mail.uid), before, work.now)
        if work.inbounds.get(inbound.inbound_id) is None:
            work.inbounds.save(inbound.inbound_id, inbound)
            kept.append(inbound)
        before |= {digests.get(mail.uid, "")}
    return kept


def _id_of(found: Found, uid: int) -> UUID:
    at = found.checkpoint
    return derived_id(found.errand.mailbox.name, at.folder, at.uidvalidity or 0, uid)


def _inbound(
    found: Found, mail: Fetched, digest: str | None, before: set[str], at: datetime
) -> Inbound:
    mailbox, folder = found.errand.mailbox, found.checkpoint.folder
    uidvalidity = found.checkpoint.uidvalidity or 0
    arrived_at = mail.arrived_at or received_at(mail.raw or b"", at)
    inbound = Inbound(
        _id_of(found, mail.uid),
        mailbox.shop,
        mailbox.name,
        folder,
        uidvalidity,
        mail.uid,
        digest,
        mail.size,
        arrived_at,
        at,
        "duplicate" if digest in before else "new",
        unfinished=mail.whole and mailbox.afterwards != "leave",
    )
    return inbound if digest else inbound.unreadable("The mail server does not hand it over.")


def _told(inbound: Inbound) -> Event | FileMail:
    if inbound.state == "new":
        return FileMail(inbound_id=inbound.inbound_id)
    return MailUnreadable(
        mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, reason=inbound.reason
    )
