"""mypy sees that a message, its aggregate, the unit of work and the result fit their handler."""

import re
import subprocess
import sys
from pathlib import Path

WRONG = Path(__file__).with_name("wrong_handlers.py")
ROOT = Path(__file__).parents[4]


def test_mypy_refuses_each_wrong_declaration_and_no_other() -> None:
    lines = WRONG.read_text(encoding="utf-8").splitlines()
    marked = {number for number, line in enumerate(lines, 1) if "# wrong" in line}
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir"]
    ran = subprocess.run(
        [*command, str(ROOT / ".mypy_cache"), str(WRONG.relative_to(ROOT))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(rf"^{WRONG.relative_to(ROOT)}:(\d+): error", ran.stdout, re.MULTILINE)
    assert {int(number) for number in found} == marked, ran.stdout + ran.stderr
