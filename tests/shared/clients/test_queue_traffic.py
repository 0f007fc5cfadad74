"""Rates and alarms are read as RabbitMQ's management API documents them."""

from typing import Any

import pytest

from shared.clients.phrases import duration
from shared.clients.queue_traffic import QueueTraffic, node_problems, traffic_of


def listed(name: str, ready: int = 0, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "quorum", "messages_ready": ready} | more


def test_rates_count_messages_that_came_in_and_that_were_done_with() -> None:
    queue = listed(
        "orders",
        100,
        messages_unacknowledged=7,
        consumers=2,
        message_stats={
            "publish_details": {"rate": 5.0},
            "ack_details": {"rate": 20.0},
            "deliver_no_ack_details": {"rate": 5.0},
            "deliver_get_details": {"rate": 99.0},  # a message may be delivered several times
        },
    )
    [found] = traffic_of([queue])
    assert found == QueueTraffic("orders", 100, 7, 2, rate_in=5.0, rate_out=25.0)
    assert found.seconds_to_empty == 5.0


def test_a_queue_that_does_not_shrink_has_no_end() -> None:
    assert QueueTraffic("orders", 100, 0, 1, 5.0, 5.0).seconds_to_empty is None
    assert QueueTraffic("orders", 0, 0, 1, 5.0, 5.0).seconds_to_empty == 0


def test_streams_are_left_out_and_wait_queues_of_a_service_are_one() -> None:
    queues = [
        listed("aftercart.events.stream", 5000, type="stream"),
        listed("orders.wait.1000", 2),
        listed("orders.wait.60000", 3),
        listed("orders.wait.for-me", 1),
        listed("documents.wait.1000"),
    ]
    found = {queue.name: queue.waiting for queue in traffic_of(queues)}
    assert found == {"orders.wait": 5, "orders.wait.for-me": 1, "documents.wait": 0}


def test_a_queue_without_statistics_is_idle() -> None:
    [found] = traffic_of([{"name": "orders"}])  # as RabbitMQ lists a queue that was just created
    assert found.idle


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"running": False}, "does not run"),
        ({"mem_alarm": True}, "is short of memory"),
        ({"disk_free_alarm": True}, "is short of disk space"),
        ({"partitions": ["rabbit@a"]}, "has lost its cluster, without 'rabbit@a'"),
    ],
)
def test_a_node_in_trouble_is_a_problem(trouble: Any, words: str) -> None:
    well = {"name": "rabbit@a", "running": True, "mem_alarm": False, "disk_free_alarm": False}
    [problem] = node_problems([well, well | {"name": "rabbit@b"} | trouble])
    assert problem.startswith(f"The RabbitMQ node 'rabbit@b' {words}")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0124, "12 ms"),
        (0, "0 ms"),
        (59.6, "60 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7200, "2 h"),
        (172_800, "2 days"),
    ],
)
def test_a_duration_is_written_in_its_largest_unit(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
