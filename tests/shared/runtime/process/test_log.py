"""Errors are logged with their traceback, and without the data that a handler worked on."""

import json
import subprocess
import sys

import pytest

PERSONAL = "ada.byron@example.test"
FAILURES = ("ZeroDivisionError", "IntegrityError", "ValidationError", "LookupError")


@pytest.mark.parametrize(("log_format", "kind"), [("json", "postgresql"), ("console", "database")])
def test_a_logged_error_holds_no_personal_data(
    log_format: str, kind: str, request: pytest.FixtureRequest
) -> None:
    module = "tests.shared.runtime.process.log_failures"
    done = subprocess.run(
        [sys.executable, "-m", module, log_format, request.getfixturevalue(kind), PERSONAL],
        capture_output=True,
        text=True,
        check=True,
    )
    for failure in FAILURES:
        assert failure in done.stderr
    assert "tests/toy/service.py" in done.stderr  # a traceback is there
    assert PERSONAL not in done.stderr
    if log_format == "json":
        lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        assert any("exception" in line for line in lines)
