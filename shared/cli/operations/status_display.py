"""Draw the status of services and queues."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from shared.cli.operations.checkup import Checkup
from shared.cli.operations.health import cell, metrics_of, state_of
from shared.cli.terminal import clean, local_time
from shared.clients.phrases import duration
from shared.clients.queue_traffic import QueueTraffic
from shared.runtime.rabbitmq.names import UNROUTED

MAX_FOREIGN = 5  # queues of external clients that are shown


def screen(found: Checkup, now: datetime) -> RenderableType:
    """Return the status as it is drawn: problems first, which a low terminal must not cut off."""
    parts: list[RenderableType] = [_heading(found, now)]
    for problem in found.problems:
        parts.append(Text(clean(problem), style="red"))
    for note in found.notes:
        parts.append(Text(clean(note), style="yellow"))
    parts += [Text(), _services(found)]
    if found.traffic:
        parts += [Text(), _queues(found)]
    for service in found.services:
        if metrics := metrics_of(service):
            parts.append(Text(clean(f"{service.name} counts {metrics}"), style="dim"))
    return Group(*parts)


def _heading(found: Checkup, now: datetime) -> Text:
    verdict = Text("everything works", style="green")
    if found.problems:
        verdict = Text("not everything works", style="bold red")
    facts = f"  RabbitMQ {found.broker}, topology {found.topology}, {local_time(now)}"
    return Text.assemble(("Aftercart: ", "bold"), verdict, (clean(facts), "dim"))


def _services(found: Checkup) -> Table:
    table = _table("Service", "State")
    for name in ("Answer", "Workers", "Outbox", "Oldest", "Due", "Late", "Dead"):
        table.add_column(name, justify="right")
    table.add_column("Revision")
    for service in found.services:
        answer = service.answer or {}
        table.add_row(
            service.name,
            state_of(service),
            _time(service.seconds),
            cell(service.consumers),
            cell(answer.get("outbox_rows")),
            _age(answer.get("outbox_age_seconds")),
            cell(answer.get("due_rows")),
            _age(answer.get("schedule_lag_seconds")),
            cell(service.dead),
            cell(answer.get("revision")),
        )
    return table


def _queues(found: Checkup) -> Table:
    table = _table("Queue")
    for name in ("Waiting", "Held", "Consumers", "In/s", "Out/s", "Empty in"):
        table.add_column(name, justify="right")
    for queue in _shown(found):
        table.add_row(
            Text(clean(queue.name)),
            cell(queue.waiting),
            cell(queue.held),
            cell(queue.consumers),
            f"{queue.rate_in:.1f}",
            f"{queue.rate_out:.1f}",
            _emptying(queue),
            style="dim" if queue.idle else "",
        )
    return table


def _shown(found: Checkup) -> Iterator[QueueTraffic]:
    """Yield the work queue of each service, its other queues that are in use, and the fullest
    queues of external clients, which fill RabbitMQ's disk if nobody reads them.
    """
    names = {service.name for service in found.services}
    foreign: list[QueueTraffic] = []
    for queue in sorted(found.traffic, key=lambda queue: queue.name):
        owner = queue.name.partition(".")[0]
        if queue.name in names or (not queue.idle and (owner in names or queue.name == UNROUTED)):
            yield queue
        elif queue.waiting and owner not in names:
            foreign.append(queue)
    yield from sorted(foreign, key=lambda queue: -queue.waiting)[:MAX_FOREIGN]


def _emptying(queue: QueueTraffic) -> Text:
    if not queue.waiting:
        return Text("-")
    if queue.seconds_to_empty is None:
        return Text("does not shrink", style="yellow" if queue.consumers else "")
    return Text(duration(queue.seconds_to_empty))


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return duration(seconds)


def _age(seconds: float | None) -> str:
    """Format an age; none, and that of nothing, is a dash."""
    return _time(seconds or None)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for name in columns:
        table.add_column(name)
    return table
