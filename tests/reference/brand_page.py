"""The files and commands of `docs/howto/brand.md`."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "howto/brand.md"
FILE = re.compile(r'^```\w+ title="(.*?)"\n(.*?)^```$', re.DOTALL | re.MULTILINE)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def files() -> dict[str, str]:
    """Return the files that the page shows, by name."""
    return dict(FILE.findall(PAGE.read_text("utf-8")))


def commands() -> list[str]:
    """Return the commands of the page, in order."""
    found: list[str] = []
    for block in COMMANDS.findall(PAGE.read_text("utf-8")):
        found += block.splitlines()
    return found
