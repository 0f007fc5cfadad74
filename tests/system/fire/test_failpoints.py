"""A worker is killed between every two steps of the pipeline, one after another, while it handles
messages from a real RabbitMQ; afterwards every message has its effects once.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from signal import SIGKILL

import pytest
from sqlalchemy import func, select

from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode
from shared.contracts.envelope import Envelope
from shared.runtime.pipeline.relay import Round
from shared.runtime.storage import message_tables, migrations
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import until
from tests.failpoints import Step
from tests.shared.runtime.rabbit_fixture import TOY, RabbitFixture, envelope, totals
from tests.system.fire.checker import decided_once, events_in_order
from tests.system.fire.evidence import Evidence, Sent
from tests.system.fire.mortal_worker import MortalWorker, Place, started
from tests.toy.service import toy
from tests.words import sqlite_url

pytestmark = pytest.mark.slow

PIPELINE, STORAGE = "shared.runtime.pipeline", "shared.runtime.storage"
EFFECTS, RABBITMQ = f"{PIPELINE}.side_effects", "shared.runtime.rabbitmq"
THREAD = "shared.runtime.process.batch_thread:BatchThread"


def around(place: str) -> tuple[Step, Step]:
    return Step("before", place), Step("after", place)


def has_published(last: Round) -> bool:
    return last.published > 0


DECISION = [
    Step("before", f"{PIPELINE}.pipeline:Pipeline.process"),
    *around(f"{STORAGE}.inbox:claim"),
    Step("after", f"{PIPELINE}.batch:take_locks"),
    Step("after", "shared.runtime.handlers:Handling.call"),
    Step("after", "shared.runtime.storage.unit_of_work:UnitOfWork.write"),
    Step("after", f"{PIPELINE}.outbox_writer:OutboxWriter.write"),  # not committed
    Step("after", f"{PIPELINE}.batch:BatchTransactions.handle_together"),  # committed
    Step("before", f"{THREAD}._acknowledge"),
    Step("after", f"{RABBITMQ}.broker:SafeRabbitmqConsumer._ack_now"),
]
RELAY = [
    Step("after", f"{STORAGE}.outbox:waiting", counts=bool),
    Step("before", f"{RABBITMQ}.publisher:Publisher._send"),
    Step("after", f"{RABBITMQ}.publisher:Publisher._send"),  # written, not confirmed
    Step("after", f"{RABBITMQ}.publisher:Publisher._confirmed"),
    *around(f"{STORAGE}.outbox:remove"),  # not committed
    Step("after", f"{PIPELINE}.relay:Relay.forward", counts=has_published),
]
EFFECT = [
    *around(f"{EFFECTS}.steps:claim"),
    *around(f"{EFFECTS}.log:start"),
    Step("after", f"{EFFECTS}.steps:act"),
    Step("before", f"{EFFECTS}.log:remove"),
    Step("after", f"{EFFECTS}.steps:store"),
]
RETRY = [
    Step("before", f"{RABBITMQ}.broker:SafeRabbitmqBroker.publish"),
    Step("after", f"{RABBITMQ}.broker:SafeRabbitmqBroker.publish"),
]
SCHEDULE = [
    Step("after", f"{STORAGE}.schedule:add"),
    Step("after", f"{STORAGE}.schedule:move_due", counts=bool),  # not committed
]
STEPS = [
    *(("toy.add", step) for step in DECISION + RELAY),
    *(("toy.act_once", step) for step in EFFECT),
    *(("not yet", step) for step in RETRY),
    *(("later", step) for step in SCHEDULE),
]
OUTSIDE_TRANSACTIONS = {
    f"{PIPELINE}.pipeline:Pipeline.process",
    f"{THREAD}._acknowledge",
    f"{RABBITMQ}.broker:SafeRabbitmqConsumer._ack_now",
    f"{RABBITMQ}.broker:SafeRabbitmqBroker.publish",
    f"{RABBITMQ}.publisher:Publisher._send",
    f"{RABBITMQ}.publisher:Publisher._confirmed",
    f"{EFFECTS}.steps:act",
}
"""Steps at which no database commits or rolls back: one database is enough for them."""
IN_DOUBT = {f"{EFFECTS}.log:start", f"{EFFECTS}.steps:act", f"{EFFECTS}.log:remove"}


class Ground:
    """A RabbitMQ, a database, and what was sent."""

    def __init__(self, rabbitmq: RabbitFixture, url: str, directory: Path) -> None:
        self.rabbitmq, self.engine = rabbitmq, engine_for(url)
        self.place = Place(rabbitmq.url(TOY), url, rabbitmq.delays, directory)
        self.listener = rabbitmq.listen()
        self.sent: list[Envelope] = []
        self.before = 0  # messages in the inbox
        self.doubtful: set[str] = set()

    def steps(self) -> list[tuple[str, Step]]:
        """Return the steps at which a kill may come out differently in this database."""
        found = []
        for kind, step in STEPS:
            if self.engine.dialect.name == "sqlite" or step.place not in OUTSIDE_TRANSACTIONS:
                found.append((kind, step))
        return found

    def send(self, kind: str, number: int, step: Step) -> None:
        """Publish the message during which the worker is to die."""
        key = f"{number} {kind}"
        if kind == "toy.act_once":
            message = envelope(kind, {"key": key})
        else:
            later = 0.1 if kind == "later" else 0
            message = envelope("toy.add", {"key": key, "amount": 1, "later": later})
        self.sent.append(message)
        self.rabbitmq.send(message)
        if step.place in IN_DOUBT:
            self.doubtful.add(key)

    def done(self) -> bool:
        """Return whether everything that was sent is handled and published."""
        left = select(func.count()).select_from(message_tables.outbox)
        with reading(self.engine) as connection:
            return self.handled() and not connection.execute(left).scalar_one()

    def handled(self) -> bool:
        """Return whether everything that was sent is handled."""
        columns = message_tables.inbox.c  # a claim may be in two periods
        handled = select(columns.source, columns.id).distinct()
        later = sum(1 for each in self.sent if each.data.get("later"))  # two messages each
        with reading(self.engine) as connection:
            count = len(connection.execute(handled).all())
            return bool(count == self.before + len(self.sent) + later)

    def was_added(self, times: int) -> bool:
        """Return whether the last message was handled so often."""
        return self.handled() and totals(self.engine)[self.sent[-1].data["key"]] == times

    def forget(self) -> None:
        """Begin anew, with nothing sent."""
        self.before += len(self.sent)
        self.sent.clear()

    def evidence(self) -> Evidence:
        sent = []
        for each in self.sent:
            if not each.data.get("later"):  # its event is caused by the later message
                sent.append(Sent(each.id, each.source, each.name, each.shop, "", 0, "confirmed"))
        events = [letter.envelope for letter in self.rabbitmq.empty(self.listener.name)]
        return Evidence(sent=sent, events=events)


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(
    request: pytest.FixtureRequest, rabbit: RabbitNode, postgres: Postgres, tmp_path: Path
) -> Iterator[Ground]:
    url = sqlite_url(tmp_path)
    if request.param == "postgresql":
        url = postgres.create_database("failpoints")
    migrations.upgrade(toy, engine_for(url))
    rabbitmq = RabbitFixture(rabbit)
    found = Ground(rabbitmq, url, tmp_path)
    yield found
    found.engine.dispose()
    rabbitmq.close()


COMMITTED = Step("after", f"{PIPELINE}.batch:BatchTransactions.handle_together")
CONTROLS = {
    "inbox-off": (Step("before", f"{THREAD}._acknowledge"), "has 2 toy.added"),
    "outbox-outside": (COMMITTED, "was confirmed, and has no effect"),
    "delete-first": (
        Step("before", f"{RABBITMQ}.publisher:Publisher._send"),
        "was confirmed, and has no effect",
    ),
    "confirms-off": (
        Step("after", f"{PIPELINE}.relay:Relay.forward", counts=has_published),
        "was confirmed, and has no effect",
    ),
}
"""What the checker must find if a worker lacks a safe part and dies at a step. Acknowledgements of
dramatiq's own broker are in `test_stock_broker.py`, and missing locks in the model."""


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_without_a_safe_part_the_checker_finds_what_a_kill_breaks(ground: Ground) -> None:
    place = ground.place
    for number, (control, (step, said)) in enumerate(CONTROLS.items()):
        place.armed.touch()
        worker = started(place, step, control)
        ground.send("toy.add", number, step)
        assert worker.joined() == -SIGKILL, f"not reached: {step}"
        place.armed.unlink()
        second = started(place, None, control)
        times = 2 if control == "inbox-off" else 1
        until(partial(ground.was_added, times))
        place.stop.touch()
        second.joined()
        place.stop.unlink()
        found = list(decided_once(ground.evidence()))
        assert len(found) == 1, (control, found)
        assert said in found[0]
        ground.forget()


def test_a_worker_may_die_between_any_two_steps(ground: Ground) -> None:
    place = ground.place
    steps = ground.steps()
    workers = [MortalWorker(place, steps[0][1])]
    for number, (kind, step) in enumerate(steps):
        worker = workers.pop()
        worker.start()
        following = steps[number + 1][1] if number + 1 < len(steps) else None
        workers.append(MortalWorker(place, following))  # prepared meanwhile
        until(ground.done)  # what the one before left
        place.armed.touch()
        ground.send(kind, number, step)
        assert worker.joined() == -SIGKILL, f"not reached: {step}"
        place.armed.unlink()
    last = workers.pop()
    last.start()
    until(ground.done)
    until(lambda: not ground.rabbitmq.depth("toy"))
    place.stop.touch()
    last.joined()
    assert_everything_once(ground)


def assert_everything_once(ground: Ground) -> None:
    evidence = ground.evidence()
    assert list(decided_once(evidence)) == []
    assert list(events_in_order(evidence)) == []
    added = [event.data["key"] for event in ground.sent if event.name == "toy.add"]
    assert totals(ground.engine) == dict.fromkeys(added, 1)
    acted = Counter(ground.place.world.read_text().splitlines())
    for message in ground.sent:
        key = message.data["key"]
        if message.name == "toy.act_once":
            assert 1 <= acted[key] <= 1 + (key in ground.doubtful), key
    assert ground.rabbitmq.depth("toy") == ground.rabbitmq.depth("toy.dead") == 0
