"""Check in a cluster whether each queue has its copies, from RabbitMQ's management API."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from shared.clients.phrases import listed
from shared.runtime.rabbitmq.definitions import REPLICAS

REPLICATED = ("quorum", "stream")


class Replicas(NamedTuple):
    """What lacks copies, one sentence each: `problems` stop a queue, `notes` leave it working."""

    problems: list[str]
    notes: list[str]


def check_replicas(
    queues: Iterable[Mapping[str, Any]], nodes: Sequence[Mapping[str, Any]]
) -> Replicas:
    """Check the queues and nodes that the management API lists. On a single node, each queue has
    one copy.
    """
    wanted = min(REPLICAS, len(nodes))
    stopped, few, behind = [], [], []
    for queue in queues:
        members = queue.get("members")  # missing for a moment after a queue was created
        if queue.get("type") not in REPLICATED or not members:
            continue
        online = len(queue.get("online", []))
        if 2 * online <= len(members):
            stopped.append(queue["name"])
        elif len(members) < wanted:
            few.append(queue["name"])
        elif online < len(members):
            behind.append(queue["name"])
    found = Replicas([], [])
    if stopped:
        found.problems.append(
            f"Most nodes with a copy of {listed(stopped)} do not run, so that RabbitMQ accepts no"
            " message there: start them."
        )
    if few:
        found.notes.append(
            f"Fewer than {wanted} nodes have a copy of {listed(few)}: add copies, with"
            " `rabbitmq-queues grow NODE all`, or `rabbitmq-streams add_replica STREAM NODE`."
        )
    if behind:
        found.notes.append(
            f"A node with a copy of {listed(behind)} does not run, or is not up to date yet."
        )
    return found
