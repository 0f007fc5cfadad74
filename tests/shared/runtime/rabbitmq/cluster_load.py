"""A small service under load on a RabbitMQ cluster, and a judgement of what it did."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine

from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.rabbitmq_cluster import RabbitCluster
from shared.clients.connection import connect
from shared.clients.replicas import Replicas, check_replicas
from shared.clients.subscriptions import subscribe
from shared.contracts.envelope import Envelope
from shared.runtime.errors import TopologyError
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture, envelope, totals, worker

KEYS = 10


class Load(threading.Thread):
    """Publishes one command after another until it is stopped, each until it is confirmed."""

    def __init__(self, rabbitmq: RabbitFixture) -> None:
        super().__init__(daemon=True)
        self.publisher = Publisher(rabbitmq.url(CLIENT), "load", reconnect_when_refused=True)
        self.confirmed = 0
        self._stopping, self._giving_up = threading.Event(), threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(0.04):
            key = f"k{self.confirmed % KEYS}"
            message = envelope("toy.add", {"key": key, "amount": 1})
            sent = Outgoing(COMMANDS, message.name, message.encode(), message.id)
            while self.publisher.publish([sent], timeout=3) != [Outcome.CONFIRMED]:
                if self._giving_up.wait(0.05):
                    return
            self.confirmed += 1

    def finish(self) -> int:
        """Return how many commands were confirmed, as soon as the last one is."""
        self._stopping.set()
        self.join(FAR)
        assert not self.is_alive(), "the last command was never confirmed"
        return self.confirmed

    def stop(self) -> None:
        """End, also when the last command is never confirmed."""
        self._stopping.set()
        self._giving_up.set()
        self.join()
        self.publisher.close()


@contextmanager
def loaded(rabbitmq: RabbitFixture) -> Iterator[Load]:
    load = Load(rabbitmq)
    load.start()
    try:
        yield load
    finally:
        load.stop()


def leader(cluster: RabbitCluster, rabbitmq: RabbitFixture) -> RabbitNode:
    """Return the node that leads the work queue."""
    queue = rabbitmq.api("GET", f"/api/queues/{rabbitmq.vhost}/toy")
    return cluster.node_named(queue["leader"])


def replicated(rabbitmq: RabbitFixture) -> bool:
    """Return whether every queue has a copy on three nodes, which run."""
    queues = rabbitmq.management.queues(rabbitmq.vhost)
    members = [len(queue.get("members", [])) for queue in queues]
    found = check_replicas(queues, rabbitmq.management.nodes())
    return found == Replicas([], []) and set(members) == {3}


def distinct_events(rabbitmq: RabbitFixture, count: int) -> list[Envelope]:
    """Return the events of the stream without repetitions, as soon as there are `count`.

    The stream cannot be read until it has another leader than the frozen node.
    """

    def attempt() -> list[Envelope]:
        with suppress(TopologyError):
            return read_events(rabbitmq, count)
        return []

    return until(attempt)


def read_events(rabbitmq: RabbitFixture, count: int) -> list[Envelope]:
    found: dict[str, Envelope] = {}
    with connect(rabbitmq.url(CLIENT), "facts") as connection:
        stream = subscribe(connection, "toy.added", "first")
        while len(found) < count:
            event = stream.poll(FAR)
            assert event is not None, f"{count} commands, but only {len(found)} events"
            found.setdefault(event.id, event)
    return list(found.values())


class Done:
    """The effects in the database, of all workers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __call__(self) -> int:
        return sum(totals(self.engine).values())

    def await_more(self) -> None:
        """Wait for more effects than those of messages that the workers may have received."""
        enough = self() + 50
        until(lambda: self() > enough)

    def judge(self, rabbitmq: RabbitFixture, load: Load) -> None:
        """Stop the load; every command had one effect, and every event came in its order."""
        count = load.finish()
        until(lambda: self() >= count)
        assert totals(self.engine) == {
            f"k{key}": len(range(key, count, KEYS)) for key in range(KEYS)
        }
        lanes: dict[str, list[int]] = defaultdict(list)
        for event in distinct_events(rabbitmq, count):
            lanes[event.subject].append(int(event.sequence))
        for lane in lanes.values():
            assert lane == list(range(1, len(lane) + 1))
        until(lambda: rabbitmq.depth("toy") == 0)
        assert rabbitmq.depth("toy.dead") == 0


def started(rabbitmq: RabbitFixture, url: str) -> WorkerProcess:
    """Start a worker of the toy, with a small batch so that it soon stops under load."""
    process = worker(rabbitmq, url, batch=5)
    process.start()
    return process
