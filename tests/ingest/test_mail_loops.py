"""Programs that answer each other stop; persons get answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.ingest.domain import mail_rates
from tests.ingest.builders import (
    NOON,
    ORDER,
    ORDER_ID,
    FakeMailServer,
    IngestHarness,
    another,
    order_placed,
    raw_mail,
    reply_to,
)
from tests.words import sqlite_url

RECEIVER = "mx.shop.test"
PASS = f"Authentication-Results: {RECEIVER}; dmarc=pass header.from=example.test"


@dataclass
class AnsweringDesk:
    """Confirms every mail for which `mail.received` allows it; `headers` are those of its
    confirmations.
    """

    address: str
    desk: IngestHarness
    headers: list[str]
    server: FakeMailServer = field(default_factory=FakeMailServer)

    def __post_init__(self) -> None:
        self.desk.begin(self.server, another(user=self.address, receiver=RECEIVER))

    def takes(self, mail: bytes) -> bytes | None:
        """Return the confirmation of a mail, if there is one."""
        self.server.receive(mail)
        self.desk.poll(minutes=1)
        told = self.desk.last("mail.received")
        if not told["may_acknowledge"]:
            return None
        subject = f"We got your mail {len(self.server.mails)}"
        headers = [PASS, *self.headers]
        return raw_mail(
            "Thank you!", from_=self.address, to=told["sender"], subject=subject, headers=headers
        )


@pytest.fixture
def two_databases(tmp_path: Path) -> Iterator[list[IngestHarness]]:
    opened = [IngestHarness.at(sqlite_url(tmp_path, name)) for name in ("one", "two")]
    yield opened
    for each in opened:
        each.engine.dispose()


@pytest.mark.parametrize(
    ("headers", "most"),
    [
        (["Auto-Submitted: auto-replied"], 2),
        (["Precedence: bulk"], 2),
        (["X-Auto-Response-Suppress: All"], 2),
        ([], 3),
    ],
    ids=["as RFC 3834 wants", "bulk", "as Exchange does", "as if by a person"],
)
def test_two_desks_that_answer_each_other_fall_silent(
    two_databases: list[IngestHarness], headers: list[str], most: int
) -> None:
    here, there = (
        AnsweringDesk(f"service@{name}.test", desk, headers)
        for name, desk in zip(("here", "there"), two_databases, strict=True)
    )
    mail: bytes | None = raw_mail("Hello", from_=here.address, to=there.address, headers=[PASS])
    mails, taker, other = 0, there, here
    while mail and mails < 20:
        mails += 1
        mail = taker.takes(mail)
        taker, other = other, taker
    assert mails == most


def acknowledged(
    desk: IngestHarness, server: FakeMailServer, *mails: bytes, **later: float
) -> list[bool]:
    """Return whether each of the mails may be confirmed."""
    before = len(desk.told)
    server.receive(*mails)
    desk.poll(**(later or {"minutes": 1}))
    return [
        event.data["may_acknowledge"]
        for event in desk.told[before:]
        if event.name == "mail.received"
    ]


@pytest.fixture
def trusting(desk: IngestHarness, server: FakeMailServer) -> IngestHarness:
    """A desk with a `receiver` for DMARC results."""
    desk.begin(server, another(receiver=RECEIVER))
    return desk


def test_a_proved_sender_is_confirmed_once_a_day(
    trusting: IngestHarness, server: FakeMailServer
) -> None:
    assert acknowledged(
        trusting, server, raw_mail("one", headers=[PASS]), raw_mail("two", headers=[PASS])
    ) == [True, False]
    assert acknowledged(trusting, server, raw_mail("three", headers=[PASS])) == [False]
    assert acknowledged(trusting, server, raw_mail("four", headers=[PASS]), hours=25) == [True]
    assert acknowledged(
        trusting, server, raw_mail("x", from_="bob@example.test", headers=[PASS])
    ) == [True]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"headers": [PASS.replace("pass", "fail")]},
        {"headers": [PASS.replace(RECEIVER, "mx.evil.test")]},
        {"headers": [PASS, "List-Id: <l.test>"]},
        {"headers": [PASS, "Auto-Submitted: auto-generated"]},
        {"headers": [PASS, "Precedence: list"]},
        {"headers": [PASS], "from_": "no-reply@example.test"},
        {"headers": [PASS], "from_": "bounces+123@example.test"},
        {"headers": [PASS], "from_": "a@b.test, c@d.test"},
        {"headers": [PASS, "Return-Path: <>"]},
    ],
    ids=str,
)
def test_no_other_sender_is_confirmed(
    trusting: IngestHarness, server: FakeMailServer, fields: dict[str, Any]
) -> None:
    assert acknowledged(trusting, server, raw_mail(**fields)) == [False]


def test_an_answer_in_a_thread_is_not_answered(
    trusting: IngestHarness, server: FakeMailServer
) -> None:
    first, second = (
        raw_mail(message_id="<1@x.test>", headers=[PASS]),
        raw_mail(in_reply_to="<1@x.test>", headers=[PASS]),
    )
    assert acknowledged(trusting, server, first) == [True]
    assert acknowledged(trusting, server, second, hours=25) == [False]


def test_a_mailbox_answers_so_much_in_an_hour(
    trusting: IngestHarness, server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_rates, "MAX_ACKNOWLEDGED", 3)
    crowd = [raw_mail(from_=f"a{number}@example.test", headers=[PASS]) for number in range(5)]
    assert acknowledged(trusting, server, *crowd) == [True, True, True, False, False]
    assert acknowledged(trusting, server, raw_mail(headers=[PASS]), minutes=61) == [True]


# --- too much -------------------------------------------------------------------------------------


def test_a_flood_is_marked_and_waits_for_people(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    desk.tell("order.placed", order_placed())
    mails = [
        raw_mail(f"Mail {number}", to=reply_to(ORDER))
        for number in range(mail_rates.MAX_FROM_SENDER + 2)
    ]
    server.receive(*mails[:3])
    desk.poll(minutes=1)
    server.receive(*mails[3:])
    desk.poll(minutes=1)
    (thread,) = desk.threads(order_id=str(ORDER_ID))
    messages = desk.thread(thread["thread_id"])["messages"]
    assert [message["marks"] for message in messages] == [[]] * mail_rates.MAX_FROM_SENDER + [
        ["flood"]
    ] * 2
    desk.tell(
        "thread.set_status", {"thread_id": thread["thread_id"], "status": "closed", "by": "anna"}
    )
    server.receive(raw_mail("once more", to=reply_to(ORDER)))
    desk.poll(minutes=1)
    after = desk.thread(thread["thread_id"])
    assert (after["thread"]["status"], bool(after["thread"]["waits_since"])) == ("open", True)
    assert (after["messages"][-1]["marks"], after["messages"][-1]["unread"]) == (["flood"], True)


def test_a_flood_gets_no_automatic_answer(
    trusting: IngestHarness, server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_rates, "MAX_FROM_SENDER", 2)
    one, *others = [
        raw_mail(f"Mail {number}", headers=[PASS], from_="a@relay.test") for number in range(3)
    ]
    monkeypatch.setattr(mail_rates, "MAX_ACKNOWLEDGED", 0)  # so that none before it was answered
    assert acknowledged(trusting, server, one, others[0]) == [False, False]
    monkeypatch.setattr(mail_rates, "MAX_ACKNOWLEDGED", 100)
    assert acknowledged(trusting, server, others[1]) == [False]
    server.arrivals[4] = trusting.clock.now + mail_rates.PERIOD
    assert acknowledged(
        trusting, server, raw_mail("later", headers=[PASS], from_="a@relay.test"), minutes=11
    ) == [True]


@pytest.mark.parametrize(
    ("apart", "floods"), [(timedelta(minutes=1), 0), (timedelta(seconds=1), 5)]
)
@pytest.mark.parametrize("fetched", [1, 25])
def test_a_flood_counts_when_mails_arrived_not_when_they_were_fetched(
    desk: IngestHarness, server: FakeMailServer, fetched: int, apart: timedelta, floods: int
) -> None:
    server.window = fetched
    mails = [raw_mail(f"Mail {number}") for number in range(mail_rates.MAX_FROM_SENDER + 5)]
    server.arrivals = {
        uid: NOON - timedelta(hours=3) + uid * apart for uid in range(1, len(mails) + 1)
    }
    server.receive(*mails)
    for _ in mails[::fetched]:
        desk.poll(seconds=1)
    threads = desk.threads(limit=100)
    assert len(threads) == len(mails)
    assert sum(thread["unread_messages"] for thread in threads) == len(mails)
    marked = [
        thread
        for thread in threads
        if desk.thread(thread["thread_id"])["messages"][0]["marks"] == ["flood"]
    ]
    assert len(marked) == floods


def test_many_senders_in_one_thread_are_a_flood_too(
    desk: IngestHarness, server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_rates, "MAX_IN_THREAD", 3)
    desk.tell("order.placed", order_placed())
    server.receive(
        *(raw_mail(from_=f"a{number}@evil.test", to=reply_to(ORDER)) for number in range(5))
    )
    desk.poll(minutes=1)
    (thread,) = desk.threads(order_id=str(ORDER_ID))
    messages = desk.thread(thread["thread_id"])["messages"]
    assert sum(message["marks"] == ["flood"] for message in messages) == 2
