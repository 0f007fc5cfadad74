"""Missing requirements are reported at the start, in one sentence that says how to fix it."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.documents.adapters import (
    DocumentSettings,
    font_checks,
    open_adapters,
    requirements,
)
from services.documents.adapters.render_pool import RenderPool
from services.documents.adapters.requirements import check
from shared.runtime.errors import SettingsError
from tests.documents.builders import an_invoice


def settings(slow_allowed: bool = False) -> DocumentSettings:
    return DocumentSettings(
        broker_url="amqp://", database_url="sqlite://", slow_allowed=slow_allowed
    )


def test_the_renderer_opens_and_renders() -> None:
    press: Any = open_adapters(settings()).renderer
    waiting = press.pool.pids()
    rendered = press.render(an_invoice())
    assert press.pool.pids() == waiting != []
    press.close()
    assert rendered.content.startswith(b"%PDF-1.7")
    assert rendered.engine.startswith("weasyprint 70.")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Checks the requirements in this process, where a test can take them away, instead of in a
    child process.
    """
    monkeypatch.setattr(RenderPool, "check", lambda pool: check())
    monkeypatch.setattr(RenderPool, "open", lambda pool: None)
    return monkeypatch


def test_without_the_subset_library_it_does_not_start(found: Any) -> None:
    found.setattr(font_checks, "harfbuzz_subset", None)
    with pytest.raises(
        SettingsError, match=r"libharfbuzz-subset0.*AFTERCART_DOCUMENTS_SLOW_ALLOWED"
    ):
        open_adapters(settings())


def test_without_the_subset_library_it_starts_slow_when_told_so(found: Any) -> None:
    found.setattr(font_checks, "harfbuzz_subset", None)
    with capture_logs() as logs:
        open_adapters(settings(slow_allowed=True))
    assert [(entry["event"], entry["outcome"]) for entry in logs] == [("renderer", "slow")]


def test_being_slow_is_allowed_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "BROKER_URL": "amqp://",
        "DATABASE_URL": "sqlite://",
        "SLOW_ALLOWED": "true",
    }.items():
        monkeypatch.setenv(f"AFTERCART_DOCUMENTS_{name}", value)
    assert DocumentSettings.load("documents").slow_allowed


def test_without_its_fonts_it_does_not_start(found: Any) -> None:
    found.setattr(font_checks, "FONTS", frozenset({"Noto Sans", "No Such Font"}))
    with pytest.raises(
        SettingsError, match=r"\(No Such Font\): install the Debian package fonts-noto-core"
    ):
        open_adapters(settings())


def test_no_other_fonts_are_seen_than_the_houses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    everything = {file for _, file in font_checks._installed_fonts()}
    font_checks.use_own_fonts()
    ours = {file for _, file in font_checks._installed_fonts()}
    assert ours < everything
    assert all("/noto/" in file for file in ours)


def test_without_pango_it_does_not_start(found: Any) -> None:
    def missing(name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'\nand more")

    found.setattr(requirements, "import_module", missing)
    with pytest.raises(
        SettingsError, match=r"^Pango cannot be loaded.*libpango-1.0-0 and libpangoft2-1.0-0\.$"
    ):
        open_adapters(settings())
