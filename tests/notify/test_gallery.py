"""The gallery: every mail in every language, opened by the reader that a browser is."""

import subprocess
from pathlib import Path

import pytest

from services.notify.adapters.gallery import write
from services.notify.adapters.mail_writer import read_languages
from shared.cli.main import main
from tests.conditions import FAR
from tests.shared.cli.conftest import CliRunner

LANGUAGES = read_languages()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("gallery")).parent


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_a_page_shows_every_mail_wide_and_narrow_beside_its_text(gallery: Path, tag: str) -> None:
    page = (gallery / f"{tag}.html").read_text("utf-8")
    for template in LANGUAGES[tag].mails:
        assert page.count(f'src="{tag}-{template}.html"') == 2
        assert (gallery / f"{tag}-{template}.html").is_file()
    assert page.count("<pre ") == len(LANGUAGES[tag].mails)


def test_the_command_writes_the_pages_of_all_services(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["gallery", str(tmp_path)], catch_exceptions=False)
    assert str(tmp_path / "notify/en.html") in result.output.splitlines()
    assert (tmp_path / "notify/fa.html").is_file()


def test_a_browser_lays_out_persian_from_the_right(gallery: Path, tmp_path: Path) -> None:
    script = (
        "<script>document.title=document.querySelector('p').getBoundingClientRect().right"
        "+' '+getComputedStyle(document.querySelector('td.body')).direction</script>"
    )
    page = tmp_path / "fa.html"
    page.write_text(
        (gallery / "fa-payment.html").read_text("utf-8").replace("</body>", f"{script}</body>"),
        "utf-8",
    )
    browser = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=680,760",
        "--dump-dom",
    ]
    printed = subprocess.run(
        [*browser, page.as_uri()], check=True, capture_output=True, text=True, timeout=FAR
    ).stdout
    title = printed.partition("<title>")[2].partition("</title>")[0]
    right, direction = title.split()
    assert direction == "rtl"
    assert 560 < float(right) < 640
