"""Missing requirements are reported at the start, in one sentence that says how to fix it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.documents.adapters import font_checks
from services.documents.adapters.render_pool import RenderPool
from services.documents.adapters.requirements import Requirements, check, check_apart
from services.documents.worker import DocumentSettings, open_adapters
from shared.runtime.errors import SettingsError
from tests.documents.builders import an_invoice


def settings(slow_allowed: bool = False) -> DocumentSettings:
    return DocumentSettings(
        broker_url="amqp://", database_url="sqlite://", slow_allowed=slow_allowed
    )


def test_the_renderer_opens_and_renders() -> None:
    press: Any = open_adapters(settings()).renderer
    rendered = press.render(an_invoice())
    press.close()
    assert rendered.content.startswith(b"%PDF-1.7")
    assert rendered.engine.startswith("weasyprint 70.")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Checks the requirements in this process, where a test can take them away, instead of in one
    of its own.
    """
    monkeypatch.setattr(RenderPool, "check", lambda pool: check())
    monkeypatch.setattr(RenderPool, "open", lambda pool: None)
    return monkeypatch


def test_without_the_subset_library_it_does_not_start(found: Any) -> None:
    found.setitem(font_checks.SUBSETTING, "harfbuzz-subset", "libno-such.so.0")
    found.setattr(font_checks, "find_library", lambda name: None)
    with pytest.raises(
        SettingsError, match=r"libharfbuzz-subset0.*AFTERCART_DOCUMENTS_SLOW_ALLOWED"
    ):
        open_adapters(settings())


def test_without_the_subset_library_it_starts_slow_when_told_so(found: Any) -> None:
    found.setitem(font_checks.SUBSETTING, "harfbuzz-subset", "libno-such.so.0")
    found.setattr(font_checks, "find_library", lambda name: None)
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
    everything = {file for _, file in font_checks.installed_fonts()}
    font_checks.use_own_fonts()
    ours = {file for _, file in font_checks.installed_fonts()}
    assert ours < everything
    assert all("/noto/" in file for file in ours)


def test_without_pango_it_does_not_start(found: Any) -> None:
    found.setitem(font_checks.NEEDED, "pango-1.0", "libno-such.so.0")
    found.setattr(font_checks, "find_library", lambda name: None)
    with pytest.raises(
        SettingsError,
        match=r"^Pango cannot be loaded \(libno-such.*libpango-1.0-0 and libpangoft2-1.0-0\.$",
    ):
        open_adapters(settings())


def test_a_library_of_another_name_is_found(found: Any) -> None:
    found.setitem(font_checks.NEEDED, "pango-1.0", "libpango-1.0.dylib")
    assert check() == Requirements()


def test_a_check_that_breaks_off_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert check_apart().missing == "Libraries and fonts cannot be checked: exit code 1."


def test_the_check_loads_neither_weasyprint_nor_the_service() -> None:
    """It would take a second of each start."""
    program = (
        "import sys, services.documents.adapters.requirements;"
        "print({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "'services'" in done.stdout
    assert not {"weasyprint", "shared", "pydantic"} & set(done.stdout.split("'"))
