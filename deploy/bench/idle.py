"""Measure what a stack costs that does nothing: processor time, memory, and the time to start."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.bench.processor import family, own_megabytes, resident_megabytes, tree_seconds
from deploy.bench.whole_stack import WholeStack, whole_stack

SETTLED = 20.0  # seconds after the start until the measurement begins
MAILBOXES = 10


@dataclass(frozen=True)
class Standing:
    """One part of an idle stack: per cent of a core, the resident MB of its largest process, the MB
    of all its processes, with shared memory counted once, and seconds to start (0: not measured).
    """

    name: str
    percent: float
    largest: float
    megabytes: float
    start: float = 0.0


def standing(directory: Path, seconds: float, processes: int) -> Iterator[Standing]:
    """Measure each part of a stack of ten mailboxes and four services, each with some processes."""
    with whole_stack(directory, MAILBOXES, processes=processes) as stack:
        time.sleep(SETTLED)
        pids = _pids(stack)
        before = {name: tree_seconds(pid) for name, pid in pids.items()}
        time.sleep(seconds)
        for name, pid in pids.items():
            percent = 100 * (tree_seconds(pid) - before[name]) / seconds
            members = family(pid)
            yield Standing(
                name,
                percent,
                max(map(resident_megabytes, members)),
                sum(map(own_megabytes, members)),
                stack.started.get(name, 0.0),
            )


def _pids(stack: WholeStack) -> dict[str, int]:
    found = {name: worker.pid for name, worker in stack.workers.items()}
    found |= {"PostgreSQL": stack.postgres.pid, "RabbitMQ": stack.rabbit.pid}
    found |= {"Dovecot": stack.dovecot.pid}
    return {name: pid for name, pid in found.items() if pid is not None}
