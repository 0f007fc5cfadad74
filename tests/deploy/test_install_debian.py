"""The Debian packages, asked of the real dpkg."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "install-debian.sh"
NOBODY = 65534


def install(group: str, *tools: str, place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As a user who is neither root nor may become it, with nothing but these tools."""
    script = SCRIPT.read_text()
    for tool in tools:
        (place / tool).symlink_to(Path("/usr/bin") / tool)
    root = os.geteuid() == 0
    return subprocess.run(
        ["/bin/bash", "-s", group], input=script, cwd="/", env={"PATH": str(place), **environment},
        text=True, capture_output=True, check=False, timeout=30,
        user=NOBODY if root else None, group=NOBODY if root else None, extra_groups=[] if root else None)


@pytest.mark.parametrize("group", ["run", "test"])
def test_nothing_is_done_where_all_is_there(group):
    done = subprocess.run([SCRIPT, group], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
