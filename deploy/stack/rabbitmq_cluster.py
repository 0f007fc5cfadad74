"""Run a RabbitMQ cluster: several private nodes on this machine, as it runs on several machines."""

import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.stack.port_mapper import PortMapper
from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.rabbitmq_settings import Membership, new_state
from deploy.stack.trouble import StackError
from shared.runtime.errors import TopologyError
from shared.runtime.rabbitmq.management import Management

NODES = 3
NET_TICK_SECONDS = 60
FORM_SECONDS = 300
PAUSE = 0.1  # seconds between two questions whether a node sees the others
URL_SEPARATOR = ";"


class RabbitCluster:
    """Nodes that form one cluster. With a minority of its nodes a part of it pauses, as documented
    for production.

    Nodes notice that another one does not answer after about `net_tick` seconds.
    """

    def __init__(
        self, directory: Path, count: int = NODES, net_tick: int = NET_TICK_SECONDS
    ) -> None:
        """Create the cluster of a directory, with names, ports and secrets for a new one."""
        directory = directory.resolve()
        family = secrets.token_hex(4)
        first = RabbitNode.stored_state(directory / "node-1") or new_state(
            f"rabbit-1-{family}@localhost"
        )
        names = [first.name.replace("rabbit-1", f"rabbit-{number + 1}") for number in range(count)]
        membership = Membership(tuple(names), first, net_tick)
        self.port_mapper = PortMapper(directory, first.port_mapper_port)
        self.nodes = []
        for number, name in enumerate(names, start=1):
            node = RabbitNode(
                directory / f"node-{number}",
                name=name,
                membership=membership,
                port_mapper=self.port_mapper,
            )
            self.nodes.append(node)

    def start(self) -> None:
        """Start all nodes together, and wait until every node sees the others. Raises
        `StackError`.

        The first node of a new cluster starts before the others, which join it: of blank nodes that
        start at the same time, one looks in vain for a node to join, and locks the others out
        meanwhile.
        """
        self.port_mapper.start()
        if self.nodes[0].is_new():
            self.nodes[0].start()
        self._together(RabbitNode.start, self.nodes)
        self.await_running(len(self.nodes))

    def stop(self) -> None:
        """Stop all nodes together, and the port mapper. Data remains."""
        self._together(RabbitNode.stop, self.nodes)
        self.port_mapper.stop()

    def kill(self) -> None:
        """Kill all nodes and the port mapper."""
        for node in self.nodes:
            node.kill()
        self.port_mapper.stop()

    def running(self) -> bool:
        """Return whether a node runs."""
        return any(node.running() for node in self.nodes)

    def await_running(self, count: int, seconds: float = FORM_SECONDS) -> None:
        """Wait until every running node sees `count` running nodes. Raises `StackError` after these
        seconds.
        """
        deadline = time.monotonic() + seconds
        for node in self.nodes:
            if not node.running():
                continue
            with Management(node.admin_management_url) as management:
                while _count_running(management) < count:
                    if time.monotonic() > deadline:
                        raise StackError(
                            f"{node.state.name} did not see {count} running nodes within"
                            f" {seconds:g} seconds: see {node.log}."
                        )
                    time.sleep(PAUSE)

    def node_named(self, name: str) -> RabbitNode:
        """Return the node with an Erlang name, as the management API names a queue's leader."""
        for node in self.nodes:
            if node.state.name == name:
                return node
        raise StackError(f"The cluster has no node '{name}'.")

    @property
    def admin_amqp_url(self) -> str:
        """The URLs of all nodes for the user `admin`, joined by `;`."""
        return _joined(node.admin_amqp_url for node in self.nodes)

    @property
    def admin_management_url(self) -> str:
        """The URLs of the management API of all nodes, joined by `;`."""
        return _joined(node.admin_management_url for node in self.nodes)

    def amqp_url(self, user: str, password: str) -> str:
        """Return the URLs of all nodes for a user, joined by `;`."""
        return _joined(node.amqp_url(user, password) for node in self.nodes)

    def flush(self) -> None:
        """Wait until new quorum queues are on the disk of every node: see `RabbitNode.flush`."""
        self._together(RabbitNode.flush, self.nodes)

    @staticmethod
    def _together(action: Callable[[RabbitNode], None], nodes: Iterable[RabbitNode]) -> None:
        with ThreadPoolExecutor(NODES) as threads:
            for done in [threads.submit(action, node) for node in nodes]:
                done.result()


def _joined(urls: Iterable[str]) -> str:
    return URL_SEPARATOR.join(urls)


def _count_running(management: Management) -> int:
    try:
        return len(management.running_nodes())
    except TopologyError:  # the node pauses, or just starts
        return 0
