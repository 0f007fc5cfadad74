"""Connections to mail servers: encryption, errors and their sentences."""

import os
import socket
import ssl
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.stack.ports import free_port
from services.ingest.adapters import connection, imap_fetch
from services.ingest.adapters.connection import Timeouts
from services.ingest.domain.mailbox_state import GIVE_UP_AFTER, Checkpoint
from tests.conditions import patient
from tests.conftest import Mailserver
from tests.ingest.builders import raw_mail
from tests.ingest.dovecot_mailbox import PASSWORD, DovecotMailbox, contents, poll, reason
from tests.tcp_proxy import tcp_proxy

ENCRYPTED = [("imap", "tls"), ("imap", "starttls"), ("pop3", "tls"), ("pop3", "starttls")]
ALL = [*ENCRYPTED, ("imap", "none"), ("pop3", "none")]


def with_patience(monkeypatch: pytest.MonkeyPatch, connect: float, read: float) -> None:
    monkeypatch.setattr(connection, "TIMEOUTS", Timeouts(connect, read))


def test_mailboxes_share_a_context_until_their_certificates_change(
    dovecot_mailbox: DovecotMailbox, tmp_path: Path
) -> None:
    certificates = tmp_path / "ca.pem"
    certificates.write_bytes(dovecot_mailbox.dovecot.certificate.read_bytes())
    one = dovecot_mailbox.reached("imap", "tls", name="one", ca_file=certificates)
    other = dovecot_mailbox.reached("pop3", "tls", name="other", ca_file=certificates)
    unverified = one.model_copy(update={"verify_certificate": False})
    first = connection.tls_context(one)
    assert connection.tls_context(other) is first
    assert connection.tls_context(unverified).verify_mode == ssl.CERT_NONE
    assert first.verify_mode == ssl.CERT_REQUIRED
    os.utime(certificates, ns=(1, 1))
    assert connection.tls_context(one) is not first


# --- how it is reached ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trusted_by", ["the system", "its own file", "nobody, and it is not asked"]
)
@pytest.mark.parametrize(("protocol", "security"), ENCRYPTED)
def test_encrypted(
    dovecot_mailbox: DovecotMailbox,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
    security: str,
    trusted_by: str,
) -> None:
    certificate = dovecot_mailbox.dovecot.certificate
    if trusted_by == "the system":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mailbox = dovecot_mailbox.reached(
        protocol,
        security,
        host="localhost",
        ca_file=certificate if trusted_by == "its own file" else None,
        verify_certificate=trusted_by != "nobody, and it is not asked",
    )
    dovecot_mailbox.receive(raw_mail())
    with tcp_proxy(mailbox.port) as line:
        assert len(contents(poll(mailbox.model_copy(update={"port": line.port})))) == 1
        assert PASSWORD.encode() not in line.heard


@pytest.mark.parametrize(("protocol", "security"), ENCRYPTED)
def test_a_certificate_of_an_unknown_issuer_is_refused(
    dovecot_mailbox: DovecotMailbox, protocol: str, security: str
) -> None:
    mailbox = dovecot_mailbox.reached(protocol, security)
    assert reason(poll(mailbox)).startswith(f"The certificate of {mailbox.server} is not accepted")


def test_a_certificate_of_another_server_is_refused(dovecot_mailbox: DovecotMailbox) -> None:
    mailbox = dovecot_mailbox.reached(
        "imap", "tls", host="127.0.0.2", ca_file=dovecot_mailbox.dovecot.certificate
    )
    with tcp_proxy(mailbox.port, at="127.0.0.2") as line:
        found = poll(mailbox.model_copy(update={"port": line.port}))
    assert "IP address mismatch" in reason(found)


def test_a_missing_certificate_file_is_reported(
    dovecot_mailbox: DovecotMailbox, tmp_path: Path
) -> None:
    assert "No such file" in reason(
        poll(dovecot_mailbox.reached("imap", "tls", ca_file=tmp_path / "ca.pem"))
    )


@pytest.mark.parametrize(("protocol", "offer"), [("imap", b"STARTTLS"), ("pop3", b"STLS")])
def test_without_starttls_no_password_is_sent(
    dovecot_mailbox: DovecotMailbox, protocol: str, offer: bytes
) -> None:
    mailbox = dovecot_mailbox.reached(protocol, "starttls", verify_certificate=False)
    with tcp_proxy(mailbox.port, lambda data: data.replace(offer, b"X" * len(offer))) as line:
        found = poll(mailbox.model_copy(update={"port": line.port}))
        assert (
            reason(found)
            == f"127.0.0.1:{line.port} offers no STARTTLS, which the mailbox 'service' requires."
        )
        assert PASSWORD.encode() not in line.heard


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_starttls_is_left_alone_where_it_is_not_wanted(
    dovecot_mailbox: DovecotMailbox, protocol: str
) -> None:
    mailbox = dovecot_mailbox.reached(protocol, "none")
    with tcp_proxy(mailbox.port) as line:
        assert poll(mailbox.model_copy(update={"port": line.port})).fault is None
        assert b"TLS" not in line.heard.upper()


def test_a_password_may_hold_any_character(
    dovecot_mailbox: DovecotMailbox, mailserver: Mailserver
) -> None:
    odd = 'a : "b" \\ ü'
    mailserver.dovecot.add_user(dovecot_mailbox.account.user, odd)
    assert poll(dovecot_mailbox.at(password=SecretStr(odd))).fault is None
    assert "refused the login" in reason(poll(dovecot_mailbox.at(password=SecretStr("ü"))))


# --- troubles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_wrong_password_is_reported_without_repeating_it(
    dovecot_mailbox: DovecotMailbox, protocol: str
) -> None:
    mailbox = dovecot_mailbox.reached(protocol, "none", password=SecretStr("battery staple"))
    found = poll(mailbox)
    assert found.fault
    assert found.fault.code == "login_refused"
    assert reason(found).startswith(f"{mailbox.server} refused the login of '{mailbox.user}': ")
    assert "battery" not in reason(found)
    assert found.checkpoint == Checkpoint("INBOX")


def test_a_missing_folder_is_reported(dovecot_mailbox: DovecotMailbox) -> None:
    found = poll(dovecot_mailbox.at(folder="Nowhere"))
    account = dovecot_mailbox.account
    assert reason(found) == f"{account.server} has no folder 'Nowhere' for '{account.user}'."


def test_an_unreachable_server_is_reported(dovecot_mailbox: DovecotMailbox) -> None:
    port = free_port()
    assert reason(poll(dovecot_mailbox.at(port=port))).startswith(
        f"127.0.0.1:{port} cannot be reached: "
    )
    assert "cannot be reached" in reason(poll(dovecot_mailbox.at(host="nowhere.invalid")))


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_server_that_is_no_mail_server_is_reported(
    dovecot_mailbox: DovecotMailbox, mailserver: Mailserver, protocol: str
) -> None:
    assert poll(dovecot_mailbox.reached(protocol, "none", port=mailserver.smtp.port)).fault


@pytest.mark.parametrize(("protocol", "security"), ALL)
def test_a_server_that_says_nothing_is_given_up(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch, protocol: str, security: str
) -> None:
    with_patience(monkeypatch, connect=0.2, read=0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = poll(dovecot_mailbox.reached(protocol, security, port=silent.getsockname()[1]))
    assert reason(found).endswith("did not answer in time.")


def test_a_server_that_falls_silent_later_is_given_up(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_patience(monkeypatch, connect=5, read=0.3)
    dovecot_mailbox.receive(raw_mail())
    with tcp_proxy(
        dovecot_mailbox.account.port, lambda data: b"" if b"UIDVALIDITY" in data else data
    ) as line:
        found = poll(dovecot_mailbox.at(port=line.port))
    assert reason(found).endswith("did not answer in time.")


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_a_server_that_dribbles_is_cut_off(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    def dribble(data: bytes) -> bytes:
        time.sleep(0.05)
        return data

    with_patience(monkeypatch, connect=5, read=5)
    monkeypatch.setattr(imap_fetch, "STEP_TIMEOUT", 0.5)
    monkeypatch.setattr(imap_fetch, "MIN_BYTES_PER_SECOND", 10**9)
    dovecot_mailbox.receive(raw_mail("x" * 4_000_000))
    with tcp_proxy(dovecot_mailbox.account.port, dribble) as line:
        began = time.monotonic()
        found = poll(
            dovecot_mailbox.at(port=line.port, security=security, verify_certificate=False)
        )
    assert reason(found).endswith("did not answer in time.")
    assert time.monotonic() - began < patient(5)


def test_a_server_that_goes_away_in_the_middle_loses_nothing(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    mails = [raw_mail(f"{number} " + "x" * 3000) for number in range(4)]
    dovecot_mailbox.receive(*mails)
    with tcp_proxy(
        dovecot_mailbox.account.port, lambda data: None if b"\r\n2 x" in data else data
    ) as line:
        first = poll(dovecot_mailbox.at(port=line.port))
        assert first.mails == ()
        assert reason(first).startswith(f"127.0.0.1:{line.port} ")
        assert first.checkpoint.last_uid == 0
        second = poll(dovecot_mailbox.at(port=line.port), first)
        assert [mail.raw for mail in second.mails] == mails[:2]
        assert second.checkpoint.last_uid == 2
        assert second.fault
    assert contents(poll(dovecot_mailbox.account, second)) == mails[2:]


def test_a_mail_that_always_breaks_the_wire_is_passed_by_at_last(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    one, poison, three = raw_mail("one"), raw_mail("POISON"), raw_mail("three")
    dovecot_mailbox.receive(one, poison, three)
    with tcp_proxy(
        dovecot_mailbox.account.port, lambda data: None if b"POISON" in data else data
    ) as line:
        mailbox = dovecot_mailbox.at(port=line.port)
        found = poll(mailbox)
        brought = [*found.mails]
        for _ in range(GIVE_UP_AFTER + 3):
            found = poll(mailbox, found)
            brought += found.mails
        assert [(mail.uid, mail.raw) for mail in brought] == [(1, one), (2, None), (3, three)]
        assert brought[1].size == len(poison)


def test_a_mail_without_content_is_reported_and_finally_skipped(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    dovecot_mailbox.receive(raw_mail("one"))
    nothing = lambda data: data.replace(b"BODY[] {", b"FLAGS () XBODY {")  # noqa: E731
    with tcp_proxy(dovecot_mailbox.account.port, nothing) as line:
        mailbox = dovecot_mailbox.at(port=line.port)
        assert "the server sent no content for the mail with UID 1" in reason(poll(mailbox))
        assert [mail.raw for mail in poll(mailbox, faults=GIVE_UP_AFTER).mails] == [None]
