"""Everything that a `put` command stores can be read by a `get` query, and listed if there are
several.
"""

import pytest

from shared.contracts.message import Query, catalogue
from shared.runtime.service import installed_services

installed_services()
PUT = sorted(kind.name for kind in catalogue.values() if kind.name.endswith(".put"))
QUESTIONS = {kind.name for kind in catalogue.values() if issubclass(kind, Query)}
ONE_EACH = {"shop", "desk"}  # of a shop


@pytest.mark.parametrize("name", PUT)
def test_everything_put_can_be_read_and_listed(name: str) -> None:
    noun = name.removesuffix(".put")
    wanted = {f"{noun}.get"} | (set() if noun in ONE_EACH else {f"{noun}.list"})
    assert wanted <= QUESTIONS
