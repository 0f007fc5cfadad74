"""Middleware of dramatiq sees each message once, with its failure, also where a batch handles many
at once.
"""

from contextvars import ContextVar
from typing import Any

import pytest
from dramatiq import Broker, Middleware
from dramatiq.middleware import CurrentMessage, SkipMessage

from shared.contracts.message import wire_type
from shared.runtime.errors import SettingsError
from shared.runtime.rabbitmq.middleware import load_middleware
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, as_bytes, envelope, totals, working
from tests.toy.service import toy
from tests.toy.world import World

SPAN: ContextVar[str] = ContextVar("span", default="")


class Tracer(Middleware):
    """Do as error reporters and tracers do: enter a context before a message, leave it after the
    message, and note at the message what belongs to it.
    """

    begun: list[str]
    spans: list[tuple[str, str, str, int]]
    settled: list[tuple[str, str]]

    def after_process_boot(self, broker: Broker) -> None:
        Tracer.begun, Tracer.spans, Tracer.settled = [], [], []

    def before_process_message(self, broker: Broker, message: Any) -> None:
        self.begun.append(message.message_id)
        message._span = SPAN.set(message.message_id)

    def after_process_message(
        self, broker: Broker, message: Any, *, result: Any = None, exception: Any = None
    ) -> None:
        assert SPAN.get() == message.message_id
        SPAN.reset(message._span)
        actor = broker.get_actor(message.actor_name)
        failure = type(exception).__name__ if exception else ""
        attempt = message.options.get("retries", 0)
        self.spans.append((message.message_id, actor.actor_name, failure, attempt))

    def after_skip_message(self, broker: Broker, message: Any) -> None:
        self.after_process_message(broker, message, exception=SkipMessage())

    def after_ack(self, broker: Broker, message: Any) -> None:
        self.settled.append((message.message_id, "ack"))

    def after_nack(self, broker: Broker, message: Any) -> None:
        self.settled.append((message.message_id, "nack"))


class Skipper(Middleware):
    def before_process_message(self, broker: Broker, message: Any) -> None:
        envelope = message.delivery.envelope
        if envelope and envelope.data.get("key") == "skipped":
            raise SkipMessage("too old")


class Handlers(World):
    """Notes the message that middleware says a handler works on."""

    def __init__(self) -> None:
        super().__init__()
        self.current: list[tuple[str, str, str]] = []

    def pass_by(self, key: str) -> None:
        current = CurrentMessage.get_current_message()
        self.current.append((key, SPAN.get(), current.message_id if current else ""))
        super().pass_by(key)


PATHS = (
    f"{__name__}.Tracer",
    "dramatiq.middleware.CurrentMessage",
    f"{__name__}.Skipper",
)


def test_middleware_sees_each_message_of_a_batch_once_with_its_failure(
    rabbitmq: RabbitFixture, database: str
) -> None:
    expected: dict[str, list[tuple[str, str]]] = {}
    tried = 1 + len(rabbitmq.delays)

    def send(name: str, outcomes: list[str], **data: Any) -> str:
        message = envelope(name, data, replyto="nobody" if name == "toy.get" else None)
        expected[message.id] = [(name, outcome) for outcome in outcomes]
        rabbitmq.send(message)
        return message.id

    good = [send("toy.add", [""], key=key, amount=1) for key in ("a", "b", "c")]
    send("toy.add", ["ZeroDivisionError"] * tried, key="bug", amount=1, fail="bug")
    send("toy.add", ["NotYet"] * tried, key="late", amount=1, fail="not_yet")
    send("toy.add", ["Unprocessable"], key="never", amount=1, fail="never")
    send("toy.add", ["SkipMessage"], key="skipped", amount=1)
    send("toy.add", [""], key="refused", amount=13)
    send("toy.add", [""], key="invalid", amount=-1)
    # the whole batch fails when this one is written, and is taken apart
    send("toy.add", ["IntegrityError"] * tried, key="too much", amount=2_000_000)
    send("toy.act", [""], key="act")
    send("toy.act_once", [""], key="once")
    send("toy.act_once", [""], key="once")
    send("toy.get", [""], key="a")
    twice = envelope("toy.add", {"key": "twice", "amount": 1})
    rabbitmq.send(twice, twice)
    expected[twice.id] = [("toy.add", "")]
    foreign = as_bytes(
        specversion="1.0", id="foreign", source="/x", type=wire_type("toy.nothing"), data={}
    )
    rabbitmq.send(foreign, b"unreadable")
    expected |= {name: [("unknown", "Unprocessable")] for name in ("foreign", "")}
    world = Handlers()
    with working(rabbitmq, database, world, middleware=PATHS) as process:
        dead = {letter.body for letter in rabbitmq.dead(7)}
        until(lambda: len(Tracer.settled) == sum(map(len, expected.values())))
        assert totals(process.engine)["twice"] == 1
        assert process.broker.get_declared_actors() == {
            "unknown",
            *(handling.message.name for handling in toy.handlings.values()),
        }
    seen: dict[str, list[tuple[str, str]]] = {}
    for message_id, actor, failure, attempt in Tracer.spans:
        assert attempt == len(seen.setdefault(message_id, []))
        seen[message_id].append((actor, failure))
    assert seen == expected
    assert sorted(Tracer.begun) == sorted(span[0] for span in Tracer.spans)
    assert len(dead) == len([row for row in Tracer.settled if row[1] == "nack"]) == 7
    assert {(key, span, current) for key, span, current in world.current if key in "abc"} == {
        (key, message_id, message_id) for key, message_id in zip("abc", good, strict=True)
    }
    assert all(span == current for _, span, current in world.current)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nowhere.Middleware", "cannot be imported: No module named 'nowhere'"),
        ("dramatiq.middleware.Nothing", "cannot be imported: "),
        ("json.dumps.x", "cannot be imported: "),
        ("tests.toy.world.World", "is no dramatiq middleware"),
        ("dramatiq.middleware.Retries", "cannot be used: attempts and time limits are set by"),
    ],
)
def test_a_middleware_that_cannot_be_used_is_refused(path: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=f"AFTERCART_MIDDLEWARE names '{path}', which {reason}"):
        load_middleware([path])
