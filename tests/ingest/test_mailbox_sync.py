"""Mailboxes are polled by one worker at a time; no mail is lost or stored twice."""

from base64 import b64decode
from datetime import datetime, timedelta

import pytest

from services.ingest.domain.mailbox_state import (
    LEASE,
    Checkpoint,
    Fault,
    Fetched,
    FetchRequest,
    FetchResult,
)
from services.ingest.store.tables import (
    inbound_mails,
    mailboxes,
    raw_mails,
    thread_messages,
    threads,
)
from shared.contracts import samples
from shared.runtime.pipeline.tracing import trace_id
from shared.runtime.rabbitmq.delivery import Delivery, Fate
from tests.ingest.builders import (
    CUSTOMER,
    NOON,
    ORDER,
    SERVICE,
    FakeMailServer,
    IngestHarness,
    Killed,
    a_fetch_request,
    another,
    order_placed,
    raw_mail,
    reply_to,
)
from tests.words import delivery

SYNC = {"mailbox": "service"}


def states(desk: IngestHarness) -> list[str]:
    return [row.state for row in desk.rows(inbound_mails)]


def test_a_worker_polls_at_its_start_and_then_regularly(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    assert desk.due() == [NOON]
    desk.poll()
    assert (server.polls, desk.due()) == (1, [NOON + timedelta(seconds=60)])
    desk.poll(seconds=59)
    assert server.polls == 1
    desk.poll(seconds=1)
    assert server.polls == 2


def test_a_mail_is_stored_and_filed(desk: IngestHarness, server: FakeMailServer) -> None:
    server.receive(raw_mail("Where is my mug?"))
    assert desk.poll() == ["thread.opened", "thread.message_added", "mail.received"]
    (thread,) = desk.threads()
    assert desk.thread(thread["thread_id"])["messages"][0]["text"] == "Where is my mug?"
    assert states(desk) == ["filed"]


def test_two_mails_of_one_poll_share_neither_correlation_nor_trace(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail(), raw_mail())
    desk.poll()
    server.receive(raw_mail())
    desk.poll(minutes=1)
    by_mail: dict[str | None, list[str]] = {}
    for envelope in desk.told:
        by_mail.setdefault(envelope.correlationid, []).append(envelope.name)
    assert (
        list(by_mail.values()) == [["thread.opened", "thread.message_added", "mail.received"]] * 3
    )
    assert len({trace_id(envelope.traceparent) for envelope in desk.told}) == 3


def test_a_fetched_mail_is_not_filed_again(desk: IngestHarness, server: FakeMailServer) -> None:
    server.receive(raw_mail(), raw_mail())
    desk.poll()
    server.receive(raw_mail())
    assert desk.poll(minutes=1).count("mail.received") == 1
    assert desk.poll(minutes=1) == []
    assert states(desk) == ["filed"] * 3


def test_a_large_mailbox_is_fetched_window_by_window_without_pause(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.window = 3
    server.receive(*(raw_mail() for _ in range(8)))
    assert desk.poll().count("mail.received") == 8
    assert server.polls == 3


def test_uids_that_count_anew_file_nothing_twice(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail(), raw_mail())
    desk.poll()
    server.uidvalidity = 8
    server.receive(raw_mail())
    assert desk.poll(minutes=1).count("mail.received") == 1
    assert sorted(states(desk)) == ["duplicate", "duplicate", "filed", "filed", "filed"]
    assert len(desk.rows(raw_mails)) == len(desk.rows(thread_messages)) == 3


def test_a_mail_that_was_moved_away_and_back_is_the_same_mail(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    raw = raw_mail()
    server.receive(raw)
    desk.poll()
    server.receive(raw)
    assert desk.poll(minutes=1) == []
    assert sorted(states(desk)) == ["duplicate", "filed"]


def test_other_words_under_the_same_message_id_are_another_mail(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(
        raw_mail("one", message_id="<same@x.test>"), raw_mail("two", message_id="<same@x.test>")
    )
    assert desk.poll().count("mail.received") == 2


def test_the_same_mail_in_two_mailboxes_is_filed_once(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    desk.begin(server, SERVICE, another(name="sales"))
    server.receive(raw_mail())
    assert desk.poll().count("mail.received") == 1
    assert len(desk.rows(raw_mails)) == 1


def test_a_fault_is_stored_and_delays_the_next_poll(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.fault = "mail.test:993 refused the login of 'service@shop.test': wrong password"
    assert desk.poll() == ["mailbox.failed"]
    assert desk.last("mailbox.failed") == {
        "mailbox": "service",
        "code": "unreachable",
        "reason": server.fault,
        "next_look_at": "2026-11-21T12:02:00Z",
    }
    assert desk.ask("service.health", {}).data["problems"] == [
        f"Mailbox 'service' cannot be read: {server.fault}"
    ]
    (listed,) = desk.ask("mailbox.list", {}).data["mailboxes"]
    assert (listed["mailbox"], listed["code"], listed["reason"]) == (
        "service",
        "unreachable",
        server.fault,
    )
    assert (listed["last_read_at"], listed["failed_polls"]) == (None, 1)
    assert "secret" not in str(listed)
    assert desk.due() == [NOON + timedelta(seconds=120)]
    assert desk.poll(seconds=120) == []
    assert desk.ask("service.health", {}).data["figures"] == {
        'mailbox_last_poll_timestamp_seconds{mailbox="service"}': 0,
        'mailbox_faults{mailbox="service"}': 2,
    }
    server.fault = ""
    server.receive(raw_mail())
    assert "mailbox.recovered" in desk.poll(seconds=240)
    assert len(desk.threads()) == 1
    assert [row.fault for row in desk.rows(mailboxes)] == [""]
    assert desk.ask("service.health", {}).data["healthy"]
    (listed,) = desk.ask("mailbox.list", {}).data["mailboxes"]
    assert (listed["code"], listed["failed_polls"]) == (None, 0)
    assert datetime.fromisoformat(listed["last_read_at"]) == desk.clock.now
    assert desk.ask("service.health", {}).data["figures"] == {
        'mailbox_last_poll_timestamp_seconds{mailbox="service"}': desk.clock.now.timestamp(),
        'mailbox_faults{mailbox="service"}': 0,
    }


def test_another_fault_than_before_is_published_again(desk: IngestHarness) -> None:
    faults = [
        Fault("unreachable", "It is down."),
        Fault("timeout", "It is slow."),
        Fault("timeout", "It is slower."),
    ]
    desk.reads_by(lambda request: FetchResult(request, request.checkpoint, fault=faults.pop(0)))
    told = [desk.poll(hours=1) for _ in range(3)]
    assert told == [["mailbox.failed"], ["mailbox.failed"], []]


def test_a_mailbox_that_fails_does_not_disturb_the_others(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    sick = another(name="sick")
    desk.begin(server, SERVICE, sick)

    def fetch(request: FetchRequest) -> FetchResult:
        down = request.mailbox == sick
        return (
            FetchResult(request, request.checkpoint, fault=Fault("timeout", "It hangs."))
            if down
            else server(request)
        )

    desk.reads_by(fetch)
    server.receive(raw_mail())
    assert {"mailbox.failed", "mail.received"} < set(desk.poll())
    assert desk.due() == [NOON + timedelta(seconds=60), NOON + timedelta(seconds=120)]


def test_mails_fetched_before_a_fault_are_stored(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    def half(request: FetchRequest) -> FetchResult:
        whole = server(request)
        fault = Fault("broken_off", "It went away.")
        return FetchResult(
            request, Checkpoint("INBOX", 7, 1), whole.mails[:1], more=True, fault=fault
        )

    server.receive(raw_mail("one"), raw_mail("two"))
    desk.reads_by(half)
    assert desk.poll().count("mail.received") == 1
    desk.reads_by(server)
    assert desk.poll(minutes=2).count("mail.received") == 1


def test_a_mail_that_the_server_never_delivers_is_unreadable(desk: IngestHarness) -> None:
    def refusing(request: FetchRequest) -> FetchResult:
        fetched, fault = (Fetched(5, None, 1234, None),), Fault("protocol", "It is odd.")
        return FetchResult(request, Checkpoint("INBOX", 7, 5), fetched, fault=fault)

    desk.reads_by(refusing)
    assert desk.poll() == ["mail.unreadable", "mailbox.failed"]
    assert desk.last("mail.unreadable")["reason"] == "The mail server does not deliver it."
    assert desk.poll(hours=1) == []


def test_a_mail_without_a_thread_is_stored_and_published_if_the_mailbox_opens_none(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    desk.begin(server, another(create_threads=False))
    desk.tell("order.placed", order_placed())
    written = raw_mail("stranger", subject="Win!")
    server.receive(written, raw_mail("answer", to=reply_to(ORDER)))
    assert sorted(desk.poll()) == [
        "mail.received",
        "mail.unmatched",
        "thread.message_added",
        "thread.opened",
    ]
    unmatched = desk.last("mail.unmatched")
    assert (unmatched["sender"], unmatched["subject"]) == (CUSTOMER, "Win!")
    assert [row.order_reference for row in desk.rows(threads)] == ["XKBKNABJK"]
    assert sorted(states(desk)) == ["filed", "unmatched"]
    assert len(desk.rows(raw_mails)) == 2
    asked = {"inbound_id": unmatched["inbound_id"]}
    raw = desk.ask("mail.raw", asked)
    assert (raw.data["state"], raw.data["mailbox"]) == ("unmatched", unmatched["mailbox"])
    assert b64decode(raw.data["content"]) == written
    assert desk.ask("mail.raw", asked, shop="other").data["code"] == "unknown_mail"
    assert desk.ask("mail.raw", {"inbound_id": samples.MAIL_ID}).data["code"] == "unknown_mail"


def test_a_mail_that_the_server_never_delivers_has_no_source(desk: IngestHarness) -> None:
    def refusing(request: FetchRequest) -> FetchResult:
        return FetchResult(request, Checkpoint("INBOX", 7, 5), (Fetched(5, None, 1234, None),))

    desk.reads_by(refusing)
    desk.poll()
    told = desk.last("mail.unreadable")
    assert desk.ask("mail.raw", {"inbound_id": told["inbound_id"]}).data["code"] == "unknown_mail"


# --- asked for ------------------------------------------------------------------------------------


def test_a_poll_may_be_requested(desk: IngestHarness, server: FakeMailServer) -> None:
    desk.poll()
    server.receive(raw_mail())
    assert "mail.received" in desk.run(delivery("mailbox.sync", SYNC))


@pytest.mark.parametrize(("wanted", "shop"), [("nowhere", "default"), ("service", "other-shop")])
def test_a_mailbox_that_the_shop_does_not_have_is_refused(
    desk: IngestHarness, wanted: str, shop: str
) -> None:
    told = desk.tell("mailbox.sync", {"mailbox": wanted}, shop=shop)
    refusal = told[0]
    assert (refusal.name, refusal.data["code"]) == ("mailbox.sync_refused", "unknown_mailbox")
    assert wanted in refusal.data["reason"]


def test_a_request_during_a_poll_causes_another_poll(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    def ask_meanwhile() -> None:
        server.meanwhile = lambda: None
        told = desk.tell("mailbox.sync", SYNC, replyto="client.1")
        assert [envelope.name for envelope in told] == ["command.done"]
        server.receive(raw_mail("just now"))

    desk.poll()
    desk.collect()
    server.meanwhile = ask_meanwhile
    assert "mail.received" in desk.poll(minutes=1)
    assert server.polls == 3
    assert len(desk.due()) == 1


# --- crashes --------------------------------------------------------------------------------------


def crash(desk: IngestHarness, server: FakeMailServer) -> list[Delivery]:
    """Kill the process after everything was fetched and before it was stored; return the messages
    that are delivered again.
    """

    def fetch(request: FetchRequest) -> FetchResult:
        server(request)
        raise Killed

    batch = desk.collect()
    desk.reads_by(fetch)
    with pytest.raises(Killed):
        desk.deliver(*batch)
    desk.reads_by(server)
    return batch


def test_a_crash_between_fetching_and_keeping_loses_and_doubles_nothing(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail(), raw_mail())
    again = crash(desk, server)
    assert desk.rows(inbound_mails) == []
    assert desk.run(*again).count("mail.received") == 2
    assert desk.run(*again) == []
    assert states(desk) == ["filed", "filed"]
    assert len(desk.due()) == 1


def test_a_message_that_never_comes_again_does_not_end_the_looking(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail())
    crash(desk, server)
    assert desk.due() == [NOON + LEASE]
    assert "mail.received" in desk.poll(seconds=LEASE.total_seconds())
    assert desk.due() == [desk.clock.now + timedelta(seconds=60)]


def test_a_worker_that_starts_while_the_lease_of_a_dead_one_runs_does_not_end_the_looking(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail())
    crash(desk, server)
    desk.start()
    assert desk.poll() == []
    assert desk.due() == [NOON + LEASE]
    assert "mail.received" in desk.poll(seconds=LEASE.total_seconds())


def test_a_worker_that_returns_too_late_stores_nothing(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    def overtaken() -> None:
        server.meanwhile = lambda: None
        desk.clock.advance(seconds=LEASE.total_seconds())
        assert desk.run(delivery("mailbox.sync", SYNC)).count("mail.received") == 1

    server.receive(raw_mail())
    server.meanwhile = overtaken
    first = desk.collect()
    verdict = desk.deliver(*first)[0]
    assert verdict.fate is Fate.RETRY
    assert "took over" in str(verdict.error)
    assert states(desk) == ["filed"]
    assert desk.run(*first) == []
    assert server.polls == 3


def test_the_same_message_twice_at_once_is_one_poll(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail())
    (message,) = desk.collect()
    assert desk.run(message, message).count("mail.received") == 1
    assert len(desk.due()) == 1
    assert states(desk) == ["filed"]


def test_a_handler_that_failed_is_tried_again_with_the_same_mails(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail())
    (message,) = desk.collect()
    broken = FetchResult(a_fetch_request(SERVICE, fence=1), Checkpoint("INBOX"), (None,))
    desk.reads_by(lambda request: broken)
    assert desk.deliver(message)[0].fate is Fate.RETRY
    desk.reads_by(server)
    assert "mail.received" in desk.run(message)
