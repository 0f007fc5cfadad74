"""The page of metrics lists those that exist."""

from pathlib import Path

import pytest

from tests.house.metrics_page import PAGE, SETTINGS, page


def test_the_page_lists_all_metrics(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for service in ("INGEST", "ORDERS", "DOCUMENTS", "NOTIFY"):
        for name in (*SETTINGS, "DATABASE_URL"):
            monkeypatch.setenv(f"AFTERCART_{service}_{name}", "")  # removed after the test
    assert PAGE.read_text() == page(), "run `python -m tests.house.metrics_page`"
