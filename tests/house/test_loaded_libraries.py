"""Processes that run all the time load only the libraries that they need: each takes memory in
every worker, and time at every start.
"""

import subprocess
import sys

import pytest

TOP_LEVEL = """
import sys, {modules}
names = {{name.partition(".")[0] for name in sys.modules}} - sys.stdlib_module_names
print(*sorted(name for name in names if not name.startswith("_")))
"""
OURS = {"services", "shared"}
SETTINGS_AND_LOGS = {
    *("annotated_types", "pydantic", "pydantic_core", "pydantic_settings"),
    *("dotenv", "typing_extensions", "typing_inspection"),
    "structlog",
}
COMMAND = {"click", *SETTINGS_AND_LOGS}
WORKER = {
    *COMMAND,
    *("psycopg", "psycopg_binary", "sqlalchemy"),
    *("dramatiq", "pika"),
    *("opentelemetry", "prometheus_client"),
    "babel",
}
OWN: dict[str, set[str]] = {
    "documents": set(),  # its child processes load WeasyPrint
    "ingest": {"filetype", "imapclient", "webencodings"},
    "notify": {"css_inline", "jinja2", "markupsafe", "tinycss2", "webencodings"},
    "orders": set(),
}
# A process that reads mails finds them loaded.
PARSER = {"asn1crypto", "charset_normalizer", "compressed_rtf", "nh3", "tnefparse"}
# A process that renders documents stores none and decides nothing: no database, no broker.
RENDERER = {
    *("annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"),
    *("babel", "prometheus_client", "structlog"),
    *("jinja2", "markupsafe", "pikepdf", "segno"),
    *("weasyprint", "pydyf", "PIL", "fontTools", "cffi", "pycparser", "pyphen"),
    *("brotli", "cssselect2", "lxml", "tinycss2", "tinyhtml5", "tzdata", "webencodings"),
}
OF_PYTHON = {"cython_runtime", "sitecustomize"}


def loaded(*modules: str) -> set[str]:
    """Return the top-level names of what these modules load, without Python's own."""
    program = TOP_LEVEL.format(modules=", ".join(modules))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split()) - OURS - OF_PYTHON


@pytest.mark.parametrize("service", sorted(OWN))
def test_a_worker_loads_what_its_service_needs(service: str) -> None:
    found = loaded("shared.cli.operations.worker_child", f"services.{service}.worker")
    assert found - WORKER == OWN[service]


def test_processes_that_read_mails_begin_with_their_libraries() -> None:
    assert loaded("services.ingest.adapters.parser_preload") >= PARSER


def test_processes_that_render_load_what_renders() -> None:
    found = loaded("shared.runtime", "services.documents.adapters.preload")
    assert {"weasyprint"} <= found <= RENDERER


def test_the_command_that_starts_workers_loads_no_service() -> None:
    assert loaded("shared.cli.operations.worker") <= COMMAND


def test_a_supervisor_loads_only_what_it_counts_and_logs_with() -> None:
    found = loaded("shared.runtime.process.supervise", "shared.runtime.process.metrics_server")
    assert found <= {"prometheus_client", "structlog"}
