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
    Checkpoint,
    Fetched,
    FetchRequest,
    FetchResult,
    MailboxState,
    NoFetch,
)
from services.ingest.domain.thread import derived_id
from services.ingest.work import Work
from services.ingest.work.adapters import Adapters
from services.ingest.work.locks import MAILBOXES, MAILS
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import (
    ListMailboxes,
    MailboxFailed,
    MailboxList,
    MailboxRecovered,
    MailboxView,
    MailUnreadable,
    SyncMailbox,
)
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


@service.handles(ListMailboxes)
def list_mailboxes(_query: ListMailboxes, work: Work) -> MailboxList:
    """Return the mailboxes of the shop, with the result of the last poll."""
    return MailboxList(mailboxes=[_view(*found) for found in work.shop_mailboxes()])


def _view(mailbox: Mailbox, state: MailboxState | None) -> MailboxView:
    state = state or MailboxState(mailbox.name, Checkpoint(mailbox.folder))
    return MailboxView(
        mailbox=mailbox.name,
        protocol=mailbox.protocol,
        server=mailbox.server,
        user=mailbox.user,
        security=mailbox.security,
        verify_certificate=mailbox.verify_certificate,
        access_token=mailbox.oauth is not None,
        folder=mailbox.folder,
        poll_seconds=mailbox.poll_seconds,
        afterwards=mailbox.afterwards,
        move_to=mailbox.move_to,
        create_threads=mailbox.create_threads,
        last_read_at=state.looked_at,
        failed_polls=state.faults,
        code=state.fault.code if state.fault else None,
        reason=state.fault.reason if state.fault else "",
    )


def polled_mailbox(command: SyncMailbox, _at: Envelope, _work: Work) -> Iterable[str]:
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
    if isinstance(request, NoFetch):
        return request
    return _complete(request, work)


def _complete(request: FetchRequest, work: Work) -> FetchRequest:
    """Return the request with the mails to be finished, and the names on a POP3 server."""
    mailbox = request.mailbox
    if mailbox.afterwards != "leave":
        finished = work.inbounds.unfinished(mailbox.name, request.checkpoint)
        request = replace(request, finished=tuple(finished))
    if mailbox.protocol == "pop3":
        request = replace(request, names=work.server_names.of(mailbox.name))
    return request


def read_mailbox(claimed: FetchRequest | NoFetch, adapters: Adapters) -> FetchResult | NoFetch:
    """Fetch new mails, and flag, move or delete the stored ones. Repeating it does no harm."""
    if isinstance(claimed, NoFetch):
        return claimed
    return adapters.fetch(claimed)


@service.handles(
    SyncMailbox,
    claim=claim_mailbox,
    act=repeatable(read_mailbox),
    locks=[MAILBOXES.of(polled_mailbox), MAILS.of(no_mails)],
)
def sync_mailbox(
    command: SyncMailbox, work: Work, outcome: FetchResult | NoFetch
) -> Iterable[Event | SyncMailbox | FileMail | Later] | Reason:
    """Store the fetched mails, move the checkpoint and schedule the next poll."""
    if outcome is NoFetch.UNKNOWN:
        reason = f"The shop '{work.shop}' has no mailbox '{command.mailbox}' in the settings."
        return Reason("unknown_mailbox", reason, field="mailbox")
    if isinstance(outcome, NoFetch):
        return []
    mailbox = outcome.request.mailbox
    state = work.mailboxes.state(mailbox.name)
    if state.fence != outcome.request.fence:
        raise NotYet(f"another worker took over the mailbox '{mailbox.name}'")
    stored = _store(outcome, work)
    unfinished = any(inbound.unfinished for inbound in stored)
    settled, next_at = state.settle(outcome, work.now, unfinished=unfinished)
    work.mailboxes.save(mailbox.name, settled)
    _finish(outcome, work)
    messages = _messages(stored)
    health = _health(mailbox, state, settled, next_at)
    if next_at > work.now:
        return [*messages, *health, next_poll(mailbox, next_at)]
    # Published first, so that the next mails are fetched while these are filed.
    return [SyncMailbox(mailbox=mailbox.name), *messages, *health]


def _health(
    mailbox: Mailbox, before: MailboxState, after: MailboxState, next_at: datetime
) -> list[Event]:
    """Return the event for a mailbox that starts or stops failing."""
    fault = after.fault
    if fault is None:
        return [MailboxRecovered(mailbox=mailbox.name)] if before.fault else []
    if before.fault and before.fault.code == fault.code:
        return []
    return [
        MailboxFailed(
            mailbox=mailbox.name, code=fault.code, reason=fault.reason, next_look_at=next_at
        )
    ]


def _finish(found: FetchResult, work: Work) -> None:
    """Record which mails were flagged, moved or deleted, and the names on a POP3 server."""
    request = found.request
    for uid in found.finished:
        inbound = work.inbounds.get(_id_of(found, uid))
        if inbound:
            work.inbounds.save(inbound.inbound_id, replace(inbound, unfinished=False))
    if found.names is not None:
        work.server_names.become(request.mailbox.name, request.names, found.names)


def _store(found: FetchResult, work: Work) -> list[Inbound]:
    """Store the source and a row for each mail that has none; return the new rows."""
    uids = [*(mail.uid for mail in found.mails), *found.finished]
    work.inbounds.preload(_id_of(found, uid) for uid in uids)
    digests: dict[int, str] = {}
    for mail in found.mails:
        if mail.raw is not None:
            digests[mail.uid] = work.raw_mails.add(mail.raw)
    before = work.inbounds.stored(found.request.mailbox.name, digests.values())
    stored: list[Inbound] = []
    for mail in found.mails:
        inbound = _inbound(found, mail, digests.get(mail.uid), before, work.now)
        if work.inbounds.get(inbound.inbound_id) is None:
            work.inbounds.save(inbound.inbound_id, inbound)
            stored.append(inbound)
        before.add(digests.get(mail.uid, ""))
    return stored


def _id_of(found: FetchResult, uid: int) -> UUID:
    at = found.checkpoint
    return derived_id(found.request.mailbox.name, at.folder, at.uidvalidity or 0, uid)


def _inbound(
    found: FetchResult, mail: Fetched, digest: str | None, before: set[str], at: datetime
) -> Inbound:
    mailbox, checkpoint = found.request.mailbox, found.checkpoint
    inbound = Inbound(
        inbound_id=_id_of(found, mail.uid),
        shop=mailbox.shop,
        mailbox=mailbox.name,
        folder=checkpoint.folder,
        uidvalidity=checkpoint.uidvalidity or 0,
        uid=mail.uid,
        sha256=digest,
        size=mail.size,
        arrived_at=mail.arrived_at or received_at(mail.raw or b"", at),
        fetched_at=at,
        unfinished=mail.whole and mailbox.afterwards != "leave",
    )
    if digest is None:
        return inbound.unreadable("The mail server does not deliver it.")
    if digest in before:
        return replace(inbound, state="duplicate")
    return inbound


def _messages(stored: Iterable[Inbound]) -> list[Event | FileMail]:
    """Return the messages for newly stored mails; none for duplicates."""
    messages: list[Event | FileMail] = []
    for inbound in stored:
        if inbound.state == "new":
            messages.append(FileMail(inbound_id=inbound.inbound_id))
        elif inbound.state != "duplicate":
            unreadable = MailUnreadable(
                mailbox=inbound.mailbox, inbound_id=inbound.inbound_id, reason=inbound.reason
            )
            messages.append(unreadable)
    return messages
