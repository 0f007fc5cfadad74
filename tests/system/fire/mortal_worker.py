"""A worker of the toy service that is killed at a step once that is armed; each is forked from one
warm process.
"""

import time
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from pydantic import SecretStr

from shared.runtime.errors import NotYet
from shared.runtime.pipeline import relay
from shared.runtime.process import batch_thread  # noqa: F401 - loaded before the fork
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.settings import ServiceSettings
from tests.conditions import FAR
from tests.failpoints import Step, die_at
from tests.system.fire import controls
from tests.toy.service import toy
from tests.toy.world import World

SHORT = 0.05  # seconds
processes = get_context("forkserver")


class LastingWorld(World):
    """A world that remembers what was done in it also after a kill."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file

    def pass_by(self, key: str) -> None:
        """Let the first attempt of a message with such a key fail."""
        tried = self.file.with_name(f"{key} was tried")
        if key.endswith("not yet") and not tried.exists():
            tried.touch()
            raise NotYet("the first attempt fails")

    def touch(self, key: str) -> str:
        with self.file.open("a") as out:
            out.write(f"{key}\n")
        return key.upper()


@dataclass(frozen=True)
class Place:
    """Where a worker works. It dies only if the file `armed` exists, and ends with `stop`."""

    broker_url: str
    database_url: str
    retry_delays: tuple[float, ...]
    directory: Path

    @property
    def armed(self) -> Path:
        return self.directory / "armed"

    @property
    def stop(self) -> Path:
        return self.directory / "stop"

    @property
    def world(self) -> Path:
        return self.directory / "world"


class MortalWorker:
    """A worker that dies at a step. `control` names a safe part that it lacks. It is prepared while
    another works, and begins with `start`.
    """

    def __init__(self, place: Place, step: Step | None = None, control: str = "") -> None:
        processes.set_forkserver_preload([__name__])
        waiting, self._go = processes.Pipe(duplex=False)
        self.process = processes.Process(target=work, args=(place, step, control, waiting))
        self.process.start()
        waiting.close()

    def start(self) -> None:
        """Let it connect and work."""
        self._go.send(True)

    def joined(self) -> int | None:
        """Wait until it has ended, and return its exit code."""
        self.process.join(FAR)
        return self.process.exitcode


def started(place: Place, step: Step | None = None, control: str = "") -> MortalWorker:
    """Start a worker at once."""
    worker = MortalWorker(place, step, control)
    worker.start()
    return worker


def work(place: Place, step: Step | None, control: str, waiting: Connection) -> None:
    """Work until the step or the end, once the other end of a pipe says so."""
    controls.install(control)
    # PostgreSQL may need a moment to notice that the worker before was killed.
    relay.BALANCE_UNSETTLED = relay.FAILURE_PAUSE = SHORT
    if step:
        die_at(step, place.armed.exists)
    settings = ServiceSettings(
        broker_url=SecretStr(place.broker_url),
        database_url=SecretStr(place.database_url),
        retry_delays=place.retry_delays,
    )
    service = replace(toy, adapters=lambda _settings: LastingWorld(place.world))
    worker = WorkerProcess(service, settings)
    try:
        waiting.recv()
    except EOFError:  # the test failed before
        return
    worker.start()
    while not place.stop.exists():
        time.sleep(0.02)
    worker.stop()
