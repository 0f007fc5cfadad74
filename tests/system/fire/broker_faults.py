"""Faults of RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx2

if TYPE_CHECKING:
    from tests.system.fire.nemesis import Nemesis

LITTLE_MEMORY = "vm_memory_monitor:set_vm_memory_high_watermark(0.00001)."
ENOUGH_MEMORY = "vm_memory_monitor:set_vm_memory_high_watermark(0.4)."
LITTLE_DISK = 'rabbit_disk_monitor:set_disk_free_limit("100TB").'
ENOUGH_DISK = 'rabbit_disk_monitor:set_disk_free_limit("50MB").'


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
    node.ctl("eval", LITTLE_MEMORY)
    yield node.state.name
    node.ctl("eval", ENOUGH_MEMORY)


def alarm_disk(nemesis: Nemesis) -> Iterator[str]:
    node = nemesis.chance.choice(nemesis.stack.nodes)
    node.ctl("eval", LITTLE_DISK)
    yield node.state.name
    node.ctl("eval", ENOUGH_DISK)


def close_connections(nemesis: Nemesis) -> Iterator[str]:
    """Close half of all connections, as an operator would."""
    url = nemesis.chance.choice(nemesis.stack.nodes).admin_management_url
    with httpx2.Client(base_url=url, timeout=10, trust_env=False) as client:
        names = sorted(each["name"] for each in client.get("/api/connections").json())
        chosen = nemesis.chance.sample(names, (len(names) + 1) // 2)
        for name in chosen:
            client.delete(f"/api/connections/{quote(name, safe='')}")
    yield f"{len(chosen)} of {len(names)}"
