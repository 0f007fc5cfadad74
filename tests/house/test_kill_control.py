"""The judge of the kill test is not blind: with the inbox off it finds what happened twice."""

from pathlib import Path

import pytest

from tests.house.facts import faults
from tests.house.load import Load
from tests.house.load_on_stack import a_stack, settled

pytestmark = pytest.mark.slow


@pytest.mark.timeout(1800)
def test_the_judge_notices_when_the_inbox_is_off(tmp_path: Path) -> None:
    with a_stack(tmp_path, "tests.house.without_inbox") as stack:
        load = Load(stack, twice=1)
        load.shop()
        load.wave(2)
        assert any("more than once" in fault for fault in faults(settled(stack, load)))
