from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from services.notify.domain.commands import DeliverMail
from services.notify.domain.mail import Mail
from services.notify.domain.sending import (
    MAX_ATTEMPTS,
    Outcome,
    RecordedAttempt,
    claim,
    readiness,
    record,
)
from shared.contracts.notify import MailDeferred, MailFailed, MailSent
from tests.notify.builders import LEASE, NOON, WRITER, state_mail

Kind = Literal["sent", "temporary", "rate", "permanent", "unknown"]


def claimed(**changes: object) -> Mail:
    return replace(claim(replace(state_mail(), missing=frozenset()), [], WRITER, NOON), **changes)  # type: ignore[arg-type]


def ended(mail: Mail, kind: Kind, reason: str = "450 later") -> RecordedAttempt:
    recorded = record(mail, Outcome(kind, reason, mail.attempts), NOON)
    assert recorded is not None
    return recorded


def ready(mail: Mail, attempt: int = 1, after: timedelta = timedelta()) -> str:
    return readiness(mail, DeliverMail(mail_id=mail.mail_id, attempt=attempt), NOON + after, LEASE)


@pytest.mark.parametrize("state", ["waiting", "queued"])
def test_a_mail_that_was_never_tried_is_sent_when_it_is_called(state: str) -> None:
    assert ready(replace(state_mail(), state=state)) == "now"  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["sent", "failed", "suppressed"])
def test_a_mail_that_is_done_with_is_not_sent_again(state: str) -> None:
    assert ready(claimed(state=state), attempt=9) == "over"


def test_a_claim_is_respected_until_its_lease_ends() -> None:
    assert ready(claimed(), after=LEASE - timedelta(seconds=1)) == "held"
    assert ready(claimed(), after=LEASE) == "now"


@pytest.mark.parametrize("state", ["deferred", "unknown"])
def test_a_mail_is_tried_again_by_the_message_for_its_next_attempt_only(state: str) -> None:
    mail = claimed(state=state, attempts=2)
    assert [ready(mail, attempt) for attempt in (1, 2, 3)] == ["over", "over", "now"]


def test_a_sent_mail_is_told() -> None:
    recorded = ended(claimed(), "sent", "250 OK")
    assert isinstance(recorded.event, MailSent)
    assert recorded.mail.state == recorded.event.mail.state == "sent"
    assert recorded.again_at is None


def test_a_temporary_refusal_defers_with_growing_pauses() -> None:
    pauses = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        recorded = ended(claimed(attempts=attempt), "temporary")
        assert isinstance(recorded.event, MailDeferred)
        assert recorded.event.mail.state == "deferred"
        assert recorded.again_at == recorded.event.again_at
        pauses.append(recorded.event.again_at - NOON)
    assert pauses == sorted(pauses)
    assert sum(pauses, timedelta()) > timedelta(days=3)


def test_after_the_last_pause_the_mail_has_failed_with_the_last_answer() -> None:
    recorded = ended(claimed(attempts=MAX_ATTEMPTS + 1), "temporary", "451 still not")
    assert isinstance(recorded.event, MailFailed)
    assert recorded.event.reason == "451 still not"
    assert recorded.mail.state == "failed"


def test_a_permanent_refusal_fails_at_once() -> None:
    recorded = ended(claimed(), "permanent", "550 no such user")
    assert isinstance(recorded.event, MailFailed)
    assert recorded.mail.state == "failed"
    assert recorded.again_at is None


def test_a_lost_answer_is_asked_for_once_more_and_then_left() -> None:
    first = ended(claimed(), "unknown")
    assert isinstance(first.event, MailDeferred)
    assert first.mail.state == first.event.mail.state == "unknown"
    second = ended(claim(first.mail, [], WRITER, NOON), "unknown")
    assert isinstance(second.event, MailFailed)
    assert second.mail.state == "unknown"


def test_one_who_was_given_up_for_dead_is_believed_when_he_did_send() -> None:
    taken_over = claimed(attempts=2)
    late = record(taken_over, Outcome("sent", "250 OK", attempt=1), NOON)
    assert late is not None
    assert late.mail.state == "sent"


@pytest.mark.parametrize("kind", ["temporary", "permanent", "unknown"])
def test_one_who_was_given_up_for_dead_is_not_believed_otherwise(kind: Kind) -> None:
    assert record(claimed(attempts=2), Outcome(kind, "450 later", attempt=1), NOON) is None


@pytest.mark.parametrize("kind", ["sent", "temporary", "permanent", "unknown"])
def test_a_sent_mail_stays_sent(kind: Kind) -> None:
    assert record(claimed(state="sent"), Outcome(kind, "whatever", attempt=1), NOON) is None


def test_a_mail_that_waited_too_long_speaks_of_no_document_it_does_not_bring() -> None:
    mail = state_mail()
    waiting = mail.waiting_for(frozenset(document.document_id for document in mail.documents), NOON)
    gone = claim(waiting, [], WRITER, NOON)
    assert "IN000001" in waiting.content.body.text
    assert "IN000001" not in gone.content.body.text + gone.content.body.html
    assert gone.content.message_id == waiting.content.message_id


def test_a_lost_answer_may_be_left_at_once_where_the_operator_says_so() -> None:
    mail = claimed()
    recorded = record(mail, Outcome("unknown", "closed", mail.attempts), NOON, "leave")
    assert recorded is not None
    assert isinstance(recorded.event, MailFailed)
    assert (recorded.mail.state, recorded.mail.finished, recorded.again_at) == (
        "unknown",
        True,
        None,
    )
    assert ready(recorded.mail, attempt=2) == "over"


def test_a_server_that_asks_us_to_slow_down_is_left_in_peace_for_longer() -> None:
    waits = {kind: ended(claimed(), kind).again_at for kind in ("temporary", "rate", "unknown")}
    minutes = {kind: (at - NOON).total_seconds() / 60 for kind, at in waits.items() if at}
    assert minutes == {"temporary": 1, "rate": 10, "unknown": 15}


@pytest.mark.parametrize("state", ["sent", "failed", "suppressed", "claimed"])
def test_a_limit_or_a_suppression_changes_no_mail_that_is_over_or_on_its_way(state: str) -> None:
    for outcome in (Outcome("held", "limit", until=NOON), Outcome("suppressed", "bounced")):
        assert record(claimed(state=state), outcome, NOON) is None
