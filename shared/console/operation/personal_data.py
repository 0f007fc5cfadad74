"""Follow the export or erasure of a customer's personal data in all services."""

import threading
import time
from dataclasses import dataclass, field

from shared.clients.connection import connect
from shared.clients.personal_data import EVENTS, ServiceAnswers
from shared.clients.subscriptions import subscribe
from shared.runtime.errors import AftercartError

MAX_JOBS = 20  # later ones replace the oldest
WAIT_SECONDS = 60  # until a service counts as silent
READY_SECONDS = 10


@dataclass
class PersonalDataJob:
    """A command about the personal data of a customer, and what the services published so far."""

    shop: str
    customer_id: str
    command: str
    command_id: str
    answers: ServiceAnswers = field(default_factory=ServiceAnswers)
    error: str = ""
    began: float = field(default_factory=time.monotonic)

    @property
    def running(self) -> bool:
        """Whether further events are expected."""
        late = time.monotonic() - self.began > WAIT_SECONDS
        return bool(self.answers.silent) and not self.error and not late


class PersonalDataJobs:
    """The exports and erasures of this console. Each is followed in a thread, on a connection of
    its own, from before its command is sent.
    """

    def __init__(self, urls: str) -> None:
        self._urls = urls
        self._jobs: dict[str, PersonalDataJob] = {}

    def start(self, shop: str, customer_id: str, command: str, command_id: str) -> PersonalDataJob:
        """Begin to follow a command, before it is sent. Blocks until the stream is read. Raises
        `AftercartError`.
        """
        known = self.get(shop, command_id)
        if known:
            return known
        job = PersonalDataJob(shop, customer_id, command, command_id)
        ready = threading.Event()
        threading.Thread(target=self._collect, args=(job, ready), daemon=True).start()
        if not ready.wait(READY_SECONDS) or job.error:
            raise AftercartError(job.error or "RabbitMQ did not answer in time.")
        self._jobs[command_id] = job
        while len(self._jobs) > MAX_JOBS:
            self._jobs.pop(next(iter(self._jobs)))
        return job

    def get(self, shop: str, command_id: str) -> PersonalDataJob | None:
        """Return a job of a shop, if it began here."""
        job = self._jobs.get(command_id)
        return job if job and job.shop == shop else None

    def _collect(self, job: PersonalDataJob, ready: threading.Event) -> None:
        try:
            with connect(self._urls, "console personal data") as connection:
                events = subscribe(connection, EVENTS[job.command])
                ready.set()
                while job.running:
                    event = events.poll(1)
                    if event and event.causationid == job.command_id:
                        job.answers.add(event.data)
        except AftercartError as error:
            job.error = str(error)
        except Exception as error:  # pika raises errors of many kinds
            job.error = f"The connection to RabbitMQ was lost: {type(error).__name__}."
        ready.set()
