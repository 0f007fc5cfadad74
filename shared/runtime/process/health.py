"""How a service is: the answer to `service.health`, the same in every service."""

from shared.contracts.common import AskHealth, ServiceHealth
from shared.contracts.figures import flat
from shared.runtime.handlers import Handlers
from shared.runtime.storage import message_tables
from shared.runtime.storage.migrations import revision
from shared.runtime.storage.unit_of_work import UnitOfWork

TOO_MANY = 10_000  # outbox rows: the relay cannot keep up, or RabbitMQ refuses

health_handlers = Handlers[UnitOfWork]()


@health_handlers.handles(AskHealth)
def answer_health(_query: AskHealth, work: UnitOfWork) -> ServiceHealth:
    """Counted in the database; that the answer arrives at all shows the rest."""
    rows = message_tables.backlog(work.connection)
    problems = work.problems()
    if rows["outbox"] > TOO_MANY:
        problems.append(
            f"{rows['outbox']} messages wait in the outbox: look whether RabbitMQ refuses"
            " publishers."
        )
    return ServiceHealth(
        service=work.service,
        healthy=not problems,
        problems=problems,
        outbox_rows=rows["outbox"],
        due_rows=rows["schedule"],
        revision=revision(work.connection),
        figures=flat(work.figures()),
    )
