"""Faults of RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx2

from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.trouble import StackError

if TYPE_CHECKING:
    from tests.system.fire.nemesis import Nemesis

LITTLE_MEMORY = "vm_memory_monitor:set_vm_memory_high_watermark(0.00001)."
ENOUGH_MEMORY = "vm_memory_monitor:set_vm_memory_high_watermark(0.4)."
LITTLE_DISK = 'rabbit_disk_monitor:set_disk_free_limit("100TB").'
ENOUGH_DISK = 'rabbit_disk_monitor:set_disk_free_limit("50MB").'
ATTEMPTS = 5


def kill_node(nemesis: Nemesis) -> Iterator[str]:
    node = nemesis.chance.choice(nemesis.stack.nodes)
    node.kill()
    yield node.state.name
    node.start()


def freeze_node(nemesis: Nemesis) -> Iterator[str]:
    node = nemesis.chance.choice(nemesis.stack.nodes)
    node.pause()
    yield node.state.name
    node.resume()


def alarm_memory(nemesis: Nemesis) -> Iterator[str]:
    """Let a node block all publishers, as if its memory were used up."""
    node = nemesis.chance.choice(nemesis.stack.nodes)
    _evaluate(node, LITTLE_MEMORY)
    yield node.state.name
    _evaluate(node, ENOUGH_MEMORY)


def alarm_disk(nemesis: Nemesis) -> Iterator[str]:
    node = nemesis.chance.choice(nemesis.stack.nodes)
    _evaluate(node, LITTLE_DISK)
    yield node.state.name
    _evaluate(node, ENOUGH_DISK)


def _evaluate(node: RabbitNode, expression: str) -> None:
    """Evaluate an expression in a node; a busy machine may need several attempts."""
    for attempt in range(ATTEMPTS, 0, -1):
        try:
            node.ctl("eval", expression)
            return
        except StackError:
            if attempt == 1:
                raise


def close_connections(nemesis: Nemesis) -> Iterator[str]:
    """Close half of all connections, as an operator would."""
    url = nemesis.chance.choice(nemesis.stack.nodes).admin_management_url
    closed, names = 0, []
    with (
        httpx2.Client(base_url=url, timeout=30, trust_env=False) as client,
        suppress(httpx2.HTTPError, ValueError),  # the management API is busy
    ):
        names = sorted(each["name"] for each in client.get("/api/connections").json())
        for name in nemesis.chance.sample(names, (len(names) + 1) // 2):
            client.delete(f"/api/connections/{quote(name, safe='')}")
            closed += 1
    yield f"{closed} of {len(names)}"
