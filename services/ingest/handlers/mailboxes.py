"""Poll mailboxes; fetched mails are stored first and filed afterwards.

Mails are flagged, moved or deleted on the server only after they were stored, by the next poll.
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
from services.ingest.domain.mailbox_state import (
    Fetched,
    FetchRequest,
    FetchResult,
    MailboxState,
    NoFetch,
)
from services.ingest.domain.thread import derived_id
from services.ingest.work import MAILBOXES, MAILS, Adapters, Work
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailboxFailed, MailboxRecovered, MailUnreadable, SyncMailbox
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.errors import NotYet
from shared.runtime.handlers import Handlers, Later, repeatable
from shared.runtime.service import WakeUp

service = Handlers[Work]()


def initial_polls(work: Work) -> Iterable[Later]:
    """Return a poll for each mailbox when a worker starts; each poll schedules the next."""
    return [next_poll(mailbox, work.now) for mailbox in work.adapters.mailboxes.values()]


def next_poll(mailbox: Mailbox, at: datetime) -> Later:
    """Return the next poll, which replaces the scheduled one."""
    return Later(SyncMailbox(mailbox=mailbox.name), at, f"mailbox/{mailbox.name}", mailbox.shop)


def listen_for_mail(adapters: Adapters, tell: Callable[[WakeUp], None], stopping: Signal) -> None:
    """Poll a mailbox at once when its server announces new mail."""
    adapters.listen(
        adapters.mailboxes.values(), lambda mailbox: tell(partial(next_poll, mailbox)), stopping
    )


def mailbox_in_hand(command: SyncMailbox, _at: Envelope, _work: Work) -> Iterable[str]:
    """Return the polled mailbox; its lease guards its mails."""
    return [command.mailbox]


def no_mails(_command: SyncMailbox, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return nothing: the fetched mails are known only after the act."""
    return []


def claim_mailbox(command: SyncMailbox, work: Work) -> FetchRequest | NoFetch:
    """Take the lease of the mailbox, and schedule a poll at its end, in case the holder dies."""
    mailbox = work.mailbox(command.mailbox)
    if mailbox is None:
        return NoFetch.UNKNOWN
    state = work.mailboxes.state(mailbox.name)
    leased, request = state.lease(mailbox, f"{work.envelope.source} {work.envelope.id}", work.now)
    work.mailboxes.save(mailbox.name, leased)
    if leased.leased_until:
        work.plan(next_poll(mailbox, leased.leased_until))
    return _equipped(request, work) if isinstance(request, FetchRequest) else request


def _equipped(request: FetchRequest, work: Work) -> FetchRequest:
    mailbox = request.mailbox
    finished = (
        work.inbounds.unfinished(mailbox.name, request.checkpoint)
        if mailbox.afterwards != "leave"
        else ()
    )
    names = work.server_names.of(mailbox.name) if mailbox.protocol == "pop3" else {}
    return replace(request, finished=tuple(finished), names=names)


def read_mailbox(claimed: FetchRequest | NoFetch, adapters: Adapters) -> FetchResult | NoFetch:
    """Fetch new mails, and flag, move or delete the stored ones. Repeating it does no harm."""
    return adapters.fetch(claimed) if isinstance(claimed, FetchRequest) else claimed


@service.handles(
    SyncMailbox,
    claim=claim_mailbox,
    act=repeatable(read_mailbox),
    locks=[MAILBOXES.of(mailbox_in_hand), MAILS.of(no_mails)],
)
def sync_mailbox(
    command: SyncMailbox, work: Work, outcome: FetchResult | NoFetch
) -> Iterable[Event | SyncMailbox | FileMail | Later] | Reason:
    """Store the fetched mails, move the checkpoint and schedule the next poll."""
    if isinstance(outcome, NoFetch):
        reason = f"The shop '{work.shop}' has no mailbox '{command.mailbox}' in the settings."
        return (
            Reason("unknown_mailbox", reason, field="mailbox") if outcome is NoFetch.UNKNOWN else []
        )
    mailbox = outcome.request.mailbox
    state = work.mailboxes.state(mailbox.name)
    if state.fence != outcome.request.fence:
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
        return [*told, *health, next_poll(mailbox, next_at)]
    # Told first, it is fetched while what was found is filed: one window ahead, and filing never
    # waits for it.
    return [SyncMailbox(mailbox=mailbox.name), *told, *health]


def _health(
    mailbox: Mailbox, before: MailboxState, after: MailboxState, next_at: datetime
) -> list[Event]:
    """Return the event for a mailbox that starts or stops failing."""
    was, is_ = before.fault, after.fault
    if is_ and (was is None or was.code != is_.code):
        return [
            MailboxFailed(
                mailbox=mailbox.name, code=is_.code, reason=is_.reason, next_look_at=next_at
            )
        ]
    return [MailboxRecovered(mailbox=mailbox.name)] if was and not is_ else []


def _finish(found: FetchResult, work: Work) -> None:
    """Record which mails were flagged, moved or deleted, and the names on a POP3 server."""
    request, ids = found.request, [_id_of(found, uid) for uid in found.finished]
    for inbound_id in ids:
        inbound = work.inbounds.get(inbound_id)
        if inbound:
            work.inbounds.save(inbound_id, replace(inbound, unfinished=False))
    if found.names is not None:
        work.server_names.become(request.mailbox.name, request.names, found.names)


def _keep(found: FetchResult, work: Work) -> list[Inbound]:
    """Store the source and a row for each mail that has none; return the new rows."""
    digests = {
        mail.uid: work.raw_mails.add(mail.raw) for mail in found.mails if mail.raw is not None
    }
    before = work.inbounds.stored(found.request.mailbox.name, digests.values())
    kept: list[Inbound] = []
    for mail in found.mails:
        inbound = _inbound(found, mail, digests.get(mail.uid), before, work.now)
        if work.inbounds.get(inbound.inbound_id) is None:
            work.inbounds.save(inbound.inbound_id, inbound)
            kept.append(inbound)
        before |= {digests.get(mail.uid, "")}
    return kept


def _id_of(found: FetchResult, uid: int) -> UUID:
    at = found.checkpoint
    return derived_id(found.request.mailbox.name, at.folder, at.uidvalidity or 0, uid)


def _inbound(
    found: FetchResult, mail: Fetched, digest: str | None, before: set[str], at: datetime
) -> Inbound:
    mailbox, folder = found.request.mailbox, found.checkpoint.folder
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
    return inbound if digest else inbound.unreadable("The mail server does not deliver it.")


def _told(inbound: Inbound) -> Event | FileMail:
    if inbound.state == "new":
        return FileMail(inbound_id=inbound.inbound_id)
    return MailUnreadable(
        mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, reason=inbound.reason
    )
