"""IDLE makes polls earlier; nothing depends on it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.ingest.adapters import idle_listener
from services.ingest.adapters.idle_listener import listen, watch
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.handlers.mailboxes import listen_for_mail
from services.ingest.work.adapters import Adapters
from tests.conditions import FAR, until
from tests.ingest.builders import KEYS, NOON, SERVICE, FakeMailServer, raw_mail
from tests.ingest.dovecot_mailbox import PASSWORD, DovecotMailbox
from tests.tcp_proxy import tcp_proxy


@contextmanager
def listening(*mailboxes: Mailbox) -> Iterator[list[str]]:
    """Yield the mailboxes to poll: each once at the beginning, and when it received mail."""
    told: list[str] = []
    stopping = threading.Event()
    thread = threading.Thread(
        target=listen,
        args=(mailboxes, lambda mailbox: told.append(mailbox.name), stopping),
        kwargs={"tokens": AccessTokens()},
    )
    thread.start()
    yield told
    stopping.set()
    thread.join(FAR)
    assert not thread.is_alive()


def test_a_new_mail_is_announced(dovecot_mailbox: DovecotMailbox) -> None:
    with (
        tcp_proxy(dovecot_mailbox.account.port) as line,
        listening(dovecot_mailbox.at(port=line.port)) as told,
    ):
        until(lambda: b"IDLE" in line.heard)
        assert len(told) == 1  # for mail that was there before
        for number in (2, 3):
            dovecot_mailbox.receive(raw_mail())
            until(lambda wanted=number: len(told) >= wanted)  # type: ignore[misc]


def test_a_server_is_asked_anew_before_it_may_lose_patience(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_listener, "RENEW_AFTER", 0.1)
    monkeypatch.setattr(idle_listener, "CHECK_INTERVAL", 0.05)
    with (
        tcp_proxy(dovecot_mailbox.account.port) as line,
        listening(dovecot_mailbox.at(port=line.port)) as told,
    ):
        until(lambda: line.heard.count(b"IDLE") > 2)
        assert told == ["service"]
        dovecot_mailbox.receive(raw_mail())
        until(lambda: len(told) > 1)


def test_after_a_broken_wire_it_listens_again(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_listener, "FIRST_PAUSE", 0.01)
    broken = threading.Event()

    def rule(data: bytes) -> bytes | None:
        if b"EXISTS" in data and data.startswith(b"* ") and not broken.is_set():
            broken.set()
            return None
        return data

    with (
        tcp_proxy(dovecot_mailbox.account.port, rule) as line,
        listening(dovecot_mailbox.at(port=line.port)) as told,
    ):
        until(lambda: line.heard.count(PASSWORD.encode()) == 2)
        until(lambda: b"IDLE" in line.heard)
        assert len(told) == 1
        dovecot_mailbox.receive(raw_mail())
        until(lambda: len(told) > 1)


def test_a_server_without_idle_is_left_alone(dovecot_mailbox: DovecotMailbox) -> None:
    with tcp_proxy(
        dovecot_mailbox.account.port, lambda data: data.replace(b" IDLE", b" XDLE")
    ) as line:
        watch(
            dovecot_mailbox.at(port=line.port),
            lambda mailbox: None,
            threading.Event(),
            AccessTokens(),
        )
        assert b"IDLE" not in line.heard


def test_pop3_cannot_be_listened_to(dovecot_mailbox: DovecotMailbox) -> None:
    with (
        tcp_proxy(dovecot_mailbox.dovecot.pop3_port) as line,
        listening(dovecot_mailbox.reached("pop3", "none", port=line.port)),
    ):
        pass
    assert line.heard == b""


def test_an_announcement_replaces_the_scheduled_poll_by_one_now() -> None:
    adapters = Adapters(
        {"service": SERVICE},
        KEYS,
        FakeMailServer(),
        lambda mailboxes, tell, stopping: [*map(tell, mailboxes)],  # type: ignore[arg-type]
    )
    hints = []
    listen_for_mail(adapters, hints.append, threading.Event())
    later = hints[0](NOON)
    assert (later.key, later.at, later.shop) == ("mailbox/service", NOON, "default")
