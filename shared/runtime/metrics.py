"""Declare the metrics that worker processes count, for Prometheus.

The supervisor merges those of its processes, and adds the label `service`. Labels have few values:
none is taken from what an external client chooses.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with the directory of a supervisor in which its processes count."""
PREFIX = "aftercart_"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of durations."""
LONG_SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400)
"""Upper bounds of delays, up to a day."""

Mode = Literal["livesum", "livemostrecent"]
"""How the values of several processes are merged: as a sum, or the one that was set last. Those of
a process that ended are dropped.
"""
Metric = Counter | Gauge | Histogram

registry = CollectorRegistry()
"""All metrics of the modules that were imported."""


def counter(name: str, meaning: str, *labels: str) -> Counter:
    """Declare a counter; Prometheus appends `_total` to its name."""
    return Counter(f"{PREFIX}{name}", meaning, labels, registry=registry)


def histogram(
    name: str, meaning: str, *labels: str, bounds: Sequence[float] = SECONDS
) -> Histogram:
    """Declare a histogram with the upper bounds of its buckets."""
    return Histogram(f"{PREFIX}{name}", meaning, labels, registry=registry, buckets=bounds)


def gauge(name: str, meaning: str, *labels: str, mode: Mode = "livemostrecent") -> Gauge:
    """Declare a value that rises and falls."""
    return Gauge(f"{PREFIX}{name}", meaning, labels, registry=registry, multiprocess_mode=mode)


def declared() -> Iterator[Metric]:
    """Return the metrics of all modules that were imported, in the order of their names."""
    found = {}
    for collector in registry._names_to_collectors.values():
        if isinstance(collector, Metric):
            found[collector._name] = collector
    for name in sorted(found):
        yield found[name]
