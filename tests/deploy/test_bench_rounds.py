"""What `aftercart bench scale` computes from its rounds, and how it counts processor time."""

import os
import subprocess
import sys

from deploy.bench.processor import tree_seconds
from deploy.bench.rounds import Round, compare

BUSY = "import time\nwhile time.process_time() < 0.3: pass\n"
CHILD = f"import subprocess, sys\nsubprocess.run([sys.executable, '-S', '-c', {BUSY!r}])\n"


def test_one_process_and_two_are_measured_in_turn_and_their_medians_compared() -> None:
    asked: list[int] = []

    def one_round(processes: int) -> Round:
        asked.append(processes)
        return Round(rate=[0, 10, 19][processes] + len(asked), worker=5.0)

    found = compare(one_round, 3)
    assert asked == [1, 2, 1, 2, 1, 2]
    assert found.median("one") == 13
    assert found.ratio == (19 + 4) / 13
    assert found.median("two", "worker") == 5.0


def test_the_time_of_children_counts_also_when_they_have_ended() -> None:
    before = tree_seconds(os.getpid())
    subprocess.run([sys.executable, "-S", "-c", CHILD], check=True)
    assert tree_seconds(os.getpid()) - before >= 0.3
    assert tree_seconds(2**31 - 1) == 0
