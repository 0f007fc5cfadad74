"""A server's word that something came in brings a look forward; nothing depends on it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.ingest.adapters.idle_listener import listen, watch
from services.ingest.adapters.oauth import Tokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.handlers.mailboxes import look_out
from services.ingest.work import Adapters
from tests.conditions import until
from tests.ingest.builders import KEYS, NOON, SERVICE, Server, letter
from tests.ingest.dovecot_mailbox import PASSWORD, Postbox
from tests.ingest.tcp_proxy import wire


@contextmanager
def listening(*mailboxes: Mailbox) -> Iterator[list[str]]:
    """The mailboxes that something came into."""
    told: list[str] = []
    stopping = threading.Event()
    thread = threading.Thread(
        target=listen,
        args=(mailboxes, lambda mailbox: told.append(mailbox.name), stopping),
        kwargs={"tokens": Tokens()},
    )
    thread.start()
    yield told
    stopping.set()
    thread.join(10)
    assert not thread.is_alive()


def test_a_mail_is_told_when_it_comes(postbox: Postbox) -> None:
    with wire(postbox.account.port) as line, listening(postbox.at(port=line.port)) as told:
        until(lambda: b"IDLE" in line.heard)
        for number in (1, 2):
            postbox.receive(letter())
            until(lambda wanted=number: len(told) >= wanted)


def test_a_server_is_asked_anew_before_it_may_lose_patience(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_listener, "ANEW", 0.1)
    monkeypatch.setattr(idle_listener, "NOTICE", 0.05)
    with wire(postbox.account.port) as line, listening(postbox.at(port=line.port)) as told:
        until(lambda: line.heard.count(b"IDLE") > 2)
        assert told == []
        postbox.receive(letter())
        until(lambda: told)


def test_after_a_broken_wire_it_listens_again(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_listener, "FIRST_PAUSE", 0.01)
    broken = threading.Event()

    def rule(data: bytes) -> bytes | None:
        if b"EXISTS" in data and data.startswith(b"* ") and not broken.is_set():
            broken.set()
            return None
        return data

    with wire(postbox.account.port, rule) as line, listening(postbox.at(port=line.port)) as told:
        until(lambda: line.heard.count(PASSWORD.encode()) == 2)
        until(lambda: b"IDLE" in line.heard)
        postbox.receive(letter())
        until(lambda: told)


def test_a_server_without_idle_is_left_alone(postbox: Postbox) -> None:
    with wire(postbox.account.port, lambda data: data.replace(b" IDLE", b" XDLE")) as line:
        watch(postbox.at(port=line.port), lambda mailbox: None, threading.Event(), Tokens())
        assert b"IDLE" not in line.heard


def test_pop3_cannot_be_listened_to(postbox: Postbox) -> None:
    with (
        wire(postbox.dovecot.pop3_port) as line,
        listening(postbox.reached("pop3", "none", port=line.port)),
    ):
        pass
    assert line.heard == b""


def test_a_hint_is_a_look_now_in_the_place_of_the_planned_one() -> None:
    adapters = Adapters(
        {"service": SERVICE},
        KEYS,
        Server(),
        lambda mailboxes, tell, stopping: [*map(tell, mailboxes)],
    )
    hints = []
    look_out(adapters, hints.append, threading.Event())
    later = hints[0](NOON)
    assert (later.key, later.at, later.shop) == ("mailbox/service", NOON, "default")
