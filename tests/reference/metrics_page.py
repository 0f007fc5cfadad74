"""Generate the page that lists all metrics."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from deploy.stack.ports import LOOPBACK
from shared.contracts.figures import Figure
from shared.runtime import metrics
from shared.runtime.clock import utc_now
from shared.runtime.process.database_figures import figures
from shared.runtime.process.metrics_server import SupervisorMetrics
from shared.runtime.process.supervisor import Supervisor
from shared.runtime.service import Service, installed_services
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for, reading
from tests.words import sqlite_url

PAGE = Path("docs/reference/metrics.md")
HEAD = """\
# Metrics

What `GET /metrics` of a service's supervisor returns to Prometheus; see
[monitoring](../howto/monitoring.md). Every metric has the label `service`. This page is generated
by `make contract`.
"""
SETTINGS = {
    "BROKER_URL": f"amqp://{LOOPBACK}",
    "SIGNING_KEYS": "1:" + "ab" * 32,
    "SMTP_HOST": LOOPBACK,
    "MAILBOXES": (
        '[{"name": "service", "shop": "default", "host": "127.0.0.1", "user": "a@shop.test",'
        ' "password": "p", "security": "none"}]'
    ),
}


@dataclass(frozen=True, order=True)
class Row:
    """A metric as the page lists it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    @property
    def series(self) -> list[str]:
        """Return the names by which Prometheus stores it."""
        if self.kind == "histogram":
            return [f"{self.name}_{ending}" for ending in ("bucket", "sum", "count")]
        return [self.name]

    def line(self) -> str:
        labels = ", ".join(f"`{label}`" for label in self.labels)
        return f"| `{self.name}` | {self.kind} | {labels} | {self.meaning} |"


def figures_of(service: Service, directory: Path) -> list[Figure]:
    """Return the figures of a service on an empty database."""
    url = sqlite_url(directory, service.name)
    prefix = f"AFTERCART_{service.name.upper()}_"
    os.environ.update({f"{prefix}{name}": value for name, value in SETTINGS.items()})
    os.environ[f"{prefix}DATABASE_URL"] = url
    engine = engine_for(url)
    migrations.upgrade(service, engine)
    adapters = service.adapters(service.settings.load(service.name))
    with reading(engine) as connection:
        return figures(service, connection, adapters, utc_now())


def counted() -> list[Row]:
    """Return what worker processes count, and the supervisor."""
    for name in ("documents", "notify", "ingest"):  # adapters that are loaded when needed
        import_module(f"services.{name}.worker")
    import_module("services.documents.adapters.render_pool")
    import_module("shared.runtime.process.worker_process")
    found = []
    for metric in metrics.declared():
        [family] = metric.collect()
        ending = "_total" if family.type == "counter" else ""
        labels = tuple(metric._labelnames)
        found.append(Row(f"{family.name}{ending}", family.type, labels, family.documentation))
    supervised: list[Any] = list(SupervisorMetrics("x", Supervisor([], 1)).collect())
    for family in supervised:
        ending = "_total" if family.type == "counter" else ""
        labels = tuple(family._labelnames)[1:]
        found.append(Row(f"{family.name}{ending}", family.type, labels, family.documentation))
    return sorted(found)


def stored(services: dict[str, Service], directory: Path) -> Iterator[tuple[str, list[Row]]]:
    """Return the figures that all services have, under the name "", and those of each."""
    every = {name: figures_of(service, directory) for name, service in services.items()}
    common = set.intersection(*({figure.name for figure in found} for found in every.values()))
    listed = {"": [figure for figure in next(iter(every.values())) if figure.name in common]}
    for name, found in every.items():
        listed[name] = [figure for figure in found if figure.name not in common]
    for name, found in listed.items():
        rows = []
        for figure in found:
            labels = tuple(filter(None, [figure.label]))
            rows.append(Row(f"{metrics.PREFIX}{figure.name}", "gauge", labels, figure.meaning))
        yield name, rows


def sections(directory: Path) -> Iterator[tuple[str, list[Row]]]:
    """Return the tables of the page with their headings."""
    tables = list(stored(installed_services(), directory))
    figure_names = {row.name for _, rows in tables for row in rows}
    rows = [row for row in counted() if row.name not in figure_names]
    yield "Counted by worker processes and their supervisor", rows
    for name, found in tables:
        if not name:
            yield "Counted in the database of each service", found
        elif found:
            yield f"Counted in the database of `{name}`", found


def page() -> str:
    """Return the page."""
    lines = [HEAD]
    with tempfile.TemporaryDirectory() as directory:
        for heading, rows in sections(Path(directory)):
            lines += [f"## {heading}", "", "| metric | type | labels | meaning |"]
            lines += ["|---|---|---|---|", *(row.line() for row in rows), ""]
    return "\n".join(lines)
