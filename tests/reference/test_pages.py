"""The generated pages of the reference are fresh, and explain everything."""

from types import ModuleType

import pytest

from shared.runtime.settings import CommonSettings
from tests.reference import command_page, message_pages, metrics_page, settings_page, speed_page
from tests.reference.pages import PAGES


@pytest.mark.parametrize("module", PAGES)
def test_the_page_is_fresh(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("INGEST", "ORDERS", "DOCUMENTS", "NOTIFY"):
        for name in (*metrics_page.SETTINGS, "DATABASE_URL"):
            monkeypatch.setenv(f"AFTERCART_{service}_{name}", "")  # removed after the test
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run `make contract`"


def test_an_outdated_installation_is_found() -> None:
    assert command_page.outdated({"up", "down"}, {"down", "up"}) == ""
    assert "(inbox)" in command_page.outdated({"up", "inbox"}, {"up"})


def test_the_pages_of_messages_are_fresh() -> None:
    found = {file: file.read_text(encoding="utf-8") for file in message_pages.DIRECTORY.glob("*")}

    assert found == message_pages.pages(), "run `make contract`"


def test_the_figures_of_the_readme_are_those_of_the_report() -> None:
    assert speed_page.README.read_text(encoding="utf-8") == speed_page.readme(), (
        "run `make contract`"
    )


def test_a_figure_that_the_report_lacks_is_named() -> None:
    with pytest.raises(LookupError, match="no 'two workers' under 'transitions'"):
        speed_page.row_of("transitions", "two workers")


def test_every_setting_has_a_meaning() -> None:
    rows = [line for line in settings_page.page().splitlines() if line.startswith("| `")]

    assert len(rows) > 45
    assert [row for row in rows if row.endswith("|  |")] == []


def test_a_setting_without_a_meaning_is_found() -> None:
    class Undescribed(CommonSettings):
        pause: int = 1

    [row] = settings_page.rows("AFTERCART_", Undescribed)

    assert row == "| `AFTERCART_PAUSE` | `1` |  |"
