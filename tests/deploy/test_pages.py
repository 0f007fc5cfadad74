"""The pages on containers and Kubernetes name files, settings and secrets that exist."""

import re
from typing import Any

import pytest

from tests.deploy.programs import ROOT

PAGES = ("docs/howto/containers.md", "docs/howto/kubernetes.md", "SECURITY.md")
MADE = (
    "deploy/container/secrets",
    "deploy/container/settings.env",
    "deploy/kubernetes/overlays/shop",
)
SECRET = r"\b(?:(?:aftercart|postgres)_\w+|rabbitmq_\w+_password)\b"


@pytest.mark.parametrize("page", [*PAGES, "docs/howto/monitoring.md"])
def test_every_file_of_a_page_exists(page: Any) -> None:
    named = re.findall(r"\b(?:deploy|docs|requirements)/[\w./@-]*[\w]", (ROOT / page).read_text())
    missing = [
        name
        for name in named
        if not (ROOT / name).exists()
        and not name.startswith(MADE)
        and not name.startswith("deploy/kubernetes/components/secrets/secrets")
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_secret_of_a_page_is_written_by_the_script(page: Any, secrets: Any) -> None:
    named = set(re.findall(SECRET, (ROOT / page).read_text()))
    assert [name for name in named if name not in secrets] == []
