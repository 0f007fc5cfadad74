"""Run the programs that check `deploy/`, as `make test` installs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTAINER = ROOT / "deploy" / "container"
SERVICES = ("ingest", "orders", "documents", "notify")


def run(program: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program of this environment, or else of the system. It must be installed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = shutil.which(program, path=path)
    assert found, f"{program} is not installed: `make test` installs it."
    return subprocess.run(
        [found, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", **environment},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


def accepts(program: str, *arguments: object) -> None:
    """Assert that a linter has nothing to say."""
    done = run(program, *arguments)
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (0, "", "")


def write_secrets(directory: Path) -> dict[str, str]:
    """Write the secrets of an installation, and return them by name."""
    done = run(str(ROOT / "deploy" / "secrets.sh"), directory)
    assert (done.returncode, done.stderr) == (0, "")
    return {file.name: file.read_text() for file in directory.iterdir()}


def settings_in(file: Path) -> dict[str, str]:
    """Return the variables of an env file."""
    lines = file.read_text().splitlines()
    assignments = [line for line in lines if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in assignments)
