import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from services.notify.worker import NotifySettings, open_adapters
from shared.runtime.errors import SettingsError
from shared.runtime.process.worker_process import MAX_HANDLER_SECONDS

KEY = "1:" + "ab" * 32
ED25519 = b64encode(b"k" * 32).decode()


def settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> NotifySettings:
    given = {
        "broker_url": "amqp://x",
        "database_url": "sqlite:////tmp/x.db",
        "smtp_host": "mx.test",
        "signing_keys": KEY,
    }
    for name, value in {**given, **values}.items():
        monkeypatch.setenv(f"AFTERCART_NOTIFY_{name.upper()}", value)
    return NotifySettings.load("notify")


def test_the_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(
        monkeypatch, smtp_user="shop", smtp_password="secret", document_wait="5", claim_lease="7"
    )
    adapters = open_adapters(found)
    assert (adapters.server.host, adapters.server.port, adapters.server.security) == (
        "mx.test",
        587,
        "starttls",
    )
    assert (adapters.server.user, adapters.server.password) == ("shop", "secret")
    assert (adapters.rules.document_wait, adapters.rules.lease) == (
        timedelta(seconds=5),
        timedelta(seconds=7),
    )


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_a_port_that_is_not_given_is_the_usual_one(
    monkeypatch: pytest.MonkeyPatch, security: str, port: int
) -> None:
    assert open_adapters(settings(monkeypatch, smtp_security=security)).server.port == port


def test_a_given_port_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_adapters(settings(monkeypatch, smtp_port="2525")).server.port == 2525


def test_the_lease_is_longer_than_a_worker_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch).claim_lease > MAX_HANDLER_SECONDS


def test_keys_that_cannot_be_read_are_told_without_repeating_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SettingsError, match="AFTERCART_NOTIFY_SIGNING_KEYS is invalid") as told:
        settings(monkeypatch, signing_keys="1:abcdef-very-secret")
    assert "very-secret" not in str(told.value)
    assert "Value error" not in str(told.value)


@pytest.mark.parametrize("missing", ["smtp_host", "signing_keys"])
def test_what_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    found: Any = settings(monkeypatch)
    assert found
    monkeypatch.delenv(f"AFTERCART_NOTIFY_{missing.upper()}")
    monkeypatch.setenv("AFTERCART_ENV_FILE", "/dev/null")
    with pytest.raises(SettingsError, match=f"AFTERCART_NOTIFY_{missing.upper()} is not set"):
        NotifySettings.load("notify")


def test_shops_and_signatures_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    shops = {
        "fa-shop": {"host": "mx.fa.test", "security": "tls", "user": "fa", "password": "secret"}
    }
    key = {"domain": "shop.test", "selector": "s1", "key": ED25519, "algorithm": "ed25519-sha256"}
    adapters = open_adapters(
        settings(monkeypatch, smtp_shops=json.dumps(shops), dkim_keys=json.dumps([key]))
    )
    own = adapters.shops["fa-shop"]
    assert (own.host, own.port, own.security, own.user, own.password) == (
        "mx.fa.test",
        465,
        "tls",
        "fa",
        "secret",
    )
    assert [(key.domain, key.selector) for key in adapters.keys] == [("shop.test", "s1")]


def test_limits_and_what_is_done_when_an_answer_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = settings(
        monkeypatch, recipient_per_hour="9", shop_per_minute="60", when_unknown="leave"
    ).rules()
    assert (rules.limits.recipient_per_hour, rules.limits.shop_per_minute) == (9, 60)
    assert rules.when_unknown == "leave"


def test_mails_to_one_address_are_limited_without_a_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = settings(monkeypatch).rules()
    assert rules.limits.recipient_per_hour == 30
    assert rules.mailbox_full == timedelta(days=3)
    assert not settings(monkeypatch, recipient_per_hour="0").rules().limits.any


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_shops", "{"),
        ("smtp_shops", '{"a": {"password": "very-secret"}}'),
        ("when_unknown", "perhaps"),
        ("smtp_shops", '{"a": {"host": "x", "security": "ssl", "password": "very-secret"}}'),
        ("dkim_keys", '[{"domain": "shop.test", "selector": "s1", "key": "very-secret"}]'),
        ("recipient_per_hour", "-1"),
    ],
)
def test_a_wrong_value_is_told_by_its_name_and_no_secret_with_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=f"AFTERCART_NOTIFY_{name.upper()}") as told:
        settings(monkeypatch, **{name: value})
    assert "very-secret" not in str(told.value)
