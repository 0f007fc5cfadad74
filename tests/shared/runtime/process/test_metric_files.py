"""Worker processes count in files; the supervisor merges those of the living and of the dead."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families as families

from shared.runtime.process.metric_files import MetricFiles
from shared.runtime.process.metrics_server import SupervisorMetrics
from shared.runtime.process.supervisor import OUTDATED, Supervisor
from tests.conditions import until

WORKER = """
import sys
from shared.runtime import metrics
count = metrics.counter("things", "Things", "kind")
time = metrics.histogram("thing_seconds", "Seconds", bounds=(1, 5))
busy = metrics.gauge("busy", "Busy", "pool", mode="livesum")
age = metrics.gauge("age_seconds", "Age")
count.labels("a").inc(int(sys.argv[1]))
time.observe(3)
busy.labels("p").set(1)
age.set(int(sys.argv[1]))
print("counted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def files() -> Iterator[MetricFiles]:
    found = MetricFiles("toy")
    yield found
    found.close()


def counting(files: MetricFiles, number: int) -> subprocess.Popen[str]:
    """Start a process that counts, and wait until it has."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(number)],
        env={**files.environment(), "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "counted\n"
    return process


def scraped(*collectors: Any) -> dict[str, float]:
    """Return the values that Prometheus reads."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    found = {}
    for family in families(generate_latest(registry).decode()):
        for sample in family.samples:
            assert sample.labels.pop("service") == "toy"
            labels = ",".join(sorted(sample.labels.values()))
            found[f"{sample.name} {labels}".strip()] = sample.value
    return found


def test_counters_of_ended_processes_stay_and_their_gauges_and_files_do_not(
    files: MetricFiles,
) -> None:
    first, second = counting(files, 1), counting(files, 2)
    files.retain({first.pid, second.pid})
    assert scraped(files) == {
        "aftercart_things_total a": 3,
        "aftercart_thing_seconds_bucket 1.0": 0,
        "aftercart_thing_seconds_bucket 5.0": 2,
        "aftercart_thing_seconds_bucket +Inf": 2,
        "aftercart_thing_seconds_count": 2,
        "aftercart_thing_seconds_sum": 6,
        "aftercart_busy p": 2,
        "aftercart_age_seconds": 2,
    }
    for process in (first, second):
        process.kill()
        process.communicate()
    files.retain({first.pid})
    assert scraped(files)["aftercart_age_seconds"] == 1
    files.retain(set())
    found = scraped(files)
    assert {name for name in found if "busy" in name or "age" in name} == set()
    assert found["aftercart_things_total a"] == 3
    assert found["aftercart_thing_seconds_bucket 5.0"] == 2
    directory = files.directory
    assert sorted(file.name for file in directory.glob("*.db")) == [
        "counter_0.db",
        "histogram_0.db",
    ]
    third = counting(files, 4)
    third.kill()
    third.communicate()
    files.retain(set())
    assert scraped(files)["aftercart_things_total a"] == 7
    files.close()
    assert not directory.exists()


def test_a_file_that_a_killed_process_left_damaged_is_dropped(files: MetricFiles) -> None:
    directory = files.directory
    (directory / "counter_123.db").write_bytes(b"\xff\xff\x00\x00" + b"\x7f" * 60_000)
    files.retain(set())
    assert scraped(files) == {}


def test_what_a_killed_supervisor_left_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = """
import os, signal
from shared.runtime.process.metric_files import MetricFiles
files = MetricFiles("toy")
os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    [abandoned] = tmp_path.iterdir()
    os.utime(abandoned, (0, 0))
    living = MetricFiles("toy")
    os.utime(living.directory, (0, 0))
    other = MetricFiles("toy")
    assert not abandoned.exists()
    assert len(list(tmp_path.iterdir())) == 2
    living.close()
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_the_supervisor_counts_its_processes(files: MetricFiles) -> None:
    supervisor = Supervisor([sys.executable, "-c", f"raise SystemExit({OUTDATED})"], 1, files)
    before = scraped(SupervisorMetrics("toy", supervisor))
    assert before["aftercart_worker_processes"] == 1
    assert before["aftercart_worker_processes_ready"] == 0
    assert (before["aftercart_worker_ends_total"], before["aftercart_database_outdated"]) == (0, 0)

    def ended() -> bool:
        supervisor.check()
        return supervisor.slots[0].ends == 1

    until(ended)
    after = scraped(SupervisorMetrics("toy", supervisor))
    assert (after["aftercart_worker_ends_total"], after["aftercart_database_outdated"]) == (1, 1)
    supervisor.slots[0].start_at = float("inf")
