"""The output of `aftercart mailbox check`, for each reason why no mail arrives."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.ingest.adapters.mailbox_check import ADVICE
from services.ingest.domain.mailbox import Mailbox
from shared.cli.main import main
from tests.ingest.builders import raw_mail
from tests.ingest.dovecot_mailbox import PASSWORD, DovecotMailbox

GIVEN = {
    "BROKER_URL": "amqp://ingest:x@localhost",
    "DATABASE_URL": "sqlite:////tmp/x.db",
    "SIGNING_KEYS": "1:" + "ab" * 32,
}


def checked(*mailboxes: Mailbox, names: tuple[str, ...] = (), password: str = PASSWORD) -> Result:
    given: list[dict[str, Any]] = [
        {**mailbox.model_dump(mode="json", exclude={"password", "oauth"}), "password": password}
        for mailbox in mailboxes
    ]
    settings = {**GIVEN, "MAILBOXES": json.dumps(given)}
    environment = {f"AFTERCART_INGEST_{name}": value for name, value in settings.items()}
    return CliRunner().invoke(
        main, ["mailbox", "check", *names], env=environment, catch_exceptions=False
    )


@pytest.fixture
def trusted(dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch) -> DovecotMailbox:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot_mailbox.dovecot.certificate))
    return dovecot_mailbox


def test_mailboxes_that_are_well(trusted: DovecotMailbox) -> None:
    trusted.receive(raw_mail(), raw_mail())
    imap, pop3 = trusted.reached("imap", "starttls"), trusted.reached("pop3", "tls", name="sales")
    result = checked(imap, pop3)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"service: {imap.user} at {imap.server} (IMAP, starttls)",
        "  Works: TLS 1.3; mails in 'INBOX': 2; the server announces new mail at once (IDLE).",
        f"sales: {imap.user} at {pop3.server} (POP3, tls)",
        "  Works: TLS 1.3; mails: 2; POP3 does not announce new mail: it is polled.",
    ]


def test_problems_are_reported_with_advice(dovecot_mailbox: DovecotMailbox) -> None:
    mailbox = dovecot_mailbox.reached("imap", "tls")
    result = checked(mailbox)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].startswith(
        f"  The certificate of {mailbox.server} is not accepted: "
    )
    assert result.stdout.splitlines()[1].endswith(ADVICE["certificate"])


def test_a_wrong_password_is_not_repeated(trusted: DovecotMailbox) -> None:
    result = checked(trusted.reached("imap", "tls"), password="battery staple")
    assert "refused the login" in result.stdout
    assert "battery" not in result.output


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_the_message_of_the_server_is_reported_unchanged(
    trusted: DovecotMailbox, protocol: str
) -> None:
    result = checked(trusted.reached(protocol, "tls"), password="battery staple")
    assert "Authentication failed.. " not in result.stdout
    assert "Authentication failed. Check user and password" in result.stdout
    assert "b'" not in result.stdout


def test_tls_where_the_server_speaks_in_the_clear_points_to_the_port(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    mailbox = dovecot_mailbox.reached("imap", "tls", port=dovecot_mailbox.dovecot.imap_port)
    result = checked(mailbox)
    assert f"TLS with {mailbox.server} failed: " in result.stdout
    assert result.stdout.rstrip().endswith(ADVICE["protocol"])


def test_a_server_of_the_other_protocol_is_reported_as_such(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    result = checked(
        dovecot_mailbox.reached("imap", "none", port=dovecot_mailbox.dovecot.pop3_port)
    )
    assert (
        "its greeting is not that of a mail server with this protocol. Check whether the port"
        in result.stdout
    )


def test_an_invalid_ca_file_is_named(dovecot_mailbox: DovecotMailbox, tmp_path: Path) -> None:
    empty, missing = tmp_path / "empty.pem", tmp_path / "missing.pem"
    empty.touch()
    result = checked(
        *(
            dovecot_mailbox.reached("imap", "tls", name=file.stem, ca_file=file)
            for file in (empty, missing)
        )
    )
    assert f"The file '{empty}' (ca_file) cannot be used: it holds no certificate." in result.stdout
    assert (
        f"The file '{missing}' (ca_file) cannot be used: No such file or directory."
        in result.stdout
    )


def test_a_missing_target_folder_is_reported(dovecot_mailbox: DovecotMailbox) -> None:
    result = checked(dovecot_mailbox.at(afterwards="move", move_to="Done"))
    assert f"{dovecot_mailbox.account.server} has no folder 'Done'" in result.stdout


def test_insecure_settings_are_reported_although_they_work(dovecot_mailbox: DovecotMailbox) -> None:
    result = checked(
        dovecot_mailbox.account,
        dovecot_mailbox.reached("imap", "tls", name="blind", verify_certificate=False),
    )
    assert result.exit_code == 0
    assert "  Nothing is encrypted: password and mails can be read on the network." in result.stdout
    assert (
        "  The certificate is not checked: an attacker on the network could read everything."
        in result.stdout
    )


def test_one_of_several_may_be_named(dovecot_mailbox: DovecotMailbox) -> None:
    result = checked(dovecot_mailbox.account, dovecot_mailbox.at(name="sales"), names=("sales",))
    assert [line.split(":")[0] for line in result.stdout.splitlines() if line[0] != " "] == [
        "sales"
    ]


def test_a_name_that_there_is_not_and_no_mailbox_at_all(dovecot_mailbox: DovecotMailbox) -> None:
    result = checked(dovecot_mailbox.account, names=("servise",))
    assert (result.exit_code, result.stderr.strip()) == (
        1,
        "There is no mailbox 'servise' in the settings; did you mean 'service'?",
    )
    assert "There is no mailbox in the settings" in checked().stderr


def test_checking_changes_nothing(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.receive(raw_mail())
    checked(dovecot_mailbox.account)
    with dovecot_mailbox.opened() as client:
        assert client.search("UNSEEN") == [1]
