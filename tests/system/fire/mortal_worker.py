"""A worker of the toy service that is killed at a step once that is armed; each is forked from one
warm process.
"""

import time
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from pydantic import SecretStr

from shared.runtime.errors import NotYet
from shared.runtime.process import batch_thread  # noqa: F401 - loaded before the fork
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.settings import ServiceSettings
from tests.failpoints import Step, die_at
from tests.system.fire import controls
from tests.toy.service import toy
from tests.toy.world import World

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


def started(place: Place, step: Step | None = None, control: str = "") -> ForkServerProcess:
    """Start a worker that dies at a step. `control` names a safe part that it lacks."""
    processes.set_forkserver_preload([__name__])
    process = processes.Process(target=work, args=(place, step, control))
    process.start()
    return process


def work(place: Place, step: Step | None, control: str) -> None:
    """Work until the step or the end."""
    controls.install(control)
    if step:
        die_at(step, place.armed.exists)
    settings = ServiceSettings(
        broker_url=SecretStr(place.broker_url),
        database_url=SecretStr(place.database_url),
        retry_delays=place.retry_delays,
    )
    service = replace(toy, adapters=lambda _settings: LastingWorld(place.world))
    worker = WorkerProcess(service, settings)
    worker.start()
    while not place.stop.exists():
        time.sleep(0.02)
    worker.stop()
