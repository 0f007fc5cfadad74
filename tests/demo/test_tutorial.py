"""The tutorial works, block by block, as a reader would type it, on a local stack of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.conditions import until

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-storefront.md"
BLOCK = re.compile(r"^```sh ?(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# `make up` installs this project into the checkout; here it is installed already.
SHELL = """\
set -e
make() { aftercart "$@"; }
source .venv/bin/activate
[ ! -e var/aftercart.env ] || source var/aftercart.env
"""


def blocks() -> list[tuple[str, str]]:
    """Return the expected result (`fails`, `eventually` or empty) and the text of each block."""
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    programs = Path(sys.executable).parent
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "activate").write_text(f'PATH="{programs}:$PATH"\n')
    yield tmp_path
    run(tmp_path, "make down")


def run(directory: Path, block: str) -> subprocess.CompletedProcess[str]:
    outside = {
        name: value for name, value in os.environ.items() if not name.startswith("AFTERCART")
    }
    return subprocess.run(
        ["bash", "-c", SHELL + block],
        cwd=directory,
        env=outside,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def succeeds(directory: Path, block: str) -> bool:
    return run(directory, block).returncode == 0


@pytest.mark.timeout(600)
def test_the_tutorial_works(directory: Path) -> None:
    printed = ""
    for expected, block in blocks():
        if expected == "eventually":
            until(partial(succeeds, directory, block))
            continue
        done = run(directory, block)
        printed += done.stdout
        assert (done.returncode == 0) == (expected != "fails"), f"{block}\n{done.stderr}"

    assert '"repeated": true' in printed
    assert "Delivered" in printed
    assert (directory / "var" / "invoice.pdf").read_bytes().startswith(b"%PDF-")
