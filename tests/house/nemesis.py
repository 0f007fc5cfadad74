"""Kills what it can: a worker of each service in turn, the owner of a relay, RabbitMQ; which
process, by a seed.
"""

import os
import random
import threading
from itertools import cycle
from pathlib import Path
from signal import SIGKILL

from deploy.stack.local import LocalStack


def children(pid: int) -> list[int]:
    """The processes that a process started and that live."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers(stack: LocalStack, service: str) -> list[int]:
    """The worker processes of a service."""
    supervisor = stack.worker(service).pid
    return children(supervisor) if supervisor else []


def relay_owner(stack: LocalStack, service: str) -> int | None:
    """The process that holds the lock beside the service's database."""
    lock = stack.directory / f"{service}.db.relay"
    inode = lock.stat().st_ino if lock.exists() else None
    for line in Path("/proc/locks").read_text().splitlines():
        parts = line.split()
        if parts[1] == "FLOCK" and parts[5].endswith(f":{inode}"):
            return int(parts[4])
    return None


class Nemesis(threading.Thread):
    """Strikes until it is called off; `strikes` tells what it did."""

    def __init__(self, stack: LocalStack, seed: int, pause: float) -> None:
        super().__init__(daemon=True, name="nemesis")
        self.stack, self.chance, self.pause = stack, random.Random(seed), pause
        self.strikes: list[str] = []
        self._workers = cycle(["orders", "ingest", "notify", "documents"])
        self._relays = cycle(["orders", "ingest", "documents", "notify"])
        self._off = threading.Event()

    def run(self) -> None:
        deeds = [self._a_worker, self._the_relay, self._a_worker, self._rabbitmq]
        number = 0
        while not self._off.wait(self.pause):
            deeds[number % len(deeds)]()
            number += 1

    def call_off(self) -> None:
        self._off.set()
        self.join()

    def _a_worker(self) -> None:
        service = next(self._workers)
        self._kill(
            self.chance.choice(workers(self.stack, service) or [0]), f"a worker of {service}"
        )

    def _the_relay(self) -> None:
        service = next(self._relays)
        self._kill(relay_owner(self.stack, service) or 0, f"the relay of {service}")

    def _rabbitmq(self) -> None:
        self.stack.rabbit.kill()
        self.strikes.append("RabbitMQ")
        self.stack.rabbit.start()

    def _kill(self, pid: int, what: str) -> None:
        if pid:
            os.kill(pid, SIGKILL)
            self.strikes.append(what)
