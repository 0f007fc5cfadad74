"""Listen to an external system for wake-ups, such as new mail, in one process per database.

A wake-up only brings forward a message that the schedule holds anyway: if listening fails, the
message is sent at its scheduled time.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Engine

from shared.runtime.clock import utc_now
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.pipeline.relay import LEADER_PAUSE
from shared.runtime.service import Service, WakeUp
from shared.runtime.storage import schedule, written
from shared.runtime.storage.leader import leadership

logger = structlog.get_logger()

FAILURE_PAUSE = 10.0  # seconds until the next try


class PushListener(threading.Thread):
    """A thread that runs the service's `listen` while this process is the leader."""

    def __init__(
        self,
        service: Service,
        engine: Engine,
        adapters: Any,
        on_commit: Callable[[set[int]], None] = lambda partitions: None,
    ) -> None:
        """`on_commit` is called after each commit, as by `BatchTransactions`."""
        super().__init__(daemon=True, name="push_listener")
        self.service, self.engine, self.adapters = service, engine, adapters
        self._on_commit = on_commit
        self._stopping = threading.Event()
        self._outbox_writer = OutboxWriter(service.name, service.weight_of)

    def run(self) -> None:
        while not self._stopping.wait(LEADER_PAUSE):
            try:
                with leadership(self.engine, "push_listener") as connection:
                    if connection is not None and self.service.listen:
                        logger.info("push_listener", outcome="active")
                        self.service.listen(self.adapters, self._bring_forward, self._stopping)
            except Exception as error:
                logger.error(
                    "push_listener", outcome="interrupted", error=f"{type(error).__name__}: {error}"
                )
                self._stopping.wait(FAILURE_PAUSE)

    def stop(self) -> None:
        """Stop listening. Does not wait for the thread, which may be interrupted at any time."""
        self._stopping.set()

    def _bring_forward(self, wake_up: WakeUp) -> None:
        now = utc_now()
        with self.engine.begin() as connection:
            schedule.add(connection, [self._outbox_writer.initial(wake_up(now), now)])
            partitions = written.take(connection)
        self._on_commit(partitions)
