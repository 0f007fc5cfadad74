"""Real conversations: what we say happened is compared with what the server saw."""

import time
from dataclasses import replace
from uuid import UUID

import pytest

from services.notify.adapters.smtp import SmtpServer
from services.notify.adapters.smtp_transaction import stuffed
from services.notify.domain.mime import Attachment, Mailbox, OutgoingMail, pack
from shared.runtime import certificates, metrics
from tests.notify.builders import PDF, opened, parts, state_mail
from tests.notify.servers import (
    PASSWORD,
    USER,
    Babbles,
    Certificate,
    Counting,
    HangsUpInData,
    OnePacket,
    Receiver,
    RudeAtTheEnd,
    Silent,
    Slow,
    WantsContent,
    check_login,
    mute,
    nobody,
    plain,
    scripted,
    smtp,
)

PARCEL = pack(
    state_mail().content, [Attachment(UUID(int=1), "invoice-IN000001.pdf", PDF)], attempt=3
)
DAY = 86_400  # seconds
LARGE = replace(
    PARCEL, content=b"Subject: large\r\n\r\n" + b"x" * 70 + (b"\r\n" + b"y" * 70) * 400_000
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


def test_the_server_gets_exactly_the_bytes_that_were_packed() -> None:
    receiver = Receiver()
    with smtp(receiver) as port:
        outcome = plain(port).send(PARCEL)
    assert (outcome.kind, outcome.reason, outcome.attempt) == ("sent", "250 2.0.0 Taken", 3)
    (taken,) = receiver.taken
    assert taken.content == PARCEL.content
    assert (taken.sender, taken.recipients) == ("service@shop.test", ["ada@example.test"])
    mail = opened(taken.content)
    assert mail["To"] == "Ada Byron <ada@example.test>"
    assert parts(mail)[-1] == "application/pdf"
    assert next(mail.iter_attachments()).get_content() == PDF


def test_lines_that_begin_with_a_dot_arrive() -> None:
    receiver = Receiver()
    content = b"Subject: dots\r\n\r\n.\r\n..\r\n.hidden\r\nend\r\n"
    with smtp(receiver) as port:
        assert plain(port).send(replace(PARCEL, content=content)).kind == "sent"
    assert receiver.taken[0].content == content


@pytest.mark.parametrize("written", [b"a\nb", b"a\r\nb\r\n", b"a\rb"])
def test_lines_end_as_smtp_wants_them(written: bytes) -> None:
    assert stuffed(written) == b"a\r\nb\r\n"
    assert stuffed(b"." + written.replace(b"b", b".b.")) == b"..a\r\n..b.\r\n"


@pytest.mark.parametrize(
    ("receiver", "kind"),
    [
        (Receiver(sender="451 4.7.1 Try again later"), "temporary"),
        (Receiver(sender="550 5.7.1 Not from you"), "permanent"),
        (Receiver(sender="530 5.7.0 Authentication required"), "temporary"),
        (Receiver(recipient="450 4.2.1 Mailbox busy"), "temporary"),
        (Receiver(recipient="550 5.1.1 User unknown"), "permanent"),
        (Receiver(data="452 4.3.1 No room"), "temporary"),
        (Receiver(data="554 5.7.1 Spam"), "permanent"),
        (Receiver(recipient="421 4.3.2 Going down"), "temporary"),
        (Receiver(recipient="452 4.5.3 Too many recipients"), "rate"),
        (Receiver(sender="421 4.7.28 Slow down"), "rate"),
        (
            Receiver(data="450 4.2.1 You are receiving mail at a rate that prevents delivery"),
            "rate",
        ),
    ],
    ids=lambda value: (
        next(filter(None, value.answers.values())) if isinstance(value, Receiver) else value
    ),
)
def test_a_refusal_is_told_with_the_server_s_words(receiver: Receiver, kind: str) -> None:
    for pipelining in (False, True):
        receiver.pipelining = pipelining
        with smtp(receiver) as port:
            outcome = plain(port).send(PARCEL)
        assert outcome.kind == kind
        assert outcome.reason == next(filter(None, receiver.answers.values()))
        assert receiver.taken == []


def test_commands_are_one_packet_where_the_server_offers_pipelining() -> None:
    receiver = Receiver()
    receiver.pipelining = True
    with smtp(receiver, OnePacket) as port:
        server = plain(port)
        receiver.answers["RCPT"] = "550 5.1.1 User unknown"
        assert server.send(PARCEL).reason == "550 5.1.1 User unknown"
        receiver.answers["RCPT"] = ""
        assert [server.send(PARCEL).kind for _ in range(2)] == ["sent"] * 2
    assert receiver.seen.count("RCPT TO:<ada@example.test>\r\nDATA\r\n") == 3
    assert [mail.content for mail in receiver.taken] == [PARCEL.content] * 2


def test_a_server_that_asks_for_the_content_of_a_refused_mail_gets_none() -> None:
    receiver = Counting()
    receiver.pipelining, receiver.answers["RCPT"] = True, "550 5.1.1 User unknown"
    with smtp(receiver, WantsContent) as port:
        server = plain(port)
        assert [server.send(PARCEL).reason for _ in range(2)] == ["550 5.1.1 User unknown"] * 2
    assert (receiver.connections, receiver.resets, receiver.taken) == (2, 0, [])


@pytest.mark.parametrize(
    "address", ["ada@example.test>\r\nRCPT TO:<eve@example.test", "a\n@b.test"]
)
def test_an_address_with_a_line_break_reaches_no_server(address: str) -> None:
    receiver = Receiver()
    with smtp(receiver) as port:
        assert plain(port).send(replace(PARCEL, recipient=address)).kind == "temporary"
    assert receiver.seen == []


def test_a_refused_connection_is_temporary() -> None:
    port = nobody()
    outcome = plain(port).send(PARCEL)
    assert outcome.kind == "temporary"
    assert outcome.reason == f"127.0.0.1:{port} cannot be reached: Connection refused."


def test_a_name_that_does_not_exist_is_temporary() -> None:
    assert (
        SmtpServer("no-such-host.invalid", 25, "none", timeout=5).send(PARCEL).kind == "temporary"
    )


@pytest.mark.parametrize("greeting", [b"421 4.3.2 Too busy\r\n", b"554 5.3.2 No service\r\n"])
def test_a_server_that_turns_us_away_says_nothing_about_the_mail(greeting: bytes) -> None:
    with scripted(greeting) as port:
        outcome = plain(port).send(PARCEL)
    assert (outcome.kind, outcome.reason) == ("temporary", greeting.decode().strip())


@pytest.mark.parametrize("greeting", [b"", b"hello there\r\n", b"\xff\xfe\r\n", b"220-mx\r\n"])
def test_a_greeting_that_is_none_is_temporary(greeting: bytes) -> None:
    with scripted(greeting) as port:
        assert plain(port).send(PARCEL).kind == "temporary"


def test_a_server_that_says_nothing_is_left_after_the_timeout() -> None:
    with mute() as port:
        assert plain(port, timeout=0.2).send(PARCEL).kind == "temporary"


def test_a_server_that_hangs_up_before_it_can_have_the_mail_has_not_got_it() -> None:
    with smtp(Receiver(), HangsUpInData) as port:
        assert plain(port).send(LARGE).kind == "temporary"


def test_a_server_that_hangs_up_when_it_may_have_the_mail_leaves_it_unknown() -> None:
    with smtp(Receiver(), HangsUpInData) as port:
        assert plain(port).send(PARCEL).kind == "unknown"


@pytest.mark.parametrize("receiver", [Silent(), Slow()], ids=["hangs up", "is slow"])
def test_when_the_answer_to_the_mail_is_lost_nobody_says_that_it_was_not_taken(
    receiver: Receiver,
) -> None:
    with smtp(receiver) as port:
        assert plain(port, timeout=0.5).send(PARCEL).kind == "unknown"
    assert len(receiver.taken) == 1


def test_an_answer_to_the_mail_that_is_none_leaves_it_unknown() -> None:
    with smtp(Receiver(), Babbles) as port:
        assert plain(port).send(PARCEL).kind == "unknown"


def test_what_a_server_says_at_the_end_does_not_unsend_the_mail() -> None:
    receiver = Receiver()
    with smtp(receiver, RudeAtTheEnd) as port:
        assert plain(port).send(PARCEL).kind == "sent"
    assert len(receiver.taken) == 1


def test_a_demanded_starttls_that_is_not_offered_means_that_nothing_is_given() -> None:
    receiver = Receiver()
    with smtp(receiver) as port:
        outcome = SmtpServer("127.0.0.1", port, "starttls", timeout=5).send(PARCEL)
    assert outcome.kind == "temporary"
    assert outcome.reason.startswith(f"127.0.0.1:{port} lacks what the settings require: STARTTLS")
    assert receiver.seen == []


def test_starttls_and_a_password_open_the_door(certificate: Certificate) -> None:
    receiver = Receiver()
    tls = certificate.server_side
    with smtp(receiver, tls_context=tls, authenticator=check_login, auth_required=True) as port:
        server = SmtpServer("localhost", port, "starttls", USER, PASSWORD, 5, certificate.trusted)
        assert server.send(PARCEL).kind == "sent"
        assert replace(server, password="wrong").send(PARCEL).reason.startswith("535")
        assert replace(server, password="wrong").send(PARCEL).kind == "temporary"
        assert replace(server, user="").send(PARCEL).kind == "temporary"
    assert len(receiver.taken) == 1


def test_tls_from_the_first_byte_notes_when_the_certificate_ends(certificate: Certificate) -> None:
    receiver = Receiver()
    with smtp(receiver, over=certificate.server_side) as port:
        server = SmtpServer("localhost", port, "tls", timeout=5, trust=certificate.trusted)
        assert server.send(PARCEL).kind == "sent"
        assert 1.9 * DAY < expiry(port) - time.time() < 2 * DAY
        certificates.EXPIRY.clear()
        certificates.read("localhost", port, certificate.trusted(), "localhost")
        assert 1.9 * DAY < expiry(port) - time.time() < 2 * DAY
    assert len(receiver.taken) == 1


def expiry(port: int) -> float:
    name = "aftercart_certificate_expiry_timestamp_seconds"
    return metrics.registry.get_sample_value(name, {"server": f"localhost:{port}"})


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    certificate: Certificate, security: str
) -> None:
    receiver = Receiver()
    over = certificate.server_side if security == "tls" else None
    with smtp(receiver, over=over, tls_context=None if over else certificate.server_side) as port:
        outcome = SmtpServer("localhost", port, security, timeout=5).send(PARCEL)  # type: ignore[arg-type]
    assert outcome.kind == "temporary"
    assert (
        outcome.reason
        == f"The certificate of localhost:{port} is not accepted: self-signed certificate."
    )
    assert receiver.seen == []


def test_tls_with_a_server_that_speaks_in_the_clear_says_so() -> None:
    with smtp(Receiver()) as port:
        outcome = SmtpServer("localhost", port, "tls", timeout=5).send(PARCEL)
    assert outcome.kind == "temporary"
    assert outcome.reason.startswith(f"localhost:{port} does not speak TLS correctly: ")


def international() -> OutgoingMail:
    content = state_mail().content.model_copy(
        update={"recipient": Mailbox(name="آدا", address="آدا@example.test")}
    )
    return pack(content, [], 1)


def test_an_address_in_other_letters_is_given_to_a_server_that_takes_it() -> None:
    receiver, outgoing = Receiver(), international()
    with smtp(receiver) as port:
        assert plain(port).send(outgoing).kind == "sent"
    assert receiver.taken[0].recipients == ["آدا@example.test"]
    assert receiver.taken[0].content == outgoing.content


def test_an_address_in_other_letters_is_refused_for_a_server_that_does_not() -> None:
    receiver = Receiver()
    with smtp(receiver, utf8=False) as port:
        outcome = plain(port).send(international())
    assert outcome.kind == "permanent"
    assert "SMTPUTF8" in outcome.reason
    assert receiver.seen == []


def test_one_connection_carries_mail_after_mail() -> None:
    receiver = Counting()
    with smtp(receiver) as port:
        server = plain(port)
        assert [server.send(PARCEL).kind for _ in range(5)] == ["sent"] * 5
    assert (receiver.connections, len(receiver.taken)) == (1, 5)


def test_a_connection_that_is_gone_is_replaced_and_the_mail_sent_once() -> None:
    receiver = Counting(hangs_up_at=2)
    with smtp(receiver) as port:
        server = plain(port)
        assert [server.send(PARCEL).kind for _ in range(4)] == ["sent"] * 4
    assert (receiver.connections, len(receiver.taken)) == (2, 4)


def test_a_refused_mail_does_not_end_the_connection() -> None:
    receiver = Counting()
    receiver.answers["RCPT"] = "550 5.1.1 User unknown"
    with smtp(receiver) as port:
        server = plain(port)
        assert server.send(PARCEL).kind == "permanent"
        receiver.answers["RCPT"] = ""
        assert server.send(PARCEL).kind == "sent"
    assert (receiver.connections, receiver.resets, len(receiver.taken)) == (1, 1, 1)


def test_a_reused_connection_that_the_server_ends_with_421_is_replaced() -> None:
    receiver = Counting()
    with smtp(receiver) as port:
        server = plain(port)
        assert server.send(PARCEL).kind == "sent"
        receiver.answers["MAIL"] = "421 4.4.2 Idle for too long"
        assert server.send(PARCEL).reason == "421 4.4.2 Idle for too long"
    assert (receiver.connections, receiver.seen[3:]) == (2, ["MAIL", "MAIL"])


def test_a_conversation_that_broke_off_is_not_gone_on_with() -> None:
    with smtp(Receiver(), Babbles) as port:
        server = plain(port)
        assert [server.send(PARCEL).kind for _ in range(2)] == ["unknown"] * 2


def test_a_connection_that_idled_for_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receiver, clock = Counting(), [0.0]
    monkeypatch.setattr("services.notify.adapters.smtp.time.monotonic", lambda: clock[0])
    with smtp(receiver) as port:
        server = plain(port)
        server.send(PARCEL)
        clock[0] = 21.0
        server.send(PARCEL)
        server.close()
    assert (receiver.connections, receiver.resets) == (2, 0)
