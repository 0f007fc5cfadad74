"""The short form of `make prove`: load and each of some faults on the whole stack, then
everything is judged from outside.
"""

from pathlib import Path

import pytest

from tests.system.fire.fire import Plan, run
from tests.system.fire.report import Strike, picture
from tests.system.fire.stack import FireStack

pytestmark = pytest.mark.slow

FAULTS = (
    "kill a worker",
    "repeat events",
    "kill the database",
    "poison",
    "kill a node",
    "close connections",
    "clock",
)
PLAN = Plan(
    10,
    seed=1,
    strikes=len(FAULTS),
    storefronts=3,  # each shop has a mailbox
    rate=0.2,  # the faults find enough orders on their way, and each costs a second of a processor
    mail_pause=4,
    probe=0.2,
    pause=0.3,
    hold=1,
    drain=300,
    names=FAULTS,
)


@pytest.mark.timeout(1200)
def test_no_promise_is_broken_under_fire(tmp_path: Path) -> None:
    stack = FireStack(tmp_path / "stack")
    try:
        stack.start()
        report = run(stack, PLAN, tmp_path / "evidence")
    finally:
        stack.end()
    assert report.findings == [], report.text()
    assert {strike.fault for strike in report.strikes} == set(FAULTS)
    assert report.operations["order.place"] > 0
    report.write(tmp_path / "report")
    assert "findings: 0" in (tmp_path / "report" / "report.txt").read_text()


def test_the_picture_shows_each_fault() -> None:
    strikes = [Strike("kill a node", "rabbit-1", 1, 3), Strike("freeze a worker", "orders", 5, 8)]
    drawn = picture([(0, 0), (1, 10), (2, 10), (9, 80)], strikes)
    assert drawn.count("<title>") == 2
    assert "kill a node: rabbit-1, 1 s" in drawn
    assert drawn.count("<polyline") == 1
