"""The gallery, written and opened in a browser."""

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from services.documents.adapters import gallery as writing
from services.documents.domain.sample import GOODS, KINDS
from shared.runtime.errors import AftercartError
from tests.conditions import FAR

BROWSER = [
    "chromium",
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--allow-file-access",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    return writing.write(folder)


def test_every_kind_in_every_language_is_written(page: Path) -> None:
    names = {f"{kind}-{language}" for kind in KINDS for language in GOODS}
    for form in ("pdf", "png"):
        assert {file.stem for file in page.parent.glob(f"*.{form}")} == names
    text = page.read_text("utf-8")
    assert all(f'href="{name}.pdf"' in text and f'src="{name}.png"' in text for name in names)


def test_a_browser_shows_all_pictures(page: Path, tmp_path: Path) -> None:
    shot = tmp_path / "gallery.png"
    options = [f"--user-data-dir={tmp_path}", "--window-size=1600,2600", f"--screenshot={shot}"]
    subprocess.run(
        [*BROWSER, *options, page.as_uri()], check=True, capture_output=True, timeout=FAR
    )
    seen = Image.open(shot).convert("L")
    assert seen.size == (1600, 2600)
    white = sum(seen.histogram()[250:]) / (1600 * 2600)
    assert white > 0.3  # the papers; the page itself is grey


def test_without_poppler_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(writing, "KINDS", ("invoice",))
    with pytest.raises(AftercartError, match="install the Debian package poppler-utils"):
        writing.write(tmp_path)
