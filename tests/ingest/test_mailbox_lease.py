"""The lease of a mailbox, and the time of the next poll."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from services.ingest.domain.mailbox_state import (
    LEASE,
    LOCKED_OUT,
    MAX_PAUSE,
    Checkpoint,
    Fault,
    Fetched,
    FetchRequest,
    FetchResult,
    MailboxState,
    NoFetch,
)
from tests.ingest.builders import NOON, SERVICE, another

NEW = MailboxState("service", Checkpoint("INBOX"))
POLL = timedelta(seconds=60)


def leased(
    state: MailboxState, holder: str = "a", later: timedelta = timedelta(0)
) -> tuple[MailboxState, FetchRequest]:
    state, request = state.lease(SERVICE, holder, NOON + later)
    assert isinstance(request, FetchRequest)
    return state, request


DOWN = Fault("unreachable", "It is down.")


def found(
    request: FetchRequest, mails: int = 0, more: bool = False, fault: Fault | None = None
) -> FetchResult:
    fetched = tuple(Fetched(uid, b"x", 1, NOON) for uid in range(1, mails + 1))
    return FetchResult(
        request, replace(request.checkpoint, uidvalidity=7, last_uid=mails), fetched, more, fault
    )


def test_one_message_at_a_time_reads_a_mailbox() -> None:
    state, _ = leased(NEW)
    other, request = state.lease(SERVICE, "b", NOON + LEASE / 2)
    assert request is NoFetch.BUSY
    assert (other.holder, other.fence, other.wanted) == ("a", 1, True)


def test_the_same_message_takes_over_from_itself() -> None:
    state, first = leased(NEW)
    state, second = leased(state)
    assert second.fence == state.fence == first.fence + 1


def test_a_lease_that_ran_out_is_taken_over() -> None:
    state, first = leased(NEW)
    _, second = leased(state, "b", LEASE)
    assert second.fence > first.fence


def test_after_a_poll_the_lease_is_free_and_the_checkpoint_moved() -> None:
    state, request = leased(NEW)
    settled, again = state.settle(found(request, mails=3), NOON)
    assert (settled.holder, settled.leased_until, settled.checkpoint) == (
        None,
        None,
        Checkpoint("INBOX", 7, 3),
    )
    assert (settled.looked_at, again) == (NOON, NOON + POLL)


def test_a_full_window_is_followed_at_once() -> None:
    state, request = leased(NEW)
    assert state.settle(found(request, mails=3, more=True), NOON)[1] == NOON


def test_a_poll_requested_meanwhile_follows_at_once() -> None:
    state, request = leased(NEW)
    state, _ = state.lease(SERVICE, "b", NOON)
    settled, again = state.settle(found(request), NOON)
    assert again == NOON
    assert not settled.wanted


def test_faults_are_waited_out_longer_and_longer() -> None:
    state, pauses = NEW, []
    for _ in range(40):
        state, request = leased(state)
        state, again = state.settle(found(request, fault=DOWN), NOON)
        pauses.append(again - NOON)
    assert pauses[:3] == [2 * POLL, 4 * POLL, 8 * POLL]
    assert pauses[-1] == MAX_PAUSE
    assert (state.faults, state.fault, state.looked_at) == (40, DOWN, None)
    state, request = leased(state)
    state, again = state.settle(found(request), NOON)
    assert (state.faults, state.fault, again) == (0, None, NOON + POLL)


def test_after_a_refused_login_even_a_fast_poll_waits() -> None:
    state, request = NEW.lease(another(poll_seconds=1), "a", NOON)
    assert isinstance(request, FetchRequest)
    refused = replace(found(request), fault=Fault("login_refused", "No."))
    assert state.settle(refused, NOON)[1] == NOON + LOCKED_OUT


def test_unfinished_mails_cause_a_poll_at_once_unless_it_fails() -> None:
    state, request = leased(NEW)
    assert state.settle(found(request, mails=1), NOON, unfinished=True)[1] == NOON
    assert (
        state.settle(found(request, mails=1, more=True, fault=DOWN), NOON, unfinished=True)[1]
        == NOON + 2 * POLL
    )


def test_a_start_day_is_stored_as_its_first_moment() -> None:
    _, request = NEW.lease(another(start=date(2026, 3, 1)), "a", NOON)
    assert isinstance(request, FetchRequest)
    assert request.since == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_fault_after_progress_counts_as_the_first() -> None:
    state, request = leased(replace(NEW, faults=5))
    assert state.settle(found(request, mails=1, fault=DOWN), NOON)[0].faults == 1


def test_another_folder_is_begun_anew() -> None:
    state, request = leased(NEW)
    state, _ = state.settle(found(request, mails=9), NOON)
    _, other = state.lease(another(folder="Support"), "b", NOON)
    assert isinstance(other, FetchRequest)
    assert other.checkpoint == Checkpoint("Support")


def test_only_the_first_poll_sets_the_start() -> None:
    state, request = NEW.lease(another(start="now"), "a", NOON)
    assert isinstance(request, FetchRequest)
    assert request.since == NOON
    state, _ = state.settle(found(request), NOON)
    _, later = state.lease(another(start="now"), "b", NOON + timedelta(days=1))
    assert isinstance(later, FetchRequest)
    assert later.since == NOON
    _, always = leased(NEW)
    assert always.since is None
