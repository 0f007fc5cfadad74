"""Each decision has a number of its own, the same in its file's name and in its heading; links lead
to files.
"""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
PAGES = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md"])


def test_decisions_are_numbered_without_gap_or_duplicate() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_has_its_number_in_its_heading(path: Path) -> None:
    assert path.read_text("utf-8").startswith(f"# {int(path.name[:4])}. ")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_link_to_a_file_of_the_project_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


OF_THE_READER = {"deploy/kubernetes/overlays/shop/kustomization.yaml"}
"""Files that a page asks its reader to write."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_file_that_a_page_names_exists(path: Path) -> None:
    named = re.findall(
        r"`((?:services|shared|tests|deploy|docs)/[\w./-]+\.\w+)`", path.read_text("utf-8")
    )
    missing = [name for name in named if not (DOCS.parent / name).exists()]

    assert set(missing) - OF_THE_READER == set()
