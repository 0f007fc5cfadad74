"""A cluster whose queues lack copies is noticed before a node fails."""

from typing import Any

import pytest

from shared.clients.replicas import Replicas, check_replicas

ALL = ["rabbit@a", "rabbit@b", "rabbit@c"]
NODES = [{"name": name} for name in ALL]


def queue(members: list[str], online: list[str], kind: str = "quorum") -> dict[str, Any]:
    return {"name": "orders", "type": kind, "members": members, "online": online}


@pytest.mark.parametrize("kind", ["quorum", "stream"])
def test_a_queue_with_all_copies_is_well(kind: str) -> None:
    assert check_replicas([queue(ALL, ALL, kind)], NODES) == Replicas([], [])


def test_one_copy_on_a_single_node_is_well() -> None:
    assert check_replicas([queue(ALL[:1], ALL[:1])], NODES[:1]) == Replicas([], [])


def test_more_nodes_than_copies_are_well() -> None:
    assert check_replicas([queue(ALL, ALL)], [*NODES, {"name": "rabbit@d"}]) == Replicas([], [])


@pytest.mark.parametrize("kind", ["quorum", "stream"])
def test_a_queue_created_before_its_cluster_needs_copies(kind: str) -> None:
    [note] = check_replicas([queue(ALL[:1], ALL[:1], kind)], NODES).notes
    assert note.startswith("Fewer than 3 nodes have a copy of orders: add copies, with")


def test_a_copy_that_is_missing_for_now_is_a_note_and_two_are_a_problem() -> None:
    found = check_replicas([queue(ALL, ALL[:2])], NODES)
    assert found.problems == []
    assert found.notes == ["A node with a copy of orders does not run, or is not up to date yet."]
    found = check_replicas([queue(ALL, ALL[:1])], NODES)
    assert found.problems == [
        "Most nodes with a copy of orders do not run, so that RabbitMQ accepts no message there:"
        " start them."
    ]
    assert found.notes == []


def test_a_classic_queue_and_one_just_created_are_left_out() -> None:
    classic = {"name": "amq.gen-1", "type": "classic"}
    fresh = {"name": "aftercart.events.stream", "type": "stream"}
    assert check_replicas([classic, fresh], NODES) == Replicas([], [])
