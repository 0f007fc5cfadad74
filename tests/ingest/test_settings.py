"""The settings of a worker of `ingest`, and errors for invalid ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.ingest.worker import IngestSettings, adapters
from shared.runtime.errors import SettingsError

SERVICE = {
    "name": "service",
    "host": "mail.test",
    "port": 993,
    "user": "service@shop.test",
    "password": "hush-hush",
}
GIVEN = {
    "BROKER_URL": "amqp://ingest:x@localhost",
    "DATABASE_URL": "sqlite:////tmp/x.db",
    "SIGNING_KEYS": "1:" + "ab" * 32,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("AFTERCART_ENV_FILE", "/dev/null")
    for name, value in GIVEN.items():
        monkeypatch.setenv(f"AFTERCART_INGEST_{name}", value)
    return monkeypatch


def load(
    environment: pytest.MonkeyPatch, *mailboxes: dict[str, Any], **more: str
) -> IngestSettings:
    environment.setenv("AFTERCART_INGEST_MAILBOXES", json.dumps(mailboxes))
    for name, value in more.items():
        environment.setenv(f"AFTERCART_INGEST_{name}", value)
    return IngestSettings.load("ingest")


def test_a_mailbox_needs_little(environment: pytest.MonkeyPatch) -> None:
    mailbox = adapters(load(environment, SERVICE)).mailboxes["service"]
    assert (mailbox.shop, mailbox.security, mailbox.verify_certificate) == ("default", "tls", True)
    assert (mailbox.folder, mailbox.poll_seconds, mailbox.start) == ("INBOX", 60, "beginning")


def test_without_mailboxes_it_works_as_well(environment: pytest.MonkeyPatch) -> None:
    assert adapters(load(environment)).mailboxes == {}


def test_passwords_may_come_apart_from_the_mailboxes(environment: pytest.MonkeyPatch) -> None:
    bare = {name: value for name, value in SERVICE.items() if name != "password"}
    account = load(environment, bare, PASSWORDS='{"service": "other"}').accounts()["service"]
    assert account.password
    assert account.password.get_secret_value() == "other"


def test_passwords_may_lie_in_a_secret_file(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = {name: value for name, value in SERVICE.items() if name != "password"}
    (tmp_path / "aftercart_ingest_passwords").write_text('{"service": "from a file"}\n')
    environment.setenv("AFTERCART_SECRETS_DIR", str(tmp_path))
    account = load(environment, bare).accounts()["service"]
    assert account.password
    assert account.password.get_secret_value() == "from a file"


@pytest.mark.parametrize(
    ("mailboxes", "sentence"),
    [
        ([{"name": "service"}], "AFTERCART_INGEST_MAILBOXES_0_HOST"),
        ([SERVICE | {"options": ["ssl", "tls"]}], "the option 'tls' contradicts 'ssl'"),
        ([SERVICE | {"security": "ssl"}], "AFTERCART_INGEST_MAILBOXES_0_SECURITY"),
        ([SERVICE | {"colour": "red"}], "AFTERCART_INGEST_MAILBOXES_0_COLOUR"),
        ([SERVICE, SERVICE], "two mailboxes have the same name"),
        ([SERVICE | {"password": None}], "the mailbox 'service' has a password neither here"),
    ],
)
def test_invalid_settings_are_named(
    environment: pytest.MonkeyPatch, mailboxes: Any, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load(environment, *mailboxes)


def test_invalid_json_is_reported_without_repeating_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AFTERCART_INGEST_MAILBOXES", '[{"password": "hush"')
    with pytest.raises(
        SettingsError, match=r"AFTERCART_INGEST_MAILBOXES is invalid.*not valid JSON"
    ) as fault:
        IngestSettings.load("ingest")
    assert "hush" not in str(fault.value)


def test_invalid_keys_are_reported_without_repeating_them(
    environment: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(
        SettingsError, match=r"AFTERCART_INGEST_SIGNING_KEYS is invalid.*64 hexadecimal"
    ) as fault:
        load(environment, SIGNING_KEYS="1:abcd")
    assert "abcd" not in str(fault.value)


def test_passwords_are_not_shown(environment: pytest.MonkeyPatch) -> None:
    settings = load(environment, SERVICE)
    shown = repr(settings) + str(settings.accounts()) + repr(adapters(settings))
    assert "hush-hush" not in shown
    assert "abab" not in shown
    assert "\\xab" not in shown
