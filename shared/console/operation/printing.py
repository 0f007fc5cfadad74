"""Collect the PDFs of a batch that is printed: they come as events, part by part."""

import base64
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.contracts.envelope import Envelope
from shared.runtime.errors import AftercartError

PATTERN = "document.batch_printed"
REFUSED = "document.print_batch_refused"
MAX_JOBS = 50  # later ones replace the oldest
QUIET_SECONDS = 600  # without a part, until a batch is given up
READY_SECONDS = 10


@dataclass
class Part:
    """A PDF of a batch, in a file."""

    number: int
    documents: int
    pages: int
    file: Path


@dataclass
class PrintJob:
    """A batch that is printed. `remaining` is None before the first part arrived."""

    shop: str
    batch_id: str
    directory: Path
    parts: list[Part] = field(default_factory=list)
    remaining: int | None = None
    error: str = ""
    heard: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """The number of documents that were printed."""
        return sum(part.documents for part in self.parts)

    @property
    def running(self) -> bool:
        """Whether further parts are expected."""
        return not self.error and self.remaining != 0

    def add(self, data: dict[str, object]) -> None:
        """Store a part. One that came before is ignored."""
        number = int(str(data.get("part", 1)))
        if any(part.number == number for part in self.parts):
            return
        file = self.directory / f"{self.batch_id}-{number}.pdf"
        file.write_bytes(base64.b64decode(str(data["content"])))
        documents, pages = int(str(data["document_count"])), int(str(data["pages"]))
        self.parts.append(Part(number, documents, pages, file))
        self.parts.sort(key=lambda part: part.number)
        self.remaining = int(str(data.get("remaining", 0)))
        self.heard = time.monotonic()


class PrintJobs:
    """The batches of this console. Each is collected in a thread of its own, on a connection of its
    own: documents are many bytes, which are read only while somebody prints.
    """

    def __init__(self, urls: str, refusals: Callable[[str], list[Envelope]]) -> None:
        self._urls, self._refusals = urls, refusals
        self._jobs: dict[str, PrintJob] = {}
        self._directory = tempfile.TemporaryDirectory(prefix="aftercart-print-")

    def start(self, shop: str, batch_id: str) -> PrintJob:
        """Begin to collect a batch, before its command is sent. Blocks until the stream is read.
        Raises `AftercartError`.
        """
        known = self.get(shop, batch_id)
        if known:
            return known
        job = PrintJob(shop, batch_id, Path(self._directory.name))
        ready = threading.Event()
        threading.Thread(target=self._collect, args=(job, ready), daemon=True).start()
        if not ready.wait(READY_SECONDS) or job.error:
            raise AftercartError(job.error or "RabbitMQ did not answer in time.")
        self._remember(job)
        return job

    def get(self, shop: str, batch_id: str) -> PrintJob | None:
        """Return a batch of a shop, if it was printed here."""
        job = self._jobs.get(batch_id)
        return job if job and job.shop == shop else None

    def _remember(self, job: PrintJob) -> None:
        self._jobs[job.batch_id] = job
        while len(self._jobs) > MAX_JOBS:
            oldest = self._jobs.pop(next(iter(self._jobs)))
            for part in oldest.parts:
                part.file.unlink(missing_ok=True)

    def _collect(self, job: PrintJob, ready: threading.Event) -> None:
        try:
            with connect(self._urls, "console printing") as connection:
                parts = subscribe(connection, PATTERN, documents=True)
                ready.set()
                while job.running and not self._ended(job):
                    event = parts.poll(1)
                    if event and event.subject == job.batch_id and event.shop == job.shop:
                        job.add(event.data)
        except AftercartError as error:
            job.error = str(error)
        except Exception as error:  # pika raises errors of many kinds
            job.error = f"The connection to RabbitMQ was lost: {type(error).__name__}."
        ready.set()

    def _ended(self, job: PrintJob) -> bool:
        """Return whether the batch ends without its last part: a part was refused, or nothing came
        for long.
        """
        for refusal in self._refusals(job.shop):
            if job.batch_id in (refusal.subject, refusal.causationid):
                job.error = str(refusal.data.get("sentence") or refusal.data.get("reason"))
                return True
        if time.monotonic() - job.heard > QUIET_SECONDS:
            job.error = "No part arrived for ten minutes: see the health of 'documents'."
        return bool(job.error)
