"""Fail when prose exceeds a limit: `python -m tests.prose [PATH…]`, by default the whole project.

Exit code 1, with each place printed, if a mark occurs too often in docstrings or in pages.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.prose.marks import MARKS, Passage, count, docstrings, page, places

CODE = ("shared", "services", "deploy")
GENERATED = Path("docs/reference/messages")  # a sentence of the code once for each message
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs")


def main(paths: Sequence[str]) -> int:
    """Print each mark beside its limit, and return the exit code."""
    given = [Path(path) for path in paths or (*CODE, *PAGES)]
    code = [passage for file in _files(given, ".py") for passage in docstrings(file)]
    pages = [passage for file in _files(given, ".md") for passage in page(file)]
    return max(report("docstrings", code), report("pages", pages))


def report(kind: str, passages: Sequence[Passage]) -> int:
    """Print the marks of one kind of prose; return 1 if one exceeds its limit, else 0."""
    failed = 0
    for mark in MARKS:
        found = count(passages, mark)
        print(f"{kind}, per 1,000 words: {mark.name} {found:.2f} (limit {mark.limit})")
        if found > mark.limit:
            failed = 1
            print(*places(passages, mark), sep="\n")
    return failed


def _files(paths: Sequence[Path], suffix: str) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        candidates = sorted(path.rglob(f"*{suffix}")) if path.is_dir() else [path]
        for file in candidates:
            if file.suffix == suffix and file.exists() and GENERATED not in file.parents:
                found.append(file)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
