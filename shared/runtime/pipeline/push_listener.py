"""Listens to the outside world for hints that something is to be done now, in one process per
database.

A hint only brings forward what the schedule holds anyway: when the lookout fails, or hears nothing,
things are done later, never left undone.
"""

import threading
from typing import Any

import structlog
from sqlalchemy import Engine

from shared.runtime.clock import utc_now
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.pipeline.relay import TAKE_OVER
from shared.runtime.service import Service, WakeUp
from shared.runtime.storage import schedule
from shared.runtime.storage.leader import leadership

log = structlog.get_logger()

TROUBLE = 10.0  # seconds after a failure


class PushListener(threading.Thread):
    """The thread. Runs the service's `listen` while this process leads."""

    def __init__(self, service: Service, engine: Engine, adapters: Any) -> None:
        super().__init__(daemon=True, name="push_listener")
        self.service, self.engine, self.adapters = service, engine, adapters
        self._stopping = threading.Event()
        self._outbox_writer = OutboxWriter(service.name)

    def run(self) -> None:
        while not self._stopping.wait(TAKE_OVER):
            try:
                with leadership(self.engine, "push_listener") as connection:
                    if connection is not None and self.service.listen:
                        log.info("push_listener", outcome="active")
                        self.service.listen(self.adapters, self._bring_forward, self._stopping)
            except Exception as error:
                log.error(
                    "push_listener", outcome="interrupted", error=f"{type(error).__name__}: {error}"
                )
                self._stopping.wait(TROUBLE)

    def stop(self) -> None:
        """It is not waited for: whatever it does may be broken off."""
        self._stopping.set()

    def _bring_forward(self, wake_up: WakeUp) -> None:
        now = utc_now()
        with self.engine.begin() as connection:
            schedule.add(connection, [self._outbox_writer.initial(wake_up(now), now)])
