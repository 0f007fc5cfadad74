"""Serve a service's metrics to Prometheus, counted in its database at each scrape."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from shared.contracts.figures import Figure
from shared.runtime.clock import utc_now
from shared.runtime.errors import SettingsError
from shared.runtime.process import http_server
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage import message_tables
from shared.runtime.storage.database import engine_for, reading


class Figures(Collector):
    """Collects the metrics of all services and the service's own. A database error fails the whole
    scrape. A unit of work of some services cannot be created without their `adapters`.
    """

    def __init__(self, service: Service, engine: Engine, adapters: Any) -> None:
        self.service, self.engine, self.adapters = service, engine, adapters

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: metrics are counted at a scrape only."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for figure in self._counted():
            labels = ["service", figure.label] if figure.label else ["service"]
            gauge = GaugeMetricFamily(f"aftercart_{figure.name}", figure.meaning, labels=labels)
            for value, number in figure.values.items():
                gauge.add_metric([self.service.name, value][: len(labels)], number)
            yield gauge

    def _counted(self) -> list[Figure]:
        with reading(self.engine) as connection:
            work = self.service.work(connection, self.adapters)
            work.service, work.now = self.service.name, utc_now()
            waiting = message_tables.backlog(connection)
            return [
                Figure(
                    "outbox_rows", "Messages not yet confirmed by RabbitMQ", {"": waiting["outbox"]}
                ),
                Figure("due_rows", "Messages scheduled for later", {"": waiting["schedule"]}),
                *work.figures(),
            ]


def serve(
    service: Service, settings: ServiceSettings, probes: Mapping[str, http_server.Probe]
) -> None:
    """Answer `GET /metrics` and the paths of `probes` at the address `settings.metrics`, if set,
    in a new thread. Raises `SettingsError`.
    """
    if not settings.metrics:
        return
    host, _, port = settings.metrics.rpartition(":")
    registry = CollectorRegistry()
    engine = engine_for(settings.database_url.get_secret_value())
    registry.register(Figures(service, engine, service.adapters(settings)))
    application = http_server.with_probes(make_wsgi_app(registry), probes)
    try:
        http_server.serve(host.strip("[]"), int(port), application)
    except OSError as error:
        variable = f"AFTERCART_{service.name.upper()}_METRICS"
        raise SettingsError(
            f"{variable} is '{settings.metrics}', an address that cannot be opened: {error}."
        ) from None
