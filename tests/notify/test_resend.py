"""Mails that come back, are held, are given up for dead, and are sent again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.notify.domain.commands import SweepMails
from services.notify.domain.sending import Outcome
from services.notify.domain.sending_limits import SendingLimits
from services.notify.handlers.delivery import SWEEP_EVERY, first_sweep
from services.notify.store.claims import Claims
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailBounced
from shared.runtime.rabbitmq.delivery import DONE, receive
from tests.conditions import FAR
from tests.notify.builders import (
    LEASE,
    RULES,
    FakeAdapters,
    Killed,
    NotifyHarness,
    opened,
    placed,
    transitioned,
)


def send(desk: NotifyHarness, **changes: Any) -> dict[str, Any]:
    """A mail about a new order; its view."""
    event = transitioned(attach=[], **changes)
    desk.tell("order.transitioned", event)
    desk.run_own_commands()
    return mail_of(desk, event["order_id"])


def mail_of(desk: NotifyHarness, order_id: str) -> dict[str, Any]:
    mail: dict[str, Any] = desk.ask("mail.list", {"order_id": order_id}).data["mails"][0]
    return mail


def bounce(desk: NotifyHarness, mail: dict[str, Any], **changes: Any) -> list[Envelope]:
    named = {name: mail[name] for name in ("mail_id", "mail_message_id", "recipient")}
    return desk.tell("mail.bounced", MailBounced.example | named | changes)


def test_a_mail_that_came_back_ends_all_mail_to_its_recipient_until_somebody_releases_it(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    (added,) = bounce(desk, send(desk))
    assert (added.name, added.data["email"]) == ("suppression.added", "ada@example.test")
    held = send(desk, order__customer__email="Ada@Example.test")
    assert (held["state"], len(adapters.sent)) == ("suppressed", 1)
    assert desk.events()[-1].name == "mail.suppressed"
    listed = desk.ask("suppression.list", {}).data["suppressions"]
    assert [found["email"] for found in listed] == ["ada@example.test"]
    (released,) = desk.tell(
        "suppression.release", {"email": "ADA@example.test", "by": "anna@shop.test"}
    )
    assert released.data == {"email": "ada@example.test", "by": "anna@shop.test"}
    assert send(desk)["state"] == "sent"
    assert desk.ask("suppression.list", {}).data["suppressions"] == []


def test_the_mail_that_came_back_says_so_in_its_history(small_desk: NotifyHarness) -> None:
    mail = send(small_desk)
    bounce(small_desk, mail, permanent=False)
    assert mail_of(small_desk, mail["order_id"])["bounced"] == "550 5.1.1 User unknown"
    assert send(small_desk)["state"] == "sent"


def test_the_same_bounce_told_twice_is_told_once(small_desk: NotifyHarness) -> None:
    mail = send(small_desk)
    assert len(bounce(small_desk, mail)) == 1
    assert bounce(small_desk, mail) == []


@pytest.mark.parametrize(
    ("forged", "came_back"),
    [
        (
            {"recipient": "eve@example.test"},
            "May not have arrived. A mail server reports about eve@example.test: 550",
        ),
        (
            {"recipient": ""},
            (
                "May not have arrived. A mail server reports about an address that it does not"
                " name: 550"
            ),
        ),
        ({"mail_message_id": "<x@example.test>"}, ""),
        ({"mail_id": samples.MAIL_ID}, ""),
    ],
)
def test_a_report_about_another_recipient_or_mail_suppresses_nobody(
    small_desk: NotifyHarness, forged: dict[str, str], came_back: str
) -> None:
    mail = send(small_desk)
    assert bounce(small_desk, mail, **forged) == []
    said = mail_of(small_desk, mail["order_id"])["bounced"]
    assert said.startswith(came_back)
    assert bool(said) == bool(came_back)
    assert send(small_desk)["state"] == "sent"


FULL = {
    "status": "5.2.2",
    "reason": "552 5.2.2 Mailbox full",
    "permanent": False,
    "mailbox_full": True,
}


def test_a_full_mailbox_is_left_in_peace_for_a_while(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.rules = replace(RULES, mailbox_full=timedelta(days=2))
    first = send(desk)
    (added,) = bounce(desk, first, **FULL)
    until = desk.clock.now + timedelta(days=2)
    assert datetime.fromisoformat(added.data["until"]) == until
    assert send(desk)["state"] == "suppressed"
    assert [found["reason"] for found in desk.ask("suppression.list", {}).data["suppressions"]] == [
        FULL["reason"]
    ]
    desk.clock.advance(timedelta(days=2))
    assert desk.ask("suppression.list", {}).data["suppressions"] == []
    (refusal,) = desk.tell("suppression.release", {"email": "ada@example.test"})
    assert refusal.data["code"] == "not_suppressed"
    again = send(desk)
    assert again["state"] == "sent"
    assert [told.name for told in bounce(desk, again, **FULL)] == ["suppression.added"]


def test_what_came_back_for_good_outlasts_a_full_mailbox(small_desk: NotifyHarness) -> None:
    first, second = send(small_desk), send(small_desk)
    bounce(small_desk, first, **FULL)
    (added,) = bounce(small_desk, second)
    assert added.data["until"] is None
    assert bounce(small_desk, first, **FULL) == []
    small_desk.clock.advance(timedelta(days=400))
    assert send(small_desk)["state"] == "suppressed"


def test_a_setting_of_no_days_suppresses_no_full_mailbox(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.rules = replace(RULES, mailbox_full=timedelta())
    assert bounce(small_desk, send(small_desk), **FULL) == []
    assert send(small_desk)["state"] == "sent"


def test_another_shop_s_mail_is_not_suppressed(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    bounce(small_desk, send(small_desk))
    small_desk.tell("order.transitioned", transitioned(attach=[]), shop="other")
    small_desk.run_own_commands()
    assert len(adapters.sent) == 2


def test_what_is_not_suppressed_cannot_be_released(small_desk: NotifyHarness) -> None:
    (refusal,) = small_desk.tell("suppression.release", {"email": "ada@example.test"})
    assert (refusal.name, refusal.data["code"]) == ("suppression.release_refused", "not_suppressed")
    (wrong,) = small_desk.tell("suppression.release", {"email": "ada"})
    assert wrong.data["reason"].startswith("email: ")


def test_a_mail_is_sent_again_as_one_of_its_own(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    first = send(desk)
    desk.clock.advance(timedelta(days=1))
    told, *_ = desk.tell("mail.resend", {"mail_id": first["mail_id"], "by": "anna@shop.test"})
    desk.run_own_commands()
    again = mail_of(desk, first["order_id"])
    assert (told.name, told.data["mail_id"]) == ("mail.requeued", again["mail_id"])
    assert (again["resend_of"], again["state"], again["template"]) == (
        first["mail_id"],
        "sent",
        "payment",
    )
    one, other = (opened(outgoing.content) for outgoing in adapters.sent)
    assert one["Subject"] == other["Subject"]
    assert one["Message-ID"] != other["Message-ID"]
    assert one["Reply-To"] == other["Reply-To"]


def test_a_mail_is_sent_again_as_often_as_it_is_asked_for(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    first = send(small_desk)
    for _ in range(2):
        small_desk.tell("mail.resend", {"mail_id": first["mail_id"]})
    small_desk.run_own_commands()
    assert len({opened(outgoing.content)["Message-ID"] for outgoing in adapters.sent}) == 3


def test_a_mail_cannot_be_sent_again_while_it_is_underway(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Outcome("temporary", "451 later")]
    (refusal,) = small_desk.tell("mail.resend", {"mail_id": send(small_desk)["mail_id"]})
    assert (refusal.data["code"], refusal.data["details"]["state"]) == ("underway", "deferred")


def test_a_mail_is_not_sent_again_to_where_it_came_back_from(small_desk: NotifyHarness) -> None:
    mail = send(small_desk)
    bounce(small_desk, mail)
    (refusal,) = small_desk.tell("mail.resend", {"mail_id": mail["mail_id"]})
    assert refusal.data["code"] == "suppressed"


def test_a_mail_is_sent_again_to_another_address_also_when_it_came_back(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    mail = send(small_desk)
    bounce(small_desk, mail)
    told, *_ = small_desk.tell(
        "mail.resend", {"mail_id": mail["mail_id"], "to": "right@example.test"}
    )
    small_desk.run_own_commands()
    assert (told.name, told.data["mail"]["recipient"]) == ("mail.requeued", "right@example.test")
    assert [outgoing.recipient for outgoing in adapters.sent] == [
        mail["recipient"],
        "right@example.test",
    ]
    again = small_desk.tell(
        "mail.resend", {"mail_id": told.data["mail_id"], "to": mail["recipient"]}
    )
    assert again[0].data["code"] == "suppressed"


def test_a_mail_of_another_shop_is_not_known(small_desk: NotifyHarness) -> None:
    mail = send(small_desk)
    for mail_id, shop in ((mail["mail_id"], "other"), (samples.MAIL_ID, "default")):
        (refusal,) = small_desk.tell("mail.resend", {"mail_id": mail_id}, shop=shop)
        assert refusal.data["code"] == "unknown_mail"
        assert (
            small_desk.ask("mail.get", {"mail_id": mail_id}, shop=shop).name == "mail.get_refused"
        )


def test_more_mails_than_the_limits_allow_go_when_there_is_room_again(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.rules = replace(RULES, limits=SendingLimits(recipient_per_hour=2))
    orders = [send(desk)["order_id"] for _ in range(3)]
    other = send(desk, order__customer__email="bob@example.test")
    orders.append(send(desk, order__customer__email="Ada@Example.test")["order_id"])
    assert mail_of(desk, orders.pop())["state"] == "deferred"
    assert [mail_of(desk, order_id)["state"] for order_id in orders] == ["sent", "sent", "deferred"]
    assert other["state"] == "sent"
    assert desk.scheduled() == [desk.clock.now + timedelta(hours=1)] * 2
    desk.clock.advance(timedelta(hours=1, seconds=1))
    desk.run_own_commands()
    held = mail_of(desk, orders[-1])
    assert (held["state"], held["attempt_count"]) == ("sent", 1)


def test_a_shop_s_limit_counts_all_its_mails_and_no_other_s(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.rules = replace(RULES, limits=SendingLimits(shop_per_minute=1))
    assert send(small_desk)["state"] == "sent"
    assert send(small_desk, order__customer__email="bob@example.test")["state"] == "deferred"
    small_desk.tell("order.transitioned", transitioned(attach=[]), shop="other")
    small_desk.run_own_commands()
    assert len(adapters.sent) == 2


def test_the_limits_count_the_mails_of_one_batch(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.rules = replace(RULES, limits=SendingLimits(recipient_per_hour=2, shop_per_minute=3))
    for email in ("ada", "ada", "ada", "bob", "eve"):
        desk.tell(
            "order.transitioned",
            transitioned(attach=[], order__customer__email=f"{email}@example.test"),
        )
    assert desk.deliver(*(receive(errand.encode()) for errand in desk.own_commands())) == [DONE] * 5
    assert [outgoing.recipient for outgoing in adapters.sent] == [
        "ada@example.test",
        "ada@example.test",
        "bob@example.test",
    ]
    assert len(desk.scheduled()) == 2


def test_the_limits_hold_between_workers_that_claim_at_the_same_moment(
    desk: NotifyHarness, adapters: FakeAdapters, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapters.rules = replace(RULES, limits=SendingLimits(recipient_per_hour=2))
    for _ in range(4):
        desk.tell("order.transitioned", transitioned(attach=[]))
    batch = [receive(errand.encode()) for errand in desk.own_commands()]
    together, claims_to = threading.Barrier(2), Claims.to

    def meeting(*given: Any) -> Any:
        found = claims_to(*given)
        with suppress(
            threading.BrokenBarrierError
        ):  # from where the other one waits for our commit
            together.wait(1)
        return found

    monkeypatch.setattr(Claims, "to", meeting)
    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(desk.deliver, *half) for half in (batch[:2], batch[2:])]:
            assert done.result(FAR) == [DONE, DONE]
    assert len(adapters.sent) == 2


def test_what_was_claimed_and_never_begun_does_not_count(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.rules = replace(RULES, limits=SendingLimits(recipient_per_hour=2))
    for _ in range(2):
        desk.tell("order.transitioned", transitioned(attach=[]))
    batch = [receive(errand.encode()) for errand in desk.own_commands()]
    adapters.answers = [Killed()]
    with pytest.raises(Killed):
        desk.deliver(*batch)
    assert desk.deliver(batch[1]) == [DONE]
    assert (len(adapters.sent), desk.scheduled()) == (1, [])


def test_a_mail_in_doubt_whose_recipient_is_suppressed_meanwhile_is_done_with(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    first = send(desk)
    adapters.answers = [Killed()]
    event = transitioned(attach=[])
    desk.tell("order.transitioned", event)
    with pytest.raises(Killed):
        desk.run_own_commands()
    bounce(desk, first)
    desk.clock.advance(LEASE)
    desk.run_own_commands()
    assert mail_of(desk, event["order_id"])["state"] == "suppressed"
    assert len(adapters.sent) == 1


def test_a_mail_in_doubt_that_the_limits_hold_is_sent_when_they_let_it(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Killed()]
    event = transitioned(attach=[])
    desk.tell("order.transitioned", event)
    with pytest.raises(Killed):
        desk.run_own_commands()
    adapters.rules = replace(RULES, limits=SendingLimits(recipient_per_hour=1))
    desk.clock.advance(LEASE)
    desk.run_own_commands()
    assert mail_of(desk, event["order_id"])["state"] == "deferred"
    desk.clock.advance(timedelta(hours=1))
    desk.run_own_commands()
    assert mail_of(desk, event["order_id"])["state"] == "sent"


def test_a_claim_whose_worker_died_is_swept_up_even_if_its_message_is_lost(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Killed()]
    event = transitioned(attach=[])
    desk.tell("order.transitioned", event)
    with pytest.raises(Killed):
        desk.run_own_commands()
    desk.run.update(errand.id for errand in desk.own_commands())  # RabbitMQ lost it
    desk.clock.advance(LEASE + timedelta(seconds=1))
    desk.tell("mail.sweep", SweepMails.example)
    assert sorted(desk.scheduled()) == [
        desk.clock.now + timedelta(seconds=1),
        desk.clock.now + SWEEP_EVERY,
    ]
    desk.clock.advance(timedelta(seconds=2))
    desk.run_own_commands()
    assert mail_of(desk, event["order_id"])["state"] == "sent"
    assert len(adapters.sent) == 1


def test_a_sweep_leaves_the_living_alone(small_desk: NotifyHarness, adapters: FakeAdapters) -> None:
    adapters.answers = [Killed()]
    small_desk.tell("order.transitioned", transitioned(attach=[]))
    with pytest.raises(Killed):
        small_desk.run_own_commands()
    small_desk.clock.advance(LEASE - timedelta(seconds=1))
    small_desk.tell("mail.sweep", {})
    assert small_desk.scheduled() == [small_desk.clock.now + SWEEP_EVERY]


def test_every_worker_that_starts_plans_the_one_sweep() -> None:
    class Now:
        now = "now"

    (later,) = first_sweep(Now())  # type: ignore[arg-type]
    assert (later.at, later.key) == ("now", "sweep")  # type: ignore[comparison-overlap]


def test_mails_are_found_by_state_and_recipient(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Outcome("permanent", "550 5.1.1 User unknown")]
    failed, sent = send(desk), send(desk, order__customer__email="bob@example.test")
    found = {
        "failed": desk.ask("mail.list", {"state": "failed"}),
        "bob": desk.ask("mail.list", {"recipient": "BOB@example.test"}),
        "last": desk.ask("mail.list", {"limit": 1}),
        "both": desk.ask("mail.list", {}),
    }
    ids = {
        name: [mail["mail_id"] for mail in answer.data["mails"]] for name, answer in found.items()
    }
    first, last = failed["mail_id"], sent["mail_id"]
    assert ids["failed"] == [first]
    assert ids["bob"] == [last]
    assert len(ids["last"]) == 1
    assert set(ids["both"]) == {first, last}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_of_mails_are_the_list_in_pieces(desk: NotifyHarness, limit: int) -> None:
    for _ in range(2):
        desk.tell("order.placed", placed())  # two mails each
        desk.clock.advance(timedelta(seconds=1))
    whole = desk.ask("mail.list", {}).data
    pieces: list[Any] = []
    cursor = None
    for _ in range(-(-4 // limit)):
        page = desk.ask("mail.list", {"limit": limit, "cursor": cursor}).data
        pieces, cursor = pieces + page["mails"], page["next"]
    assert (pieces, cursor) == (whole["mails"], None)
    assert len({mail["mail_id"] for mail in pieces}) == 4
    assert [mail["at"] for mail in pieces] == sorted((mail["at"] for mail in pieces), reverse=True)


def test_a_cursor_that_is_none_is_refused(small_desk: NotifyHarness) -> None:
    refusal = small_desk.ask("mail.list", {"cursor": "page 2"})
    assert (refusal.name, refusal.data["code"]) == ("mail.list_refused", "unknown_cursor")
    assert refusal.data["details"] == {"field": "cursor"}


def test_a_mail_is_shown_with_its_words_and_every_attempt(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Outcome("temporary", "451 later")]
    mail = send(desk)
    desk.clock.advance(timedelta(minutes=1))
    desk.run_own_commands()
    answer = desk.ask("mail.get", {"mail_id": mail["mail_id"]}).data
    assert [(attempt["result"], attempt["reason"]) for attempt in answer["attempts"]] == [
        ("temporary", "451 later"),
        ("sent", "250 OK"),
    ]
    assert answer["text"].startswith("Hello Ada Byron,")
    assert answer["html"].startswith("<!DOCTYPE html>")


def test_a_mail_can_be_looked_at_without_sending(
    small_desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    answer = small_desk.ask("mail.preview", {"template": "payment", "language": "fa"}).data
    assert answer["subject"] == "سفارش XKBKNABJK: پرداخت شما دریافت شد"
    assert 'dir="rtl"' in answer["html"]
    assert (adapters.sent, small_desk.events()) == ([], [])
