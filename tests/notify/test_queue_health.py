"""Operators see mails that failed or are still waiting."""

from datetime import timedelta

from services.notify.domain.queue_health import MAX_QUEUE_AGE
from services.notify.domain.sending import Outcome
from tests.notify.builders import FakeAdapters, NotifyHarness, transitioned


def fail(desk: NotifyHarness, adapters: FakeAdapters) -> None:
    """One mail arrives, one never does, one is tried again later."""
    adapters.answers = [
        Outcome("sent", "250"),
        Outcome("permanent", "550 no"),
        Outcome("temporary", "451 later"),
    ]
    for _ in range(3):
        desk.tell("order.transitioned", transitioned(attach=[]))
    desk.run_own_commands()


def test_failures_are_counted_by_state_with_the_age_of_the_oldest(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    fail(desk, adapters)
    desk.clock.advance(timedelta(seconds=90))
    figures = desk.ask("service.health", {}).data["figures"]
    assert {name: count for name, count in figures.items() if count} == {
        'mails{state="failed"}': 1,
        'mails{state="deferred"}': 1,
        'mails_oldest_seconds{state="failed"}': 90,
        'mails_oldest_seconds{state="deferred"}': 90,
    }
    assert 'mails{state="sent"}' not in figures
    assert figures['mails{state="unknown"}'] == 0


def test_a_queue_that_nobody_empties_is_a_problem(small_desk: NotifyHarness) -> None:
    small_desk.tell("order.transitioned", transitioned(attach=[]))
    small_desk.clock.advance(MAX_QUEUE_AGE)
    assert small_desk.ask("service.health", {}).data["problems"] == []
    small_desk.clock.advance(timedelta(seconds=1))
    assert small_desk.ask("service.health", {}).data["problems"] == [
        (
            "Mails have been waiting to be sent since 2026-11-21 12:00 UTC (in all 1): check"
            " whether the mail server is slow, and start more workers."
        ),
    ]


def test_a_failed_mail_leaves_the_service_well(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    fail(small_desk, adapters)
    assert small_desk.ask("service.health", {}).data["healthy"] is True
