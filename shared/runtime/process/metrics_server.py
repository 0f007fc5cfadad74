"""Answer Prometheus and an orchestrator's probes, in the supervisor."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from shared.runtime.metrics import PREFIX
from shared.runtime.process import http_server
from shared.runtime.process.supervisor import OUTDATED, Slot, Supervisor


class SupervisorMetrics(Collector):
    """What the supervisor knows of its processes."""

    def __init__(self, service: str, supervisor: Supervisor) -> None:
        self._service, self._supervisor = service, supervisor

    def describe(self) -> Iterable[Metric]:
        return self.collect()

    def collect(self) -> Iterator[Metric]:
        slots = self._supervisor.slots
        ready = sum(slot.ready for slot in slots)
        outdated = any(slot.last_code == OUTDATED and not slot.ready for slot in slots)
        yield self._gauge("worker_processes", "Worker processes that should run", len(slots))
        yield self._gauge(
            "worker_processes_ready", "Worker processes connected to RabbitMQ and a database", ready
        )
        yield self._gauge(
            "database_outdated",
            "1 if a worker process ended since the database is at another revision",
            float(outdated),
        )
        yield self._memory(slots)
        yield self._ended(slots)

    def _gauge(self, name: str, meaning: str, value: float) -> Metric:
        gauge = GaugeMetricFamily(f"{PREFIX}{name}", meaning, labels=["service"])
        gauge.add_metric([self._service], value)
        return gauge

    def _memory(self, slots: list[Slot]) -> Metric:
        gauge = GaugeMetricFamily(
            f"{PREFIX}worker_resident_memory_bytes",
            "Resident memory of each worker process, by its place",
            labels=["service", "worker"],
        )
        for number, slot in enumerate(slots):
            used = resident_bytes(slot.pid)
            if used:
                gauge.add_metric([self._service, str(number)], used)
        return gauge

    def _ended(self, slots: list[Slot]) -> Metric:
        counter = CounterMetricFamily(
            f"{PREFIX}worker_ends", "Worker processes that ended by themselves", labels=["service"]
        )
        counter.add_metric([self._service], sum(slot.ends for slot in slots))
        return counter


def resident_bytes(pid: int | None) -> int:
    """Return the resident memory of a process; 0 if it ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def serve(address: str, service: str, supervisor: Supervisor, files: Collector) -> None:
    """Answer `GET /metrics` and the probes at an address, in a new thread. Raises `OSError`."""
    registry = CollectorRegistry()
    registry.register(SupervisorMetrics(service, supervisor))
    registry.register(files)
    host, _, port = address.rpartition(":")
    application = http_server.with_probes(make_wsgi_app(registry), supervisor.probes())
    http_server.serve(host.strip("[]"), int(port), application)
