"""The whole path of a mail: mail program, real servers, pipeline, and a process that is killed."""

import smtplib
from collections.abc import Callable
from itertools import count
from threading import Lock
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from services.ingest.store.tables import inbound_mails, raw_mails, thread_messages
from shared.contracts.conversation import Conversation
from shared.runtime.rabbitmq.delivery import Delivery
from tests.conditions import until
from tests.conftest import Mailserver
from tests.ingest.builders import (
    CUSTOMER,
    ORDER,
    ORDER_ID,
    IngestHarness,
    Killed,
    a_fetch_request,
    mail_sent,
    order_placed,
    our_id,
    raw_mail,
    reply_to,
)

desks = count(1)


@pytest.fixture
def mailbox(mailserver: Mailserver) -> Mailbox:
    """The shop's mailbox on Dovecot."""
    user = f"walk{next(desks)}@shop.test"
    mailserver.dovecot.add_user(user, "secret")
    return Mailbox(
        name="service",
        host="127.0.0.1",
        port=mailserver.dovecot.imap_port,
        user=user,
        password=SecretStr("secret"),
        security="starttls",
        verify_certificate=False,
    )


@pytest.fixture
def send(mailserver: Mailserver, mailbox: Mailbox) -> Callable[..., None]:
    """Send a mail with a mail program; return when it is in the mailbox."""
    sent = count(1)

    def send(raw: bytes, sender: str = CUSTOMER, token: str = "") -> None:
        recipient = mailbox.user.replace("@", f"+{token}@") if token else mailbox.user
        with smtplib.SMTP("127.0.0.1", mailserver.smtp.port, timeout=60) as client:
            client.sendmail(sender, [recipient], raw)
        number = next(sent)
        until(
            lambda: (
                MailFetcher(AccessTokens())(a_fetch_request(mailbox)).checkpoint.last_uid == number
            )
        )

    return send


def texts(desk: IngestHarness) -> list[str]:
    return [row.text for row in sorted(desk.rows(thread_messages), key=lambda row: row.at)]


def test_an_answer_to_a_mail_of_ours_goes_all_the_way(
    small_desk: IngestHarness, mailbox: Mailbox, send: Callable[..., None]
) -> None:
    desk = small_desk
    desk.begin(MailFetcher(AccessTokens()), mailbox)
    desk.tell("order.placed", order_placed())
    ours = our_id(ORDER)
    desk.tell("mail.sent", mail_sent(ours, ORDER))
    send(
        raw_mail(
            "When will it arrive?",
            in_reply_to=ours,
            references=ours,
            message_id="<c1@example.test>",
        )
    )
    assert desk.poll(minutes=1) == ["thread.opened", "thread.message_added", "mail.received"]
    (thread,) = desk.threads(order_id=str(ORDER_ID))

    desk.run(*[])
    desk.tell(
        "thread.reply",
        {"thread_id": thread["thread_id"], "text": "Tomorrow.", "by": "anna@shop.test"},
    )
    desk.collect()
    replied = desk.last("thread.replied")
    assert (replied["in_reply_to"], replied["references"]) == (
        "<c1@example.test>",
        [ours, "<c1@example.test>"],
    )
    answer = our_id(Conversation.parse(thread["conversation"]))
    desk.tell("mail.sent", mail_sent(answer, ORDER, thread["thread_id"]))

    token = reply_to(ORDER).partition("+")[2].partition("@")[0]
    send(
        raw_mail("Thank you! سپاس", to="Shop <service@shop.test>", message_id="<c2@example.test>"),
        token=token,
    )
    send(
        raw_mail("I am a robot", headers=["Auto-Submitted: auto-replied"], in_reply_to=answer),
        sender="",
    )
    send(raw_mail("Copy", from_="service@shop.test", message_id=answer))
    assert desk.poll(minutes=1).count("mail.received") == 2
    assert sorted(texts(desk)) == [
        "I am a robot",
        "Thank you! سپاس",
        "Tomorrow.",
        "When will it arrive?",
    ]
    (thread,) = desk.threads()
    assert (thread["status"], thread["owner"]) == ("open", "anna@shop.test")
    assert [row.found_by for row in desk.rows(inbound_mails) if row.state == "filed"].count(
        "reply_address"
    ) == 1
    assert desk.poll(minutes=1) == []
    forwards_and_is_answered(desk, send, thread["thread_id"])


def forwards_and_is_answered(
    desk: IngestHarness, send: Callable[..., None], thread_id: str
) -> None:
    """Let Bela answer a forwarded thread by mail twice: from the known address, and from
    another.
    """
    forward = {"email": "bela@shop.test", "employee": "bela", "comment": "Please be very polite."}
    told = desk.tell("thread.forward", {"thread_id": thread_id, "by": "anna@shop.test", **forward})
    forwarded = Conversation("forward", UUID(told[-1].data["forward_id"]))
    address = reply_to(forwarded)
    token = address.partition("+")[2].partition("@")[0]
    for sender in ("bela@shop.test", "bela@home.test"):
        text = f"On Friday.\n\nOn Monday Shop <{address}> wrote:\n> Please be very polite."
        raw = raw_mail(text.replace("\n", "\r\n"), from_=sender, to=f"Shop <{address}>")
        send(raw, sender=sender, token=token)
    names = desk.poll(minutes=1)
    assert (names.count("thread.replied"), names.count("mail.received")) == (1, 2)
    replied = desk.last("thread.replied")["message"]
    assert (replied["text"], replied["author"]) == ("On Friday.", "bela")
    messages = desk.thread(thread_id)["messages"]
    (note,) = (message for message in messages if message["author"] == "bela@home.test")
    assert note["private"]
    assert note["marks"] == ["answer_to_forward", "not_mailed", "other_sender"]


class Mortal:
    """Fetches from a real mailbox, and dies after it once, or whenever the counter says."""

    def __init__(self, *deaths: int) -> None:
        self.deaths, self.polls, self.lock = set(deaths), 0, Lock()

    def __call__(self, request: FetchRequest) -> FetchResult:
        found = MailFetcher(AccessTokens())(request)
        self.polls += 1
        if self.polls in self.deaths:
            raise Killed
        return found


def deliver_until_done(desk: IngestHarness, deliveries: list[Delivery]) -> None:
    """Deliver messages as RabbitMQ does: unacknowledged ones again, and some of them twice."""
    waiting = [*deliveries]
    while waiting:
        try:
            desk.deliver(*waiting)
        except Killed:
            continue
        desk.deliver(*waiting)
        waiting = desk.collect()


@pytest.mark.parametrize("deaths", [(), (1,), (1, 2, 3), (2,), (2, 4)])
def test_every_mail_is_filed_once_whenever_the_process_dies(
    small_desk: IngestHarness, mailbox: Mailbox, send: Callable[..., None], deaths: tuple[int, ...]
) -> None:
    desk, sent = small_desk, []
    desk.begin(Mortal(*deaths), mailbox)
    for number in range(3):
        raw = raw_mail(f"Mail {number}")
        send(raw)
        sent.append(raw)
        desk.clock.advance(minutes=5)
        deliver_until_done(desk, desk.collect())
    assert sorted(texts(desk)) == ["Mail 0", "Mail 1", "Mail 2"]
    assert len(desk.rows(raw_mails)) == 3
    assert [envelope.name for envelope in desk.told].count("mail.received") == 3
    assert len(desk.due()) == 1
    for raw in sent:
        body = raw.partition(b"\r\n\r\n")[2]
        assert any(bytes(row.content).rstrip().endswith(body) for row in desk.rows(raw_mails))
