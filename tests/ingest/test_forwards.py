"""Answers by mail to forwarded threads: some go to the customer, others become notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from services.ingest.domain.answer_text import new_text, quotes_private, takes_private
from services.ingest.domain.attachments import attachment
from services.ingest.domain.thread import employee_message
from services.ingest.store.tables import forwards as forwards_table
from shared.contracts import samples
from shared.contracts.conversation import Conversation
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailBounced
from tests.ingest.builders import (
    CUSTOMER,
    NOON,
    SERVICE,
    STRANGERS_KEYS,
    FakeMailServer,
    IngestHarness,
    another,
    order_placed,
    our_id,
    raw_mail,
    reply_to,
)
from tests.ingest.desk_actions import ANNA, BELA, does, writes
from tests.words import changed, sqlite_url

COMMENT = "She has complained twelve times this year."
CARRIER = "help@carrier.test"
RECEIVED = "Authentication-Results: mx.shop.test; dmarc={} header.from=shop.test"
BOUNDARY = 'multipart/mixed; boundary="b"'


@dataclass
class ForwardedThread:
    """A thread that Anna forwarded; `told` is the event."""

    desk: IngestHarness
    server: FakeMailServer
    thread_id: str
    told: dict[str, Any]

    @property
    def conversation(self) -> Conversation:
        return Conversation("forward", UUID(self.told["forward_id"]))

    def answers(self, text: str = "It left on Monday.", **fields: Any) -> list[Envelope]:
        """Let the recipient answer by mail; return the published events."""
        given = {
            "from_": self.told["email"],
            "to": reply_to(self.conversation),
            "in_reply_to": our_id(self.conversation),
            "subject": "Re: Fwd: A question",
        }
        self.desk.run(*self.desk.collect())
        before = len(self.desk.told)
        arrives(self, raw_mail(text, **given | fields))
        self.desk.poll(minutes=5)
        return self.desk.told[before:]

    @property
    def thread(self) -> dict[str, Any]:
        found: dict[str, Any] = self.desk.thread(self.thread_id)["thread"]
        return found

    @property
    def last(self) -> dict[str, Any]:
        """Return the latest message."""
        found: dict[str, Any] = self.desk.thread(self.thread_id)["messages"][-1]
        return found


def arrives(forwarded: ForwardedThread, raw: bytes) -> None:
    """Receive a mail at the current time."""
    server = forwarded.server
    server.receive(raw)
    server.arrivals[len(server.mails)] = forwarded.desk.clock.now


def replies(told: list[Envelope]) -> list[Envelope]:
    return [envelope for envelope in told if envelope.name == "thread.replied"]


def forwards(
    desk: IngestHarness, server: FakeMailServer, thread_id: str = "", **changes: Any
) -> ForwardedThread:
    """Let Anna forward a thread to Bela, or to someone else."""
    key = thread_id or writes(desk)
    desk.clock.advance(minutes=1)
    fields = {"email": BELA, "employee": BELA, "comment": COMMENT} | changes
    told = next(
        each for each in does(desk, "forward", key, **fields) if each.name == "thread.forwarded"
    )
    desk.clock.advance(minutes=1)
    return ForwardedThread(desk, server, key, told.data)


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngestHarness]:
    """The service on SQLite, for all tests of this module."""
    opened = IngestHarness.at(sqlite_url(tmp_path_factory.mktemp("forwards")))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def small(one_desk: IngestHarness, server: FakeMailServer) -> IngestHarness:
    """The service with an empty database and a mailbox whose mail server checks DMARC."""
    one_desk.begin(server, another(SERVICE, receiver="mx.shop.test"))
    return one_desk


# --- what goes to the customer --------------------------------------------------------------------


def test_an_employees_answer_to_a_forward_goes_to_the_customer(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail("Where is it?", message_id="<c1@example.test>"))
    desk.poll(minutes=1)
    forwarded = forwards(desk, server, desk.threads()[0]["thread_id"])
    address = reply_to(forwarded.conversation)
    quoted = f"Am Montag schrieb Shop <{address}>:\r\n> {COMMENT}"
    told = forwarded.answers(f"It left on Monday.\r\n\r\n{quoted}", message_id="<b1@shop.test>")
    assert [each.name for each in told] == [
        "thread.message_added",
        "thread.replied",
        "mail.received",
    ]
    (replied,) = replies(told)
    message = replied.data["message"]
    assert (message["text"], message["author"], message["marks"]) == (
        "It left on Monday.",
        BELA,
        ["answer_to_forward"],
    )
    assert (message["direction"], message["private"]) == ("employee", False)
    # Nothing of the internal mails is in the headers of the one to the customer.
    assert (replied.data["in_reply_to"], replied.data["references"]) == (
        "<c1@example.test>",
        ["<c1@example.test>"],
    )
    assert COMMENT not in str(replied.data)
    thread = forwarded.thread
    assert (
        thread["status"],
        thread["owner"],
        thread["waits_since"],
        thread["unread_messages"],
    ) == (
        "closed",
        BELA,
        None,
        0,
    )
    assert forwarded.last == message


def test_an_answer_that_comes_twice_is_mailed_once(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    told = forwarded.answers(message_id="<b1@shop.test>")
    told += forwarded.answers(message_id="<b1@shop.test>", headers=["Received: by list.test"])
    assert len(replies(told)) == 1


def test_a_message_of_the_customer_meanwhile_leaves_the_thread_open(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    conversation = Conversation.parse(forwarded.thread["conversation"])
    arrives(forwarded, raw_mail("And is it blue?", to=reply_to(conversation)))
    small.poll(minutes=5)
    missed = forwarded.last["message_id"]
    (replied,) = replies(forwarded.answers())
    assert replied.data["unseen"] == [missed]
    thread = forwarded.thread
    assert (thread["status"], thread["unread_messages"], bool(thread["waits_since"])) == (
        "open",
        1,
        True,
    )


@pytest.mark.parametrize("state", ["merged", "closed", "closed order"])
def test_an_answer_goes_where_the_thread_is_now(
    state: str, small: IngestHarness, server: FakeMailServer
) -> None:
    into = writes(small, email="ada@work.test")
    if state == "closed order":
        small.tell("order.placed", order_placed())
        text = {"order_id": samples.ORDER_ID, "text": "We look into it.", "by": ANNA}
        told = small.tell("thread.post_order_message", text)
        forwarded = forwards(small, server, told[0].data["thread_id"])
        small.tell("order.transitioned", samples.ORDER_TRANSITIONED)
    else:
        forwarded = forwards(small, server)
        does(small, "set_status", forwarded.thread_id, status="closed")
    if state == "merged":
        does(small, "merge", forwarded.thread_id, into=into)
        forwarded.thread_id = into
    (replied,) = replies(forwarded.answers())
    assert replied.data["thread_id"] == forwarded.thread_id
    assert (forwarded.thread["status"], forwarded.last["text"]) == ("closed", "It left on Monday.")


def test_files_go_along_but_no_pictures_of_the_text_and_no_programs(
    small: IngestHarness, server: FakeMailServer
) -> None:
    parts = "\r\n".join(
        (
            "--b\r\nContent-Type: text/plain\r\n\r\nHere it is.",
            '--b\r\nContent-Type: text/csv; name="list.csv"\r\n'
            'Content-Disposition: attachment; filename="list.csv"\r\n\r\na,b',
            '--b\r\nContent-Type: image/png; name="logo.png"\r\nContent-ID: <l@x>\r\n'
            'Content-Disposition: inline; filename="logo.png"\r\n\r\nlogo',
            '--b\r\nContent-Disposition: attachment; filename="run.exe"\r\n\r\nMZ',
            "--b--",
        )
    )
    forwarded = forwards(small, server)
    (replied,) = replies(forwarded.answers(parts, content_type=BOUNDARY))
    assert [file["filename"] for file in replied.data["attachments"]] == ["list.csv"]
    assert [file["filename"] for file in forwarded.last["attachments"]] == ["list.csv"]
    assert forwarded.last["marks"] == ["answer_to_forward", "attachments_left_out"]


# --- what stays a note ----------------------------------------------------------------------------

ATTACHED = (
    "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: internal\r\n\r\nWords\r\n--b--"
)
WITHHELD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "another address of the employee": ({"from_": "bela@home.test"}, ["other_sender"]),
    "a forged sender": (
        {"headers": [RECEIVED.format("fail")]},
        ["dmarc_failed", "other_sender"],
    ),
    "two senders": ({"from_": f"{BELA}, eve@evil.test"}, ["other_sender", "several_senders"]),
    "a private line": ({"text": f"It left.\r\n\r\n{COMMENT}"}, ["quotes_internal"]),
    "a private line, wrapped": (
        {"text": "It left.\r\n| She has complained twelve\r\n| times this year."},
        ["quotes_internal"],
    ),
    "a mail that is attached": ({"text": ATTACHED, "content_type": BOUNDARY}, ["quotes_internal"]),
    "a mail that is passed on": ({"subject": "Fwd: Fwd: A question"}, ["quotes_internal"]),
    "nothing new": ({"text": "> Where is my mug?\r\n> Ada"}, []),
    "only what is passed on": (
        {"text": f"---------- Forwarded message ---------\r\nSubject: x\r\n\r\n{COMMENT}"},
        [],
    ),
    "too late": ({"late": True}, ["forward_expired"]),
    "an encrypted mail": (
        {"text": "-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----"},
        ["encrypted"],
    ),
}


@pytest.mark.parametrize("name", WITHHELD)
def test_a_withheld_answer_is_a_note_with_a_mark(
    name: str, small: IngestHarness, server: FakeMailServer
) -> None:
    fields, marks = WITHHELD[name]
    forwarded = forwards(small, server)
    small.clock.advance(days=31 if fields.get("late") else 0)
    told = forwarded.answers(**{key: value for key, value in fields.items() if key != "late"})
    assert [each.name for each in told] == ["thread.message_added", "mail.received"]
    message = forwarded.last
    assert (message["private"], message["unread"]) == (True, True)
    assert message["marks"] == sorted([*marks, "answer_to_forward", "not_mailed"])
    # Who may not be the employee is not shown as one.
    is_known = "other_sender" not in marks
    assert message["verified"] is is_known
    assert message["direction"] == ("employee" if is_known else "customer")
    thread = forwarded.thread
    assert (thread["status"], bool(thread["waits_since"])) == ("open", True)


AUTOMATIC: dict[str, dict[str, Any]] = {
    "an absence note": {"headers": ["Auto-Submitted: auto-replied"]},
    "a list that answers": {"headers": ["Precedence: bulk"]},
    "an absence note by its subject": {"subject": "Out of office: Re: Fwd: A question"},
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_an_automatic_answer_reaches_no_customer_and_opens_no_thread(
    name: str, small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    does(small, "reply", forwarded.thread_id, text="We ask the carrier.")
    told = forwarded.answers(**AUTOMATIC[name])
    assert [each.name for each in told] == ["thread.message_added", "mail.received"]
    message = forwarded.last
    assert (message["private"], message["unread"]) == (True, False)
    assert (forwarded.thread["status"], forwarded.thread["unread_messages"]) == ("closed", 0)


def test_a_forward_that_comes_back_marks_its_note(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    does(small, "mark_read", forwarded.thread_id)
    ours = our_id(forwarded.conversation)
    report = f"550 5.1.1 User unknown\r\n\r\nMessage-ID: {ours}\r\nTo: {BELA}"
    told = forwarded.answers(
        report, from_="MAILER-DAEMON@mx.test", subject="Undelivered Mail", to="service@shop.test"
    )
    assert replies(told) == []
    bounced = next(each.data for each in told if each.name == "mail.bounced")
    assert bounced["conversation"] == str(forwarded.conversation)
    small.tell("mail.bounced", changed(MailBounced.example, **bounced))
    messages = small.thread(forwarded.thread_id)["messages"]
    note = next(each for each in messages if each["message_id"] == forwarded.told["forward_id"])
    assert "550 5.1.1" in note["undelivered"]
    assert (note["unread"], forwarded.thread["unread_messages"]) == (True, 1)


def test_advice_stays_a_note_of_the_employee(small: IngestHarness, server: FakeMailServer) -> None:
    forwarded = forwards(small, server, advice=True)
    assert forwarded.told["advice"] is True
    told = forwarded.answers(f"Give her a voucher.\r\n\r\n> {COMMENT}")
    assert replies(told) == []
    message = forwarded.last
    assert (message["author"], message["private"], message["marks"]) == (
        BELA,
        True,
        ["answer_to_forward"],
    )


def test_an_answer_of_someone_else_is_a_note_and_goes_to_no_one(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server, email=CARRIER, employee=None, comment="")
    does(small, "set_status", forwarded.thread_id, status="pending1")
    assert replies(forwarded.answers("We lost it.")) == []
    message = forwarded.last
    assert (message["author"], message["verified"], message["private"]) == (CARRIER, True, True)
    assert forwarded.thread["status"] == "open"
    again = forwards(small, server, forwarded.thread_id, email="other@x.test", employee=None)
    assert "We lost it." not in str(again.told["messages"])
    confirm = {"message_id": message["message_id"]}
    does(small, "confirm_sender", forwarded.thread_id, **confirm)
    messages = small.thread(forwarded.thread_id)["messages"]
    assert [each["private"] for each in messages if each["author"] == CARRIER] == [True]


def test_a_customer_with_the_address_of_a_forward_posts_as_usual(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    forwarded.answers("Thank you!", from_=CUSTOMER)
    message = forwarded.last
    assert (message["verified"], message["private"]) == (True, False)


def test_a_forged_token_and_one_of_another_shop_lead_nowhere(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    forged = reply_to(forwarded.conversation, STRANGERS_KEYS)
    forged_id = our_id(forwarded.conversation, STRANGERS_KEYS)
    assert replies(forwarded.answers(to=forged, in_reply_to=forged_id)) == []
    foreign = small.tell(
        "thread.forward",
        {"thread_id": forwarded.thread_id, "email": BELA, "employee": BELA, "by": ANNA},
        shop="other-shop",
    )
    assert [each.name for each in foreign] == ["thread.forward_refused"]
    assert len(small.threads()) == 2
    assert forwarded.last["author"] == ANNA


def test_a_mail_that_names_two_threads_stays_a_note(
    small: IngestHarness, server: FakeMailServer
) -> None:
    other = forwards(small, server)
    forwarded = forwards(small, server)
    assert replies(forwarded.answers(in_reply_to=our_id(other.conversation))) == []
    assert "conflicting_evidence" in forwarded.last["marks"]
    assert other.last["author"] == ANNA


def test_a_known_id_without_a_signature_is_no_proof(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    sent = changed(
        samples.MAIL_VIEW,
        template="forward_msg",
        conversation=str(forwarded.conversation),
        thread_id=forwarded.thread_id,
        order_id=None,
        mail_message_id="<rewritten@relay.test>",
    )
    small.tell("mail.sent", {"mail_id": sent["mail_id"], "mail": sent})
    plain = {"to": "service@shop.test", "in_reply_to": "<rewritten@relay.test>"}
    assert replies(forwarded.answers(**plain)) == []
    assert forwarded.last["marks"] == ["answer_to_forward", "not_mailed"]
    forwarded.answers("Let me in!", from_="eve@evil.test", **plain)
    assert forwarded.last["text"] != "Let me in!"


def test_an_answer_about_an_erased_customer_stays_a_note(
    small: IngestHarness, server: FakeMailServer
) -> None:
    forwarded = forwards(small, server)
    email = forwarded.thread["customer_email"]
    small.tell("customer.erase", {"customer_id": "c-1", "emails": [email]})
    assert [(row.email, row.employee) for row in small.rows(forwards_table)] == [("", None)]
    assert replies(forwarded.answers()) == []
    assert forwarded.last["private"]


def test_a_flood_stays_in_notes(small: IngestHarness, server: FakeMailServer) -> None:
    forwarded = forwards(small, server)
    for number in range(20):
        arrives(forwarded, raw_mail(f"{number}", from_=BELA, to=reply_to(forwarded.conversation)))
    forwarded.answers("One more")
    assert forwarded.last["marks"] == ["answer_to_forward", "flood", "not_mailed"]


# --- what is internal in a text -------------------------------------------------------------------


def note(text: str) -> Any:
    return employee_message(UUID(int=1), ANNA, text, NOON, private=True)


@pytest.mark.parametrize(
    ("text", "private", "found"),
    [
        ("It left on Monday.", "She is difficult: call her first.", False),
        ("she is  DIFFICULT: call her first.", "She is difficult: call her first.", True),
        ("The door code is\n4711#", "4711#", True),
        ("Thank you\nBela", "Thank you\nBela", False),
        ("Best regards", "Best regards", False),
        ("مشتری بسیار عصبانی است.", "مشتری بسیار عصبانی است.", True),
        ("a b c d e f g h", "0 a b c d e f g h 9", True),
        ("It left on Monday.", "", False),
    ],
)
def test_private_lines_are_found_however_they_are_wrapped(
    text: str, private: str, found: bool
) -> None:
    assert quotes_private(text, [note(private)]) is found
    assert not quotes_private(text, [employee_message(UUID(int=1), ANNA, private, NOON)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes.\n\n-- \nBela", "Yes."),
        ("> What?\nYes.\n> When?\nNow.", "Yes.\nNow."),
        ("Yes.\nVastas <service@shop.test>:\nanything", "Yes."),
        ("Vastas <service@shop.test>:\n> anything\nYes.", "Yes."),
        ("Yes.\n##- Write your answer above this line: it goes to the customer. -##\nNo.", "Yes."),
        ("> all\n> quoted", ""),
        (
            "بله.\n##- پاسخ خود را بالای این خط بنویسید. -##\nخیر",
            "بله.",
        ),
    ],
)
def test_only_new_lines_go_to_the_customer(text: str, said: str) -> None:
    assert new_text(text, {"service@shop.test"}) == said


def test_files_of_private_notes_are_internal() -> None:
    file = attachment("list.csv", b"a,b")
    assert takes_private([file], [b"a,b"])
    assert not takes_private([file], [b"c,d"])
