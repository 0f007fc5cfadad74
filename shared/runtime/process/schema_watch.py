"""Notice that a newer version migrated the database so that this version's code no longer works."""

import threading

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.runtime.errors import SchemaError
from shared.runtime.storage import migrations
from shared.runtime.storage.migrations import Migrated

logger = structlog.get_logger()

CHECK_SECONDS = 5.0


class SchemaWatch(threading.Thread):
    """Compares the revisions from time to time; `problem` is a sentence, or empty.

    Messages that fail meanwhile have more attempts left: a worker that goes on would use them up.
    """

    def __init__(self, service: Migrated, engine: Engine) -> None:
        """Raises `SchemaError` if the code does not work with the database now."""
        super().__init__(daemon=True, name="schema watch")
        self.service, self.engine = service, engine
        self.problem = ""
        self._revision = ""
        self._stopping = threading.Event()
        self._check()

    def run(self) -> None:
        while not self.problem and not self._stopping.wait(CHECK_SECONDS):
            try:
                self._check()
            except SchemaError as error:
                self.problem = str(error)
            except SQLAlchemyError:
                continue  # an unavailable database is the concern of those who use it

    def stop(self) -> None:
        """Stop checking."""
        self._stopping.set()

    def _check(self) -> None:
        found = migrations.require(self.service, self.engine)
        if found != self._revision:
            self._revision = found
            self._log(found)

    def _log(self, found: str) -> None:
        latest = migrations.revisions(self.service.migrations)[-1]
        if found != latest:
            logger.info("schema", outcome="newer", revision=found, worker_revision=latest)
