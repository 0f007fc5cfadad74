"""Read the rates of queues and the alarms of nodes from RabbitMQ's management API.

Its figures are a few seconds old. Source: https://www.rabbitmq.com/docs/management#http-api
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OUTGOING = "ack", "deliver_no_ack", "get_no_ack"  # statistics that count messages done with
WAIT = ".wait."  # in the names of wait queues, which are shown as one
ALARMS = {
    "mem_alarm": "is short of memory",
    "disk_free_alarm": "is short of disk space",
}


@dataclass(frozen=True)
class QueueTraffic:
    """One queue: its waiting messages, those that consumers hold, and how many enter and leave it a
    second.
    """

    name: str
    waiting: int
    held: int
    consumers: int
    rate_in: float
    rate_out: float

    @property
    def seconds_to_empty(self) -> float | None:
        """How long it takes to empty the queue at the present rates; None if it does not shrink."""
        if not self.waiting:
            return 0
        shrinking = self.rate_out - self.rate_in
        if shrinking <= 0:
            return None
        return self.waiting / shrinking

    @property
    def idle(self) -> bool:
        """Whether the queue is empty and nothing passes through it."""
        return not (self.waiting or self.held or self.rate_in or self.rate_out)


def traffic_of(queues: Iterable[Mapping[str, Any]]) -> list[QueueTraffic]:
    """Return the traffic of queues as the management API lists them. Streams are left out, whose
    messages wait for nobody; the wait queues of a service are one.
    """
    found: dict[str, QueueTraffic] = {}
    for queue in queues:
        if queue.get("type") == "stream":
            continue
        one = _traffic(queue)
        known = found.get(one.name)
        found[one.name] = _sum(known, one) if known else one
    return list(found.values())


def node_problems(nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each node that does not run, or that blocks publishers."""
    problems: list[str] = []
    for node in nodes:
        if not node.get("running"):
            problems.append(f"The RabbitMQ node '{node['name']}' does not run: start it.")
        for other in node.get("partitions", []):
            problems.append(
                f"The RabbitMQ node '{node['name']}' has lost its cluster, without '{other}':"
                " restart it."
            )
        for alarm, trouble in ALARMS.items():
            if node.get(alarm):
                problems.append(
                    f"The RabbitMQ node '{node['name']}' {trouble}, so RabbitMQ accepts no"
                    " messages: free some, or raise its limit."
                )
    return problems


def _traffic(queue: Mapping[str, Any]) -> QueueTraffic:
    statistics = queue.get("message_stats", {})
    return QueueTraffic(
        name=_shown_name(queue["name"]),
        waiting=queue.get("messages_ready", 0),
        held=queue.get("messages_unacknowledged", 0),
        consumers=queue.get("consumers", 0),
        rate_in=_rate(statistics, "publish"),
        rate_out=sum(_rate(statistics, name) for name in OUTGOING),
    )


def _shown_name(name: str) -> str:
    service, wait, delay = name.partition(WAIT)
    if wait and delay.isdecimal():
        return f"{service}.wait"
    return name


def _rate(statistics: Mapping[str, Any], name: str) -> float:
    return float(statistics.get(f"{name}_details", {}).get("rate", 0))


def _sum(one: QueueTraffic, other: QueueTraffic) -> QueueTraffic:
    return QueueTraffic(
        name=one.name,
        waiting=one.waiting + other.waiting,
        held=one.held + other.held,
        consumers=one.consumers + other.consumers,
        rate_in=one.rate_in + other.rate_in,
        rate_out=one.rate_out + other.rate_out,
    )
