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
from shared.runtime.pipeline.outbox_writer import Post
from shared.runtime.pipeline.relay import TAKE_OVER
from shared.runtime.service import Hint, Service
from shared.runtime.storage import journal
from shared.runtime.storage.leader import leadership

log = structlog.get_logger()

TROUBLE = 10.0  # seconds after a failure


class Lookout(threading.Thread):
    """The thread. Runs the service's `lookout` while this process leads."""

    def __init__(self, service: Service, engine: Engine, adapters: Any) -> None:
        super().__init__(daemon=True, name="lookout")
        self.service, self.engine, self.adapters = service, engine, adapters
        self._stopping = threading.Event()
        self._post = Post(service.name)

    def run(self) -> None:
        while not self._stopping.wait(TAKE_OVER):
            try:
                with leadership(self.engine, "lookout") as connection:
                    if connection is not None and self.service.lookout:
                        log.info("lookout", outcome="active")
                        self.service.lookout(self.adapters, self._bring_forward, self._stopping)
            except Exception as error:
                log.error(
                    "lookout", outcome="interrupted", error=f"{type(error).__name__}: {error}"
                )
                self._stopping.wait(TROUBLE)

    def stop(self) -> None:
        """It is not waited for: whatever it does may be broken off."""
        self._stopping.set()

    def _bring_forward(self, hint: Hint) -> None:
        now = utc_now()
        with self.engine.begin() as connection:
            journal.add_schedule(connection, [self._post.first(hint(now), now)])
