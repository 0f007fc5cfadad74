"""File conversations and compare the thread of every mail with the expected one:
`conversations/*.toml`.

A step is one of: `order` (Ada orders), `mail` (its subject), `reply`, `close`, `pend`, `confirm`
(an employee does that with the thread of a step). In a mail, `to`, `cc` and `delivered` are
addresses, where `order` means the reply address of the latest order and `thread N` that of the
thread of step N; `answers` and `references` are Message-IDs, where `order` means one of ours, `mail
N` and `reply N` those of steps; with `forged` before it, the signature has another key.

Expected: `order`, `thread N`, `new` or `nothing`, and that the message is verified, personal and
without marks and the thread open, unless the step says otherwise. A message of an unknown sender in
an existing thread is private.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from services.ingest.store.tables import inbound_mails
from shared.contracts.conversation import Conversation, subject_token
from tests.ingest.builders import (
    CUSTOMER,
    KEYS,
    SERVICE,
    STRANGERS_KEYS,
    FakeMailServer,
    IngestHarness,
    another,
    mail_sent,
    order_placed,
    our_id,
    raw_mail,
    reply_to,
)
from tests.ingest.desk_actions import does
from tests.words import sqlite_url

Step = dict[str, Any]
FILES = sorted((Path(__file__).parent / "conversations").glob("*.toml"))
CONVERSATIONS = [
    found for file in FILES for found in tomllib.loads(file.read_text("utf-8"))["conversation"]
]
RECEIVER = "mx.shop.test"


@dataclass
class Told:
    """A conversation in progress: the result of every step."""

    desk: IngestHarness
    servers: dict[str, FakeMailServer]
    orders: dict[str, UUID] = field(default_factory=dict)
    threads: dict[int, str] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def order(self, reference: str) -> Conversation:
        """Return an order by its reference, or the latest."""
        return Conversation(
            "order", self.orders[reference] if reference else list(self.orders.values())[-1]
        )

    def address(self, said: str) -> str:
        kind, _, which = said.removeprefix("forged ").partition(" ")
        keys = STRANGERS_KEYS if said.startswith("forged ") else KEYS
        if kind.lower() == "order":
            found = reply_to(self.order(which), keys)
            return found.upper() if kind.isupper() else found
        return (
            reply_to(Conversation("thread", UUID(self.threads[int(which)])), keys)
            if kind == "thread"
            else said
        )

    def message_id(self, said: str) -> str:
        kind, _, which = said.removeprefix("forged ").partition(" ")
        keys = STRANGERS_KEYS if said.startswith("forged ") else KEYS
        return our_id(self.order(which), keys) if kind == "order" else self.ids.get(said, said)


@pytest.fixture(scope="module")
def kept_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngestHarness]:
    """The service on SQLite."""
    opened = IngestHarness.at(sqlite_url(tmp_path_factory.mktemp("conversations")))
    yield opened
    opened.engine.dispose()


def test_there_are_enough_of_them() -> None:
    assert len(CONVERSATIONS) >= 60
    assert len({conversation["name"] for conversation in CONVERSATIONS}) == len(CONVERSATIONS)


@pytest.mark.parametrize(
    "conversation", CONVERSATIONS, ids=lambda conversation: conversation["name"]
)
def test_every_mail_goes_where_it_belongs(
    kept_desk: IngestHarness, conversation: dict[str, Any]
) -> None:
    mailboxes = [
        another(name=name, receiver=RECEIVER)
        for name in conversation.get("mailboxes", [SERVICE.name])
    ]
    servers = {mailbox.name: FakeMailServer() for mailbox in mailboxes}

    def fetch(request: FetchRequest) -> FetchResult:
        return servers[request.mailbox.name](request)

    kept_desk.begin(fetch, *mailboxes)
    told = Told(kept_desk, servers)
    for number, step in enumerate(conversation["steps"], 1):
        doing = {
            "order": places,
            "mail": writes,
            "reply": replies,
            "close": closes,
            "pend": pends,
            "confirm": confirms,
        }
        next(do for name, do in doing.items() if name in step)(told, number, step)


def places(told: Told, number: int, step: Step) -> None:
    """Place an order."""
    order_id = told.orders[step["order"]] = uuid4()
    placed = order_placed(
        order_id=str(order_id), order__order_id=str(order_id), order__reference=step["order"]
    )
    told.desk.tell("order.placed", placed, shop=step.get("shop", "default"))


def writes(told: Told, number: int, step: Step) -> None:
    """Receive a mail, and assert that it is filed as expected."""
    before = {row.inbound_id for row in told.desk.rows(inbound_mails)}
    seen = set(told.threads.values())
    told.servers[step.get("mailbox", SERVICE.name)].receive(as_letter(told, number, step))
    told.desk.poll(minutes=11)
    told.desk.run(*told.desk.again)
    (row,) = (row for row in told.desk.rows(inbound_mails) if row.inbound_id not in before)
    expected = step["expect"]
    if expected == "nothing":
        assert row.state in ("own", "duplicate")
        return
    assert row.state == "filed"
    thread_id = told.threads[number] = str(row.thread_id)
    told.messages[number] = str(row.inbound_id)
    place = told.desk.thread(thread_id)
    if expected == "new":
        assert thread_id not in seen
        assert place["thread"]["order_id"] is None
    elif expected.startswith("thread"):
        assert thread_id == told.threads[int(expected.split()[1])]
    else:
        assert place["thread"]["order_id"] == str(told.order(expected.partition(" ")[2]).id)
    holds(told, step, place, str(row.inbound_id), row.found_by)


def holds(told: Told, step: Step, place: dict[str, Any], message_id: str, found_by: str) -> None:
    """Assert the expectations of a step about message and thread."""
    message = next(message for message in place["messages"] if message["message_id"] == message_id)
    automatic = step.get("kind", "personal") != "personal"
    assert message["verified"] is step.get("verified", True)
    is_stranger = message["author"] != CUSTOMER and not message["verified"]
    is_note = is_stranger and step["expect"] != "new"
    assert message["private"] is step.get("private", is_note)
    assert message["marks"] == step.get("marks", [])
    assert message["kind"] == step.get("kind", "personal")
    assert message["unread"] is not automatic
    assert place["thread"]["status"] == step.get("status", "open")
    assert place["thread"]["customer_email"] in (CUSTOMER, message["author"])
    related = step.get("related")
    if step["expect"] == "new":
        assert place["thread"]["related"] == (told.threads[related] if related else None)
    elif message["author"] != CUSTOMER:
        assert place["thread"]["customer_email"] == CUSTOMER
    if "found_by" in step:
        assert found_by == step["found_by"]


def as_letter(told: Told, number: int, step: Step) -> bytes:
    """Return the mail of a step."""
    message_id = (
        told.message_id(step["message_id"])
        if "message_id" in step
        else f"<{uuid4().hex}@mail.test>"
    )
    told.ids[f"mail {number}"] = message_id
    token = subject_token(UUID(told.threads[step["token"]])) if "token" in step else ""
    quoted = f"\r\n> Message-ID: {told.message_id(step['quotes'])}" if "quotes" in step else ""
    result = f"Authentication-Results: {RECEIVER}; dmarc={step.get('dmarc')} header.from=x.test"
    return raw_mail(
        f"{step.get('text', 'Hello!')}{quoted}",
        subject=f"{step['mail']} {token}".strip(),
        message_id=message_id,
        from_=step.get("from", f"Ada Byron <{CUSTOMER}>"),
        to=told.address(step.get("to", "service@shop.test")),
        cc=told.address(step.get("cc", "")),
        delivered_to=told.address(step.get("delivered", "")),
        in_reply_to=" ".join(map(told.message_id, step.get("answers", []))),
        references=" ".join(map(told.message_id, step.get("references", []))),
        headers=[*([result] if "dmarc" in step else []), *step.get("headers", [])],
    )


def replies(told: Told, number: int, step: Step) -> None:
    """Let Anna answer, and report the answer as sent."""
    thread_id = told.threads[step["reply"]]
    does(told.desk, "reply", thread_id, text="Yes.")
    conversation = Conversation.parse(told.desk.thread(thread_id)["thread"]["conversation"])
    told.ids[f"reply {number}"] = our_id(conversation)
    told.desk.tell("mail.sent", mail_sent(told.ids[f"reply {number}"], conversation, thread_id))


def closes(told: Told, number: int, step: Step) -> None:
    does(told.desk, "set_status", told.threads[step["close"]], status="closed")


def pends(told: Told, number: int, step: Step) -> None:
    does(told.desk, "set_status", told.threads[step["pend"]], status="pending1")


def confirms(told: Told, number: int, step: Step) -> None:
    """Let Anna approve a sender."""
    thread_id, message_id = told.threads[step["confirm"]], told.messages[step["confirm"]]
    (event,) = does(told.desk, "confirm_sender", thread_id, message_id=message_id)
    assert event.name == "thread.sender_confirmed"
    for message in told.desk.thread(thread_id)["messages"]:
        if message["author"] == event.data["email"]:
            genuine = "dmarc_failed" not in message["marks"]
            assert (message["verified"], message["private"]) == (genuine, not genuine)
