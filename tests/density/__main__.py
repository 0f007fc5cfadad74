"""Fail when code is too dense: `python -m tests.density`. Prints each measure beside its limit."""

import sys
from pathlib import Path

from tests.density.measures import LIMITS, measure

CODE = ("shared", "services", "deploy")


def main() -> int:
    """Return 1 if a measure exceeds its limit, else 0."""
    sources = []
    for folder in CODE:
        for file in sorted(Path(folder).rglob("*.py")):
            if "migrations" not in file.parts:
                sources.append(file.read_text(encoding="utf-8"))
    failed = 0
    for name, found in measure(sources).items():
        print(f"{name} {found:.1f} (limit {LIMITS[name]})")
        if found > LIMITS[name]:
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
