"""The long form of the cluster's test: the whole stack on three RabbitMQ nodes and PostgreSQL, with
two workers of each service. Under load a node is killed, one is frozen, and all nodes and workers
are restarted one after another; then the facts are judged.

    python -m tests.house.cluster_storm [calm] [kill] [freeze] [restart_nodes] [restart_workers]

Without arguments, all of these happen, in this order. Prints what happened, and how long the
longest time was in which no command was answered. Exits with 1 if anything was lost, done twice, or
out of order.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from deploy.bench.guard import guarded_directory
from deploy.stack.local import STOP_SECONDS, LocalStack
from deploy.stack.postgres import Postgres
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.rabbitmq_cluster import RabbitCluster
from deploy.stack.trouble import StackError
from shared.clients.client import NoReply, open_client
from shared.clients.replicas import check_replicas
from shared.contracts import samples
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from tests.actor import Actor
from tests.conditions import until
from tests.house.facts import faults
from tests.house.load import Load
from tests.house.load_on_stack import settled

NET_TICK = 20  # seconds
FREEZE = 40.0  # seconds
RETURN = 60.0  # seconds for a frozen node to come back by itself; 3.10.8 sometimes hangs
WAVE = 1  # orders
PAUSE = 2.0  # seconds between two waves: documents are to keep up with orders
PATIENCE = 1.0  # seconds until the probe asks again on a new connection
FAULTS = ("calm", "kill", "freeze", "restart_nodes", "restart_workers")
READY = '"outcome": "started"'


class ClusterStack(LocalStack):
    """The stack on a cluster and PostgreSQL, with two supervisors of each service."""

    def __init__(self, directory: Path) -> None:
        self.cluster = RabbitCluster(directory / "rabbitmq", net_tick=NET_TICK)
        super().__init__(directory, rabbit=self.cluster)
        self.postgres = Postgres(self.directory / "postgres")

    def database_url(self, name: str) -> str:
        return self.postgres.create_database(name)

    def second(self, name: str) -> Process:
        """Return the second supervisor of a service."""
        return Process(self.directory / "workers", f"{name}-2")

    def start_second(self, name: str) -> None:
        """Start the second supervisor of a service, without metrics: the first has the port."""
        settings = {f"AFTERCART_{name.upper()}_METRICS": ""}
        self.start_supervisor(name, self.second(name), **settings)

    def queue_leader(self, queue: str) -> RabbitNode:
        """Return the node that leads a queue."""
        with Management(self.cluster.admin_management_url) as management:
            leaders = {found["name"]: found.get("leader") for found in management.queues()}
        return self.cluster.node_named(leaders[queue] or "")

    def replicated(self) -> bool:
        """Return whether every queue has all its copies."""
        try:
            with Management(self.cluster.admin_management_url) as management:
                found = check_replicas(management.queues(), management.nodes())
        except AftercartError:
            return False
        return not found.problems and not found.notes


class Probe(threading.Thread):
    """A storefront that sends one command after another, each until it is answered. `answered` are
    the times of the answers, `slowest` since the last `reset`. Between two commands it waits for
    `pause` seconds.
    """

    def __init__(self, stack: LocalStack, pause: float = 0.05) -> None:
        super().__init__(daemon=True)
        self.urls, self.pause = stack.amqp_url("client"), pause
        self.answers, self._longest, self._last = 0, 0.0, time.monotonic()
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with open_client(self.urls, "probe") as client:
                    while not self._stopping.wait(self.pause):
                        client.request("product.put", _probe_product(), timeout=PATIENCE)
                        self._note_answer()
            except NoReply:
                continue  # on a new connection, perhaps to another node
            except AftercartError:
                time.sleep(0.05)

    def longest_gap(self, during: Callable[[], None]) -> float:
        """Return the longest time without an answer while something is done, in seconds."""
        self._longest, self._last = 0.0, time.monotonic()
        during()
        answers = self.answers
        until(lambda: self.answers > answers)
        return self._longest

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _note_answer(self) -> None:
        now = time.monotonic()
        self._longest = max(self._longest, now - self._last)
        self._last = now
        self.answers += 1


class Waves(Actor):
    """Places orders until it is stopped."""

    def __init__(self, load: Load) -> None:
        super().__init__("waves")
        self.load = load

    def act(self) -> None:
        while not self.stopping.wait(PAUSE):
            self.load.wave(WAVE)


class Storm:
    """The faults, one after another."""

    def __init__(self, stack: ClusterStack) -> None:
        self.stack = stack

    def calm(self) -> None:
        """Let ten seconds pass, to compare."""
        time.sleep(10)

    def kill(self) -> None:
        """Kill the node that leads the queue of `orders`, and start it again."""
        node = self.stack.queue_leader("orders")
        node.kill()
        time.sleep(10)
        node.start()
        self._await_all()

    def freeze(self) -> None:
        """Freeze the node that leads the queue of `orders`, for longer than the other nodes wait
        for it.
        """
        node = self.stack.queue_leader("orders")
        node.pause()
        time.sleep(FREEZE)
        node.resume()
        try:
            self.stack.cluster.await_running(len(self.stack.cluster.nodes), RETURN)
        except StackError:
            _say(f"the frozen node has not come back within {RETURN:g} s: killed and started")
            node.kill()
            node.start()
        self._await_all()

    def restart_nodes(self) -> None:
        """Stop and start each node, and wait each time until all queues have all copies."""
        for node in self.stack.cluster.nodes:
            node.stop()
            node.start()
            self._await_all()

    def restart_workers(self) -> None:
        """Stop and start each worker, the second of a service when the first works again."""
        for name in self.stack.services:
            for process, start in (
                (self.stack.worker(name), self.stack.start_worker),
                (self.stack.second(name), self.stack.start_second),
            ):
                process.stop(timeout=STOP_SECONDS)
                before = _starts(process)
                start(name)
                until(partial(_started_again, process, before))

    def _await_all(self) -> None:
        self.stack.cluster.await_running(len(self.stack.cluster.nodes))
        until(self.stack.replicated, pause=0.5)


@contextmanager
def _running(directory: Path) -> Iterator[ClusterStack]:
    stack = ClusterStack(directory)
    try:
        stack.postgres.start()
        stack.up(_say)
        for name in stack.services:
            stack.start_second(name)
        stack.cluster.flush()
        until(stack.replicated, pause=0.5)
        yield stack
    finally:
        stack.down()
        stack.postgres.stop()


def storm(directory: Path, names: Sequence[str]) -> list[str]:
    """Return what is wrong after a storm of these faults."""
    with _running(directory) as stack:
        load, probe, faulty = Load(stack), Probe(stack), Storm(stack)
        load.shop()
        waves = Waves(load)
        probe.start()
        waves.start()
        for name in names:
            fault = getattr(faulty, name)
            began, placed, answers = time.monotonic(), len(load.orders), probe.answers
            gap = probe.longest_gap(fault)
            _say(
                f"{name:16} {time.monotonic() - began:6.1f} s,"
                f" {len(load.orders) - placed:4} orders, {probe.answers - answers:5} answers,"
                f" longest gap {gap:5.1f} s"
            )
        waves.stop()
        probe.stop()
        found = list(faults(settled(stack, load)))
        _say(f"{len(load.orders)} orders, {len(load.written)} mails written: {len(found)} faults")
        return found


def _starts(process: Process) -> int:
    """Return how often a worker has started, by its log."""
    return process.log.read_text().count(READY)


def _started_again(process: Process, before: int) -> bool:
    return _starts(process) > before


def _probe_product() -> dict[str, object]:
    return samples.PUT_PRODUCT | {"sku": "PROBE"}


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


def main() -> int:
    """Run a storm on servers that end with it, also if it is killed."""
    with guarded_directory() as directory:
        found = storm(directory, sys.argv[1:] or FAULTS)
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
