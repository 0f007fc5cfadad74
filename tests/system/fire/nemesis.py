"""Strike the system, one fault after another, in an order that a seed decides; each fault comes
before any comes twice. After each, measure how long it takes until commands are answered again.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from signal import SIGCONT, SIGKILL, SIGSTOP, Signals

from deploy.stack.identity import Identity
from tests.actor import Actor
from tests.house.cluster_storm import Probe
from tests.house.processes import workers
from tests.system.fire.broker_faults import (
    alarm_disk,
    alarm_memory,
    close_connections,
    freeze_node,
    kill_node,
)
from tests.system.fire.message_faults import inject_poison, repeat_events
from tests.system.fire.sender import Publishing
from tests.system.fire.stack import FireStack

RECOVERY = 120.0  # seconds; a longer recovery is a finding
JUMPS = (-3600.0, -90.0, 600.0, 86400.0)  # seconds by which the clock is moved


@dataclass
class Strike:
    """A fault: when it was struck and healed, in seconds since the start, and how long after that
    it took until a command was answered. `in_doubt`: a mail may have been on its way;
    `disrupts`: an acknowledgement or a confirm may have been.
    """

    fault: str
    target: str
    struck: float
    healed: float = 0.0
    recovered: float | None = None
    in_doubt: bool = False
    disrupts: bool = False


@dataclass(frozen=True)
class Fault:
    """A way to strike: yields the target once the system is struck, and heals when it is resumed.
    `in_doubt` and `disrupts` as in `Strike`.
    """

    strike: Callable[["Nemesis"], Iterator[str]]
    in_doubt: bool = False
    disrupts: bool = True
    needs_server: bool = False


class Nemesis(Actor):
    """Strikes until it is stopped, and heals what it struck. `strikes` is what it did."""

    def __init__(
        self,
        stack: FireStack,
        probe: Probe,
        seed: int,
        *,
        pause: float,
        hold: float,
        names: Sequence[str] = (),
    ) -> None:
        super().__init__("nemesis")
        self.stack, self.probe, self.pause, self.hold = stack, probe, pause, hold
        self.chance = random.Random(f"{seed} nemesis")
        self.strikes: list[Strike] = []
        self.poison: list[bytes] = []
        self.publishing = Publishing(stack.amqp_url("client"), "client")
        self.began = time.monotonic()
        self._names = list(names) or [name for name in FAULTS if self._is_possible(name)]
        self._bag: list[str] = []

    def act(self) -> None:
        with closing(self.publishing):
            while not self.stopping.wait(self.chance.uniform(0.5, 1.5) * self.pause):
                self.strike(self._next())

    def strike(self, name: str) -> None:
        """Strike, hold, heal, and wait for the recovery."""
        fault = FAULTS[name]
        under_way = fault.strike(self)
        target = next(under_way)
        strike = Strike(name, target, self._now(), 0.0, None, fault.in_doubt, fault.disrupts)
        self.strikes.append(strike)
        time.sleep(self.hold * self.chance.uniform(0.3, 1.0))
        next(under_way, None)
        strike.healed = self._now()
        answers, deadline = self.probe.answers, time.monotonic() + RECOVERY
        while time.monotonic() < deadline:
            if self.probe.answers > answers + 1:  # one may have been on its way
                strike.recovered = self._now() - strike.healed
                return
            time.sleep(0.02)

    def _next(self) -> str:
        if not self._bag:
            self._bag = self.chance.sample(self._names, len(self._names))
        return self._bag.pop()

    def _is_possible(self, name: str) -> bool:
        if FAULTS[name].needs_server and self.stack.postgres is None:
            return False
        return self.stack.small_disk or name != "full disk"

    def _now(self) -> float:
        return time.monotonic() - self.began


def kill_worker(nemesis: Nemesis) -> Iterator[str]:
    """Kill a process of a service; its relay and its leases end with it."""
    service, pid = _any_worker(nemesis)
    _send(pid, SIGKILL)
    yield service


def freeze_worker(nemesis: Nemesis) -> Iterator[str]:
    service, pid = _any_worker(nemesis)
    _send(pid, SIGSTOP)
    yield service
    _send(pid, SIGCONT)


def kill_service(nemesis: Nemesis) -> Iterator[str]:
    """Kill all processes of a service, with its supervisor."""
    service = nemesis.chance.choice(sorted(nemesis.stack.services))
    nemesis.stack.worker(service).kill()
    yield service
    nemesis.stack.start_worker(service)


def kill_database(nemesis: Nemesis) -> Iterator[str]:
    postgres = nemesis.stack.postgres
    if postgres:
        postgres.kill()
        yield "PostgreSQL"
        postgres.start()


def freeze_database(nemesis: Nemesis) -> Iterator[str]:
    postgres = nemesis.stack.postgres
    identity = Identity.of(postgres.pid or 0) if postgres else None
    if identity:
        family = identity.family()
        for member in family:
            member.send(SIGSTOP)
        yield "PostgreSQL"
        for member in family:
            member.send(SIGCONT)


def fill_disk(nemesis: Nemesis) -> Iterator[str]:
    """Fill the file system of the databases."""
    ballast = nemesis.stack.disk / "ballast"
    with ballast.open("wb") as file:
        for size in (1 << 26, 1 << 20, 1 << 12):  # bytes
            with suppress(OSError):
                while True:
                    end = file.seek(0, os.SEEK_END)
                    os.posix_fallocate(file.fileno(), end, size)
    yield "the databases"
    ballast.unlink()
    if nemesis.stack.postgres:  # it stops if it cannot write its log
        nemesis.stack.postgres.start()


def jump(nemesis: Nemesis) -> Iterator[str]:
    """Move the clock of all workers, and back again."""
    seconds = nemesis.chance.choice(JUMPS)
    nemesis.stack.move_clock(seconds)
    yield f"by {seconds:+g} s"
    nemesis.stack.move_clock(0)


def _any_worker(nemesis: Nemesis) -> tuple[str, int]:
    service = nemesis.chance.choice(sorted(nemesis.stack.services))
    try:
        found = workers(nemesis.stack, service)
    except OSError:
        found = []
    return service, nemesis.chance.choice(sorted(found) or [0])


def _send(pid: int, number: Signals) -> None:
    if pid:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return


FAULTS = {
    "kill a worker": Fault(kill_worker, in_doubt=True),
    "freeze a worker": Fault(freeze_worker, in_doubt=True),
    "kill a service": Fault(kill_service, in_doubt=True),
    "kill a node": Fault(kill_node),
    "freeze a node": Fault(freeze_node),
    "kill the database": Fault(kill_database, in_doubt=True, needs_server=True),
    "freeze the database": Fault(freeze_database, in_doubt=True, needs_server=True),
    "full disk": Fault(fill_disk, in_doubt=True),
    "close connections": Fault(close_connections),
    "memory alarm": Fault(alarm_memory),
    "disk alarm": Fault(alarm_disk),
    "poison": Fault(inject_poison, disrupts=False),
    "repeat events": Fault(repeat_events, disrupts=False),
    "clock": Fault(jump, in_doubt=True, disrupts=False),
}
