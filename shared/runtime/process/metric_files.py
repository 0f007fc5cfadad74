"""Merge the metrics of a supervisor's worker processes from the files in which they count.

Each process writes files of its own in prometheus-client's multiprocess format. When a process
ends, its gauges are dropped, and its counters are added to one file for all that have ended: so
counters never go back, and a process that is restarted for days leaves no files behind.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

import structlog
from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from shared.runtime.metrics import DIRECTORY

logger = structlog.get_logger()

ENDED = 0
"""The number in the names of files of all processes that have ended; no process has it."""


DIRECTORIES = "aftercart-metrics-"
YOUNG_SECONDS = 60


def remove_abandoned() -> None:
    """Remove the directories of supervisors that were killed: each holds a lock while it lives."""
    for directory in Path(tempfile.gettempdir()).glob(f"{DIRECTORIES}*"):
        with suppress(FileNotFoundError):  # another supervisor removed it
            # A young one may belong to a supervisor that is about to lock it.
            held = _hold(directory) if _age(directory) > YOUNG_SECONDS else None
            if held is not None:
                os.close(held)
                shutil.rmtree(directory, ignore_errors=True)


def _age(directory: Path) -> float:
    return time.time() - directory.stat().st_mtime


def _hold(directory: Path) -> int | None:
    """Lock a directory and return its descriptor; None if another process holds it, or owns it.
    systemd, too, removes nothing from a directory in `/tmp` that is locked.
    """
    try:
        held = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held


class MetricFiles(Collector):
    """The files of one supervisor, in a directory of their own. `service` becomes a label of every
    metric.
    """

    def __init__(self, service: str) -> None:
        """Create the directory. Raises `OSError`."""
        self._service, self._lock = service, Lock()
        remove_abandoned()
        self.directory = Path(tempfile.mkdtemp(prefix=DIRECTORIES))
        self._held = _hold(self.directory)

    def environment(self) -> dict[str, str]:
        """Return the environment of a process that counts here."""
        return {DIRECTORY: str(self.directory)}

    def retain(self, running: Collection[int]) -> None:
        """Drop the gauges of all processes but these, and add up the counters of the others."""
        with self._lock:
            for file in sorted(self.directory.glob("*.db")):
                pid = int(file.stem.rpartition("_")[2])
                if pid != ENDED and pid not in running:
                    self._add_up(file)

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the metrics are known at a scrape only."""
        return []

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            found = list(MultiProcessCollector(None, str(self.directory)).collect())
        for metric in found:
            samples = []
            for sample in metric.samples:
                labels = {"service": self._service, **sample.labels}
                samples.append(Sample(sample.name, labels, sample.value))
            metric.samples = samples
            yield metric

    def close(self) -> None:
        """Remove the directory."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def _add_up(self, file: Path) -> None:
        kind = file.stem.split("_")[0]
        if kind != "gauge":
            total = MmapedDict(str(file.with_name(f"{kind}_{ENDED}.db")))
            try:
                for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):
                    total.write_value(key, total.read_value(key)[0] + value, 0.0)
            except (RuntimeError, ValueError) as error:  # killed while it wrote
                logger.warning("metrics", outcome="unreadable", file=file.name, error=str(error))
            finally:
                total.close()
        file.unlink()
