"""Answer `service.health`, in every service alike."""

from datetime import datetime

from shared.contracts.common import GetHealth, ServiceHealth
from shared.contracts.figures import by_name
from shared.runtime.handlers import Handlers
from shared.runtime.storage import message_tables, outbox, schedule
from shared.runtime.storage.migrations import revisions
from shared.runtime.storage.schema_version import read_version
from shared.runtime.storage.unit_of_work import UnitOfWork

MAX_OUTBOX_ROWS = 10_000  # more: the relay is too slow, or RabbitMQ refuses messages

health_handlers = Handlers[UnitOfWork]()


@health_handlers.handles(GetHealth, primary=True)
def answer_health(_query: GetHealth, work: UnitOfWork) -> ServiceHealth:
    """Report problems and counts of the database; the answer itself shows that the worker runs."""
    rows = message_tables.backlog(work.connection)
    problems = work.problems()
    if rows["outbox"] > MAX_OUTBOX_ROWS:
        problems.append(
            f"{rows['outbox']} messages wait in the outbox: check whether RabbitMQ refuses to"
            " accept messages."
        )
    return ServiceHealth(
        service=work.service,
        healthy=not problems,
        problems=problems,
        outbox_rows=rows["outbox"],
        outbox_age_seconds=_since(outbox.oldest(work.connection), work.now),
        due_rows=rows["schedule"],
        schedule_lag_seconds=_since(schedule.first_due(work.connection), work.now),
        revision=read_version(work.connection).revision,
        worker_revision=revisions(work.migrations)[-1],
        figures=by_name(work.figures()),
    )


def _since(moment: datetime | None, now: datetime) -> float:
    """Return the seconds since a moment; 0 if there is none, or if it is still to come."""
    if moment is None:
        return 0
    return max(0.0, (now - moment).total_seconds())
