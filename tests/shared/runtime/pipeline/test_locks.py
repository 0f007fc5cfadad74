"""What handlers lock is declared: nothing else is locked or saved, and all of it in one order."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.envelope import Envelope
from shared.runtime.handlers import Handlers
from shared.runtime.rabbitmq.delivery import DONE, Fate
from shared.runtime.storage.locks import LockKind, LockOutOfOrder, UndeclaredLock
from shared.runtime.storage.unit_of_work import locked_store
from tests.toy.contracts import Add, Added, Tidy, Weighed
from tests.toy.service import Counters, Work, toy
from tests.words import ServiceHarness, delivery, harness, sqlite_url

FIRST, SECOND = LockKind[str]("first"), LockKind[str]("second")


class TwoKinds(Work):
    """Two stores on one table, of which the first is locked before the second."""

    lock_order = (FIRST, SECOND)  # type: ignore[assignment]
    first = locked_store(Counters, FIRST)
    second = locked_store(Counters, SECOND)


on = Handlers[TwoKinds]()


def counter(message: Add | Weighed, at: Envelope, work: TwoKinds) -> Iterable[str]:
    return [message.key]


def weighed_again(message: Weighed, at: Envelope, work: TwoKinds) -> Iterable[str]:
    """Of the second kind: what the first one has loaded says which."""
    return [f"{message.key}-{work.first.get(message.key)}"]


@on.handles(Add, locks=[SECOND.of(counter)])
def add(command: Add, work: TwoKinds) -> Iterable[Added]:
    """Locks what `fail` says, beside what it declares."""
    work.second.get(command.key)
    if command.fail == "first":
        work.first.get(command.key)
    if command.fail == "saved":
        work.first.save(command.key, 1)
    if command.fail == "earlier":
        work.second.get("a")
    if command.fail == "later":
        work.second.get("z")
    return [Added(key=command.key, total=command.amount)]


@on.handles(Weighed, locks=[SECOND.of(weighed_again), FIRST.of(counter)])
def weigh(event: Weighed, work: TwoKinds) -> Iterable[Added]:
    return [Added(key=event.key, total=work.second.get(f"{event.key}-None") or 0)]


@pytest.fixture
def toys(tmp_path: Path) -> Iterator[ServiceHarness]:
    opened = harness(replace(toy, handlers=[on], work=TwoKinds), sqlite_url(tmp_path))
    yield opened
    opened.engine.dispose()


def put(key: str, fail: str = "") -> Any:
    return delivery("toy.add", {"key": key, "amount": 1, "fail": fail})


@pytest.mark.parametrize("how", ["first", "saved"])
def test_a_handler_locks_and_saves_nothing_that_it_does_not_declare(
    toys: ServiceHarness, how: str
) -> None:
    (verdict,) = toys.deliver(put("m", how))
    assert isinstance(verdict.error, UndeclaredLock)
    assert "'toy.add'" in str(verdict.error)
    assert "'first'" in str(verdict.error)
    assert toys.outbox() == []


def test_a_lock_that_comes_later_in_the_order_may_be_taken_late(toys: ServiceHarness) -> None:
    assert toys.deliver(put("m", "later")) == [DONE]


def test_a_lock_out_of_order_takes_a_batch_apart(toys: ServiceHarness) -> None:
    """In a batch, what another message did may bring a message elsewhere; alone, it is a fault."""
    verdicts = toys.deliver(put("b"), put("m", "earlier"), put("n"))
    assert [verdict.fate for verdict in verdicts] == [Fate.DONE, Fate.RETRY, Fate.DONE]
    assert isinstance(verdicts[1].error, LockOutOfOrder)
    assert [event.subject for event in toys.outbox()] == ["b", "n"]


def test_keys_may_follow_from_what_kinds_before_have_loaded(toys: ServiceHarness) -> None:
    weighed = delivery("toy.weighed", {"key": "m", "weight": {"grams": 1}})
    assert toys.deliver(weighed, put("m-5")) == [DONE, DONE]


def test_a_service_gives_every_kind_of_lock_a_place() -> None:
    lost = Handlers[Work]()
    lost.handles(Tidy, locks=[LockKind[str]("lost").of(lambda message, at, work: [])])(
        lambda command, work: []
    )
    with pytest.raises(ValueError, match=r"toy\.tidy\.v1 locks lost, which toy gives no order"):
        replace(toy, handlers=[lost])
