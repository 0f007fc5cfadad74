"""Spans are exported as OpenTelemetry's variables say."""

import os
import subprocess
import sys

import pytest

from shared.runtime.errors import SettingsError
from shared.runtime.process.trace_export import start_export

RECORDS = """
from opentelemetry import trace
from shared.runtime.pipeline import spans
from shared.runtime.process.trace_export import start_export
export_the_rest = start_export("toy")
assert spans.enabled()
spans.tracer.start_span("process toy.add").end()
export_the_rest()
"""


def test_nothing_is_recorded_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", "none"):
        monkeypatch.setenv("OTEL_TRACES_EXPORTER", value)
        start_export("toy")()


def test_an_exporter_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "jaeger")
    with pytest.raises(SettingsError, match=r"'jaeger'.*console.*otlp.*aftercart\[traces\]"):
        start_export("toy")


def test_spans_are_exported_with_the_name_of_the_service() -> None:
    """In a process of its own, since a provider cannot be replaced."""
    done = subprocess.run(
        [sys.executable, "-c", RECORDS],
        env={**os.environ, "OTEL_TRACES_EXPORTER": "console"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"name": "process toy.add"' in done.stdout
    assert '"service.name": "aftercart-toy"' in done.stdout
