"""The SMTP server of the local stack: what it says is what happened to the mail."""

import smtplib
import ssl
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from deploy.stack.dovecot import Dovecot
from deploy.stack.ports import LOOPBACK, answers
from deploy.stack.smtp import SmtpServer
from deploy.stack.trouble import StackError
from tests.conftest import Mailserver, started
from tests.deploy.words import alive, family_of

SENDER = "ada@customer.test"
numbers = count(1)


@pytest.fixture
def dovecot(mailserver: Mailserver) -> Any:
    return mailserver.dovecot


@pytest.fixture
def smtp(mailserver: Mailserver) -> Iterator[smtplib.SMTP]:
    """A client that is connected."""
    with client(mailserver.smtp) as smtp:
        yield smtp


@pytest.fixture
def address(dovecot: Any) -> Any:
    return new_address(dovecot)


def client(server: SmtpServer) -> smtplib.SMTP:
    return smtplib.SMTP("localhost", server.port, local_hostname="localhost", timeout=60)


def new_address(dovecot: Dovecot) -> str:
    address = f"reader{next(numbers)}@shop.test"
    dovecot.add_user(address, "secret")
    return address


def mail(recipient: str, text: str = "Hello") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, recipient, "hello"
    message.set_content(text, cte="8bit")
    return message.as_bytes(policy=policy.SMTP)


def inbox(dovecot: Dovecot, address: str) -> list[bytes]:
    """The texts of its mails."""
    with IMAPClient(LOOPBACK, dovecot.imap_port, ssl=False, timeout=60) as client:
        client.login(address, "secret")
        client.select_folder("INBOX")
        return [
            found[b"BODY[TEXT]"] for found in client.fetch(client.search(), ["BODY[TEXT]"]).values()
        ]


def test_an_accepted_mail_lies_in_the_mailbox(
    smtp: smtplib.SMTP, dovecot: Any, address: Any
) -> None:
    assert smtp.sendmail(SENDER, [address], mail(address)) == {}
    assert inbox(dovecot, address) == [b"Hello\r\n"]


def test_text_in_utf_8_arrives_as_it_was_sent(
    smtp: smtplib.SMTP, dovecot: Any, address: Any
) -> None:
    smtp.sendmail(SENDER, [address], mail(address, "سلام ÄÖÜ"), mail_options=["BODY=8BITMIME"])
    assert inbox(dovecot, address) == ["سلام ÄÖÜ\r\n".encode()]


def test_lines_that_begin_with_a_dot_arrive_as_they_were_sent(
    smtp: smtplib.SMTP, dovecot: Any, address: Any
) -> None:
    smtp.sendmail(SENDER, [address], mail(address, ".\n..\n.hidden"))
    assert inbox(dovecot, address) == [b".\r\n..\r\n.hidden\r\n"]


def test_a_reply_address_with_a_token_reaches_the_mailbox(
    smtp: smtplib.SMTP, dovecot: Any, address: Any
) -> None:
    smtp.sendmail(SENDER, [address.replace("@", "+token@")], mail(address))
    assert len(inbox(dovecot, address)) == 1


def test_a_bounce_has_no_sender_and_is_delivered(
    smtp: smtplib.SMTP, dovecot: Any, address: Any
) -> None:
    smtp.sendmail("", [address], mail(address))
    assert len(inbox(dovecot, address)) == 1


def test_an_unknown_recipient_is_refused_at_once_and_the_others_get_the_mail(
    smtp: smtplib.SMTP, dovecot: Any, address: Any
) -> None:
    refused = smtp.sendmail(SENDER, [address, "nobody@shop.test"], mail(address))
    assert set(refused) == {"nobody@shop.test"}
    code, words = refused["nobody@shop.test"]
    assert code == 550
    assert b"User doesn't exist" in words
    assert len(inbox(dovecot, address)) == 1


def test_several_recipients_get_one_copy_each(smtp: smtplib.SMTP, dovecot: Any) -> None:
    readers = [new_address(dovecot) for _ in range(3)]
    assert smtp.sendmail(SENDER, readers, mail(readers[0])) == {}
    assert [len(inbox(dovecot, reader)) for reader in readers] == [1, 1, 1]


def test_without_mailboxes_the_client_shall_try_again(tmp_path: Path) -> None:
    dovecot = Dovecot(tmp_path / "dovecot")
    server = SmtpServer(tmp_path / "smtp", dovecot.lmtp_port)
    with started(dovecot), started(server):
        address = new_address(dovecot)
        with client(server) as smtp:
            smtp.ehlo()
            smtp.mail(SENDER)
            assert smtp.rcpt(address)[0] == 250
            dovecot.kill()
            assert smtp.rcpt(address)[0] == 451
            assert smtp.data(mail(address))[0] == 451


def test_where_a_user_is_set_clients_must_log_in(
    tmp_path: Path, dovecot: Any, address: Any
) -> None:
    with (
        started(
            SmtpServer(
                tmp_path,
                dovecot.lmtp_port,
                user="shop",
                certificate=dovecot.certificate,
                key=dovecot.key,
            )
        ) as server,
        client(server) as smtp,
    ):
        smtp.starttls(context=ssl.create_default_context(cafile=str(dovecot.certificate)))
        with pytest.raises(smtplib.SMTPSenderRefused):
            smtp.sendmail(SENDER, [address], mail(address))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login("shop", "wrong")
        smtp.login("shop", server.state.password)
        assert smtp.sendmail(SENDER, [address], mail(address)) == {}


def test_it_is_found_again_by_its_directory_and_leaves_no_process(
    tmp_path: Path, dovecot: Any
) -> None:
    with started(SmtpServer(tmp_path, dovecot.lmtp_port)) as server:
        again = SmtpServer(tmp_path)
        assert again.state == server.state
        family = family_of(again.pid)
        again.kill()
        assert not answers(server.port)
        again.start()
        with client(server) as smtp:
            assert smtp.noop()[0] == 250
        again.stop()
        assert alive(family) == []
        assert not answers(server.port)
        assert not server.running()


def test_a_server_that_cannot_start_says_why(tmp_path: Path, mailserver: Mailserver) -> None:
    missing = tmp_path / "missing.pem"
    server = SmtpServer(tmp_path, mailserver.dovecot.lmtp_port, certificate=missing, key=missing)
    with pytest.raises(
        StackError, match=r"(?s)ended before it was ready.*No such file or directory"
    ):
        server.start()
    assert not server.running()
