"""A private Dovecot, read by real clients of IMAP and POP3, written by LMTP, and killed."""

import os
import poplib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from deploy.stack.dovecot import Dovecot
from deploy.stack.ports import LOOPBACK, answers
from deploy.stack.trouble import StackError
from tests.conftest import started
from tests.deploy.words import alive, family_of, open_directory

SECRET = "secret"
ODD_PASSWORD = 'a : "b" \\ ü'
numbers = count(1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("dovecot")


@pytest.fixture(scope="module")
def dovecot(place: Any) -> Iterator[Dovecot]:
    with started(Dovecot(place)) as dovecot:
        yield dovecot


@pytest.fixture
def address(dovecot: Dovecot) -> str:
    """A mailbox nobody else has."""
    address = f"user{next(numbers)}@shop.test"
    dovecot.add_user(address, SECRET)
    return address


def trust(dovecot: Dovecot) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(dovecot.certificate))


@contextmanager
def mailbox(dovecot: Dovecot, address: str, password: str = SECRET) -> Iterator[IMAPClient]:
    with IMAPClient("localhost", dovecot.imap_port, ssl=False, timeout=60) as client:
        client.starttls(trust(dovecot))
        client.login(address, password)
        client.select_folder("INBOX")
        yield client


def deliver(dovecot: Dovecot, recipient: str, subject: str) -> None:
    with smtplib.LMTP(LOOPBACK, dovecot.lmtp_port, local_hostname="localhost") as line:
        line.sendmail("ada@customer.test", [recipient], f"Subject: {subject}\r\n\r\nHello\r\n")


def subjects(dovecot: Dovecot, address: str) -> list[bytes]:
    with mailbox(dovecot, address) as client:
        return [
            mail[b"ENVELOPE"].subject
            for mail in client.fetch(client.search(), ["ENVELOPE"]).values()
        ]


def test_mail_is_delivered_and_read_by_imap_with_starttls(dovecot: Dovecot, address: str) -> None:
    deliver(dovecot, address, "hello")
    assert subjects(dovecot, address) == [b"hello"]


def test_a_mailbox_that_was_filled_with_files_is_read_like_any_other(
    dovecot: Dovecot, address: str
) -> None:
    mails = [f"Subject: {number}\r\n\r\n{'x' * number}\r\n".encode() for number in range(3)]
    dovecot.fill(address, mails)
    with mailbox(dovecot, address) as client:
        found = client.fetch(client.search(), ["RFC822.SIZE", "BODY.PEEK[]"]).values()
    assert [mail[b"BODY[]"] for mail in found] == mails
    assert [mail[b"RFC822.SIZE"] for mail in found] == [len(mail) for mail in mails]


def test_mail_for_an_address_with_a_token_reaches_the_mailbox_and_keeps_the_token(
    dovecot: Dovecot, address: str
) -> None:
    with_token = address.replace("@", "+to.ken@")
    deliver(dovecot, with_token, "reply")
    with mailbox(dovecot, address) as client:
        (mail,) = client.fetch(client.search(), ["BODY[HEADER]"]).values()
    assert f"Delivered-To: {with_token}".encode() in mail[b"BODY[HEADER]"]


def test_imap_within_tls(dovecot: Dovecot, address: str) -> None:
    with IMAPClient(
        "localhost", dovecot.imaps_port, ssl_context=trust(dovecot), timeout=60
    ) as client:
        client.login(address, SECRET)


def test_imap_in_the_clear(dovecot: Dovecot, address: str) -> None:
    with IMAPClient("localhost", dovecot.imap_port, ssl=False, timeout=60) as client:
        assert client.has_capability("STARTTLS")
        client.login(address, SECRET)


def test_pop3_within_tls(dovecot: Dovecot, address: str) -> None:
    deliver(dovecot, address, "hello")
    client = poplib.POP3_SSL("localhost", dovecot.pop3s_port, context=trust(dovecot), timeout=60)
    client.user(address)
    client.pass_(SECRET)
    assert client.stat()[0] == 1
    client.quit()


def test_pop3_in_the_clear_with_stls(dovecot: Dovecot, address: str) -> None:
    client = poplib.POP3("localhost", dovecot.pop3_port, timeout=60)
    client.stls(trust(dovecot))
    client.user(address)
    client.pass_(SECRET)
    client.quit()


def test_nobody_else_vouches_for_the_certificate(dovecot: Dovecot) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient(
            "localhost", dovecot.imaps_port, ssl_context=ssl.create_default_context(), timeout=60
        )


def test_any_password_will_do(dovecot: Dovecot) -> None:
    dovecot.add_user("odd@shop.test", ODD_PASSWORD)
    with IMAPClient("localhost", dovecot.imap_port, ssl=False, timeout=60) as client:
        client.plain_login("odd@shop.test", ODD_PASSWORD)


def test_after_wrong_passwords_the_right_one_is_let_in(dovecot: Dovecot, address: str) -> None:
    with IMAPClient("localhost", dovecot.imap_port, ssl=False, timeout=60) as client:
        for _ in range(3):
            with pytest.raises(LoginError):
                client.login(address, "wrong")
        client.login(address, SECRET)


def test_a_mailbox_gets_another_password(dovecot: Dovecot, address: str) -> None:
    deliver(dovecot, address, "hello")
    dovecot.add_user(address, "another one")
    with mailbox(dovecot, address, "another one") as client:
        assert client.search() == [1]


def test_an_unknown_user_is_refused(dovecot: Dovecot) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as error:
        deliver(dovecot, "nobody@shop.test", "hello")
    assert error.value.recipients["nobody@shop.test"][0] == 550


def test_mailboxes_survive_a_crash(dovecot: Dovecot, place: Any, address: str) -> None:
    deliver(dovecot, address, "before the crash")
    family = family_of(dovecot.pid)
    with mailbox(dovecot, address):
        dovecot.kill()
    assert alive(family) == []
    assert not answers(dovecot.imap_port)
    again = Dovecot(place)
    again.start()
    assert dovecot.running()
    assert subjects(dovecot, address) == [b"before the crash"]


def test_a_stopped_dovecot_leaves_no_process_and_keeps_its_mailboxes(
    dovecot: Dovecot, place: Any, address: str
) -> None:
    deliver(dovecot, address, "before the stop")
    with mailbox(dovecot, address) as client:
        validity = client.folder_status("INBOX", "UIDVALIDITY")
        family = family_of(dovecot.pid)
        Dovecot(place).stop()
    assert alive(family) == []
    assert not answers(dovecot.imap_port)
    assert not (place / "data").is_symlink()
    dovecot.start()
    with mailbox(dovecot, address) as client:
        assert client.folder_status("INBOX", "UIDVALIDITY") == validity
    assert subjects(dovecot, address) == [b"before the stop"]


def test_a_directory_the_server_can_reach_is_used_itself() -> None:
    with open_directory() as place, started(Dovecot(place / "mail")) as dovecot:
        dovecot.add_user("ada@shop.test", SECRET)
        deliver(dovecot, "ada@shop.test", "hello")
        assert list((place / "mail" / "data" / "mail" / "ada@shop.test").rglob("new/*"))


def test_a_path_too_long_for_sockets_is_no_hindrance(tmp_path: Path) -> None:
    place = tmp_path / ("x" * 100)
    with started(Dovecot(place)) as dovecot:
        assert answers(dovecot.imap_port)
        refuge = (place / "data").resolve()
        assert len(str(refuge)) < 40
    assert not refuge.parent.exists()
    assert (place / "data" / "dovecot.conf").is_file()


def test_it_does_not_run_as_root(dovecot: Dovecot) -> None:
    owners = {os.stat(f"/proc/{member.pid}").st_uid for member in family_of(dovecot.pid)}
    assert 0 not in owners
    assert len(owners) == 1


def test_secrets_are_private(dovecot: Dovecot, place: Any) -> None:
    dovecot.add_user("ada@shop.test", SECRET)
    for name in ("users/ada@shop.test", "key.pem"):
        assert (place / "data" / name).stat().st_mode & 0o077 == 0


def test_a_missing_dovecot_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StackError) as error:
        Dovecot(tmp_path, programs=[tmp_path]).start()
    assert (
        str(error.value) == "dovecot is missing: install the Debian package dovecot-imapd "
        "(deploy/install-debian.sh does it)."
    )
