"""From event to accepted mail, through the pipeline, with a real SMTP server where it matters."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.notify.adapters.smtp import SmtpServer
from services.notify.domain.sending import Outcome
from services.notify.store import tables
from services.notify.store.documents import DocumentContents
from services.notify.worker import NotifyAdapters
from shared.contracts import samples
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, receive
from shared.runtime.storage import message_tables
from shared.runtime.storage.migrations import revisions
from tests.conditions import FAR, until
from tests.notify.builders import (
    COMPOSER,
    LEASE,
    PDF,
    WAIT,
    WRITER,
    FakeAdapters,
    Killed,
    NotifyHarness,
    content_of,
    opened,
    parts,
    placed,
    replied,
    transitioned,
)
from tests.notify.servers import Receiver, Silent, nobody, smtp
from tests.words import delivery, sqlite_url

Bring = Callable[[NotifyHarness, dict[str, Any]], None]


def announce(desk: NotifyHarness, event: dict[str, Any]) -> None:
    desk.tell("order.transitioned", event)


def bring(desk: NotifyHarness, event: dict[str, Any]) -> None:
    desk.tell("document.content", content_of(event))


@pytest.fixture
def real(tmp_path: Any) -> Callable[[int], NotifyHarness]:
    """Return the service with a real SMTP client for a port."""

    def at(port: int) -> NotifyHarness:
        server = SmtpServer("127.0.0.1", port, "none", timeout=5)
        return NotifyHarness.at(
            sqlite_url(tmp_path), NotifyAdapters(FakeAdapters().rules, COMPOSER, WRITER, server)
        )

    return at


@pytest.mark.parametrize(
    "steps", [(announce, bring), (bring, announce)], ids=["mail first", "document first"]
)
def test_the_invoice_goes_along_whichever_comes_first(
    desk: NotifyHarness, adapters: FakeAdapters, steps: tuple[Bring, Bring]
) -> None:
    event = transitioned()
    for step in steps:
        step(desk, event)
        desk.run_own_commands()
    desk.clock.advance(WAIT)
    desk.run_own_commands()
    (outgoing,) = adapters.sent
    assert parts(opened(outgoing.content))[-1] == "application/pdf"
    (told,) = desk.events()
    assert (told.name, told.data["mail"]["state"]) == ("mail.sent", "sent")
    assert told.data["mail"]["attachment_names"] == ["invoice-IN000001.pdf"]


def test_it_arrives_at_a_real_server(real: Callable[[int], NotifyHarness]) -> None:
    receiver, event = Receiver(), transitioned()
    with smtp(receiver) as port:
        desk = real(port)
        announce(desk, event)
        bring(desk, event)
        desk.run_own_commands()
    mail = opened(receiver.taken[0].content)
    sent = desk.mails(event["order_id"])[0]
    assert mail["Message-ID"] == sent.content.message_id
    assert mail["Subject"] == "Order XKBKNABJK: your payment has arrived"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["invoice-IN000001.pdf"]
    assert (sent.state, sent.attempts, sent.reason) == ("sent", 1, "250 2.0.0 Taken")


def test_an_event_that_comes_twice_sends_once(desk: NotifyHarness, adapters: FakeAdapters) -> None:
    twice = delivery("order.transitioned", transitioned(attach=[]))
    assert desk.deliver(twice) == [DONE]
    assert desk.deliver(twice) == [DONE]
    desk.run_own_commands()
    assert len(adapters.sent) == 1


def test_an_event_that_comes_again_after_its_claim_was_forgotten_sends_once(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    again = delivery("order.placed", placed())
    desk.deliver(again)
    desk.run_own_commands()
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM inbox")
    assert desk.deliver(again) == [DONE]
    desk.run_own_commands()
    assert len(adapters.sent) == 2


def test_a_placed_order_brings_its_confirmation_and_how_to_pay(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    event = placed()
    desk.tell("order.placed", event)
    desk.run_own_commands()
    subjects = [opened(outgoing.content)["Subject"] for outgoing in adapters.sent]
    assert subjects == [
        "We received your order XKBKNABJK",
        "Order XKBKNABJK: we are waiting for your bank transfer",
    ]
    answer = desk.ask("mail.list", {"order_id": event["order_id"]})
    assert desk.ask("mail.list", {"order_id": "xkbknabjk"}).data == answer.data
    assert desk.ask("mail.list", {"order_id": "NOTHING"}).data["mails"] == []
    assert [mail["template"] for mail in answer.data["mails"]] == ["bankwire", "order_conf"]
    assert {mail["state"] for mail in answer.data["mails"]} == {"sent"}


def test_a_reply_goes_into_the_customer_s_thread(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    desk.tell("thread.replied", replied())
    desk.run_own_commands()
    mail = opened(adapters.sent[0].content)
    assert mail["In-Reply-To"] == "<a1@example.test>"
    assert mail["References"].split() == ["<b2@shop.test>", "<a1@example.test>"]
    assert mail["Auto-Submitted"] is None
    answer = desk.ask("mail.list", {"thread_id": samples.THREAD_ID})
    assert [mail["template"] for mail in answer.data["mails"]] == ["reply_msg"]


def test_mail_to_a_customer_of_another_shop_is_not_listed(desk: NotifyHarness) -> None:
    event = placed()
    desk.tell("order.placed", event, shop="other")
    assert desk.ask("mail.list", {"order_id": event["order_id"]}).data["mails"] == []


def test_after_the_limit_the_mail_goes_without_and_the_document_follows_in_its_own(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    event = transitioned()
    announce(desk, event)
    desk.clock.advance(WAIT - timedelta(seconds=1))
    assert desk.run_own_commands() == []
    desk.clock.advance(timedelta(seconds=1))
    desk.run_own_commands()
    bring(desk, event)
    desk.run_own_commands()
    without, late = (opened(outgoing.content) for outgoing in adapters.sent)
    assert "application/pdf" not in parts(without)
    assert [part.get_filename() for part in late.iter_attachments()] == ["invoice-IN000001.pdf"]
    assert late["Subject"] == "Order XKBKNABJK: invoice IN000001"
    told, follows = desk.events()
    assert [missing["number"] for missing in told.data["mail"]["missing_documents"]] == ["IN000001"]
    assert (follows.data["mail"]["template"], follows.data["mail"]["missing_documents"]) == (
        "late_document",
        [],
    )
    assert {mail["References"] for mail in (without, late)} == {without["References"]}
    assert late["Message-ID"] != without["Message-ID"]


def test_a_deferred_mail_is_tried_again_after_growing_pauses(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Outcome("temporary", "451 later")] * 2
    desk.tell("order.transitioned", transitioned(attach=[]))
    desk.run_own_commands()
    for pause in (timedelta(minutes=1), timedelta(minutes=5)):
        assert desk.scheduled() == [desk.clock.now + pause]
        desk.clock.advance(pause)
        desk.run_own_commands()
    assert [event.name for event in desk.events()] == [
        "mail.deferred",
        "mail.deferred",
        "mail.sent",
    ]
    assert desk.events()[-1].data["mail"]["attempt_count"] == 3
    assert len({event.data["mail"]["mail_message_id"] for event in desk.events()}) == 1
    assert desk.scheduled() == []


def test_a_deferred_mail_that_had_waited_is_not_tried_at_the_old_limit(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Outcome("temporary", "451 later")]
    event = transitioned()
    announce(desk, event)
    bring(desk, event)
    desk.run_own_commands()
    assert desk.scheduled() == [desk.clock.now + timedelta(minutes=1)]


def test_a_refused_address_is_told_at_once_and_not_tried_again(
    real: Callable[[int], NotifyHarness],
) -> None:
    with smtp(Receiver(recipient="550 5.1.1 User unknown")) as port:
        desk = real(port)
        desk.tell("order.transitioned", transitioned(attach=[]))
        desk.run_own_commands()
    (failed,) = desk.events()
    assert (failed.name, failed.data["reason"]) == ("mail.failed", "550 5.1.1 User unknown")
    assert desk.scheduled() == []


def test_a_server_that_is_away_defers_the_mail_and_dead_letters_nothing(
    real: Callable[[int], NotifyHarness],
) -> None:
    desk = real(nobody())
    desk.tell("order.transitioned", transitioned(attach=[]))
    assert desk.run_own_commands() == [DONE]
    assert [event.name for event in desk.events()] == ["mail.deferred"]


def test_a_lost_answer_is_told_as_unknown_and_asked_for_once_more(
    real: Callable[[int], NotifyHarness],
) -> None:
    receiver = Silent()
    with smtp(receiver) as port:
        desk = real(port)
        desk.tell("order.transitioned", transitioned(attach=[]))
        for _ in range(5):
            desk.run_own_commands()
            desk.clock.advance(timedelta(hours=1))
    assert [(event.name, event.data["mail"]["state"]) for event in desk.events()] == [
        ("mail.deferred", "unknown"),
        ("mail.failed", "unknown"),
    ]
    assert len({opened(taken.content)["Message-ID"] for taken in receiver.taken}) == 1
    assert len(receiver.taken) == 2


def test_a_mail_claimed_by_a_dead_process_is_sent_by_another_after_the_lease(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Killed()]
    desk.tell("order.transitioned", transitioned(attach=[]))
    with pytest.raises(Killed):
        desk.run_own_commands()
    desk.clock.advance(LEASE - timedelta(seconds=1))
    (verdict,) = desk.run_own_commands()
    assert isinstance(verdict.error, NotYet)
    assert adapters.sent == []
    desk.clock.advance(timedelta(seconds=1))
    assert desk.run_own_commands() == [DONE]
    assert len(adapters.sent) == 1
    assert desk.events()[0].data["mail"]["attempt_count"] == 2


def batch(desk: NotifyHarness, count: int) -> list[Delivery]:
    """Mails of so many events, called."""
    for _ in range(count):
        desk.tell("order.transitioned", transitioned(attach=[]))
    return [receive(errand.encode()) for errand in desk.own_commands()]


def test_of_a_batch_that_is_killed_one_mail_is_in_doubt(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    mails = batch(desk, 3)
    adapters.answers = [Outcome("sent", "250 OK"), Killed()]
    with pytest.raises(Killed):
        desk.deliver(*mails)
    assert [verdict.fate for verdict in desk.deliver(*mails)] == [Fate.DONE, Fate.RETRY, Fate.DONE]
    assert (
        len(adapters.sent) == 2
    )  # the first was not sent again, the last without waiting for the lease
    assert [event.data["mail"]["attempt_count"] for event in desk.events()] == [1, 1]
    desk.clock.advance(LEASE)
    assert desk.deliver(mails[1]) == [DONE]
    assert (len(adapters.sent), desk.events()[-1].data["mail"]["attempt_count"]) == (3, 2)


def test_a_claim_by_another_message_is_not_undone_by_one_that_never_began(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    """The sweeper gave a claim up that never began, and its attempt is under way when the first
    message comes again.
    """
    mails = batch(desk, 2)
    adapters.answers = [Killed()]
    with pytest.raises(Killed):
        desk.deliver(*mails)
    desk.clock.advance(LEASE)
    again = {"mail_id": mails[1].envelope.data["mail_id"], "attempt": 2}
    adapters.answers = [Killed()]
    with pytest.raises(Killed):
        desk.deliver(delivery("mail.deliver", again))
    assert isinstance(desk.deliver(mails[1])[0].error, NotYet)
    assert adapters.sent == []


def test_a_mail_that_was_sent_and_not_recorded_is_not_sent_again_by_the_sweeper(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    """Its message waits in RabbitMQ for longer than the lease, as after a long absence of the
    database.
    """
    mails = batch(desk, 2)
    adapters.answers = [Outcome("sent", "250 OK"), Killed()]
    with pytest.raises(Killed):
        desk.deliver(*mails)
    desk.clock.advance(LEASE + timedelta(seconds=1))
    again = {"mail_id": mails[0].envelope.data["mail_id"], "attempt": 2}
    assert desk.deliver(delivery("mail.deliver", again)) == [DONE]
    assert desk.deliver(mails[0]) == [DONE]
    assert len(adapters.sent) == 1
    assert [event.data["mail"]["attempt_count"] for event in desk.events()] == [1]


def test_claims_lock_in_the_order_in_which_outcomes_are_kept(
    postgres: Any, adapters: FakeAdapters
) -> None:
    """First the mails, then the notes: else two workers that were given one message wait for each
    other.
    """
    desk = NotifyHarness.at(postgres.create_database("notify_locks"), adapters)
    mails = batch(desk, 2)
    adapters.answers = [Killed()]
    with pytest.raises(Killed):
        desk.deliver(*mails)
    with ThreadPoolExecutor() as threads:
        with desk.engine.begin() as keeping:
            keeping.execute(select(tables.mails.c.mail_id).with_for_update())
            claiming = threads.submit(desk.deliver, *mails)
            until(desk.waits_for_a_lock)
            assert (
                len(
                    keeping.execute(
                        select(message_tables.side_effects).with_for_update(nowait=True)
                    ).all()
                )
                == 2
            )
        assert [verdict.fate for verdict in claiming.result(FAR)] == [Fate.RETRY, Fate.DONE]
    desk.engine.dispose()


def test_mails_with_large_attachments_wait_for_the_next_batch(
    desk: NotifyHarness, adapters: FakeAdapters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notify.work.MAX_ATTACHMENT_BYTES", len(PDF))
    events = [transitioned() for _ in range(3)]
    for event in events:
        announce(desk, event)
        bring(desk, event)
    mails = [receive(errand.encode()) for errand in desk.own_commands()]
    read, reading = [], DocumentContents.read
    monkeypatch.setattr(
        DocumentContents,
        "read",
        lambda contents, keys: read.append(keys) or reading(contents, keys),
    )
    assert [verdict.fate for verdict in desk.deliver(*mails)] == [Fate.DONE, Fate.LEAVE, Fate.LEAVE]
    assert len(read) == 2  # what is read behind the first one that is too much would be thrown away
    assert desk.deliver(mails[1]) == [DONE]
    assert len(adapters.sent) == 2


def test_a_message_of_the_living_is_not_taken_from_them(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    """RabbitMQ delivers a second copy while the first is being sent: it must not be done with as if
    it had sent.
    """
    desk.tell("order.transitioned", transitioned(attach=[]))
    (errand,) = desk.own_commands()
    copy = NotifyHarness(desk.service, desk.engine, FakeAdapters())
    copy.pipeline.transactions.clock = desk.clock
    verdicts = []

    class Sending(FakeAdapters):
        def send(self, outgoing: Any) -> Outcome:
            verdicts.extend(copy.deliver(receive(errand.encode())))
            return super().send(outgoing)

    desk.pipeline.transactions.adapters = Sending()
    assert desk.run_own_commands() == [DONE]
    assert isinstance(verdicts[0].error, NotYet)
    assert desk.events()[0].name == "mail.sent"
    assert copy.deliver(receive(errand.encode())) == [DONE]
    assert len(desk.events()) == 1


def test_a_mail_that_cannot_be_is_a_dead_letter(small_desk: NotifyHarness) -> None:
    verdict = small_desk.deliver(delivery("mail.deliver", {"mail_id": samples.MAIL_ID}))[0]
    assert isinstance(verdict.error, Unprocessable)


def test_a_whole_batch_in_one_transaction_comes_to_the_same(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    events = [transitioned() for _ in range(3)]
    mixed = [
        delivery("document.content", content_of(events[0])),
        *(delivery("order.transitioned", event) for event in events),
        *(delivery("document.content", content_of(event)) for event in events[1:]),
    ]
    assert desk.deliver(*mixed) == [DONE] * 6
    desk.run_own_commands()
    assert len(adapters.sent) == 3
    assert all(
        parts(opened(outgoing.content))[-1] == "application/pdf" for outgoing in adapters.sent
    )


def test_it_says_how_it_is(desk: NotifyHarness) -> None:
    answer = desk.ask("service.health", {})
    assert (answer.data["service"], answer.data["healthy"], answer.data["revision"]) == (
        "notify",
        True,
        revisions(desk.service.migrations)[-1],
    )
