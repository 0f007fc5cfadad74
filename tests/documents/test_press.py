"""Rendering in children: what a document does there, it does to nobody else."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from services.documents.adapters.child import Limits
from services.documents.adapters.engine import Engine
from services.documents.adapters.press import Press, RenderingFailed
from services.documents.domain.look import Look, Template
from services.documents.domain.sample import sample
from tests.conditions import until
from tests.documents.words import an_invoice, read

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
GREEDY = "{{ 'x' * 3000000000 }}"
BROKEN = "<p>one\n{{ document.nothing_such }}"


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    opened = Press(Limits(seconds=2, memory=1024, documents=4))
    yield opened
    opened.close()


def looking(html: str) -> Look:
    return Look(template=Template(html=html))


def test_a_child_prints_the_same_bytes_as_any_other_process(press: Press, engine: Engine) -> None:
    for invoice in (an_invoice(), sample("invoice", "fa"), sample("credit_slip", "de")):
        assert press.render(invoice) == engine.render(invoice)


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        (ENDLESS, "it took longer than 2 s"), (GREEDY, "it needed more than 1024 MiB of memory"),
        (BROKEN, "nothing_such"), ("{% for %}", "line 1: TemplateSyntaxError"),
    ],
    ids=["time", "memory", "fault", "syntax"],
)
def test_a_template_that_fails_harms_nobody_and_the_document_is_printed(bomb: str, reason: str, press: Press) -> None:
    with ThreadPoolExecutor(2) as threads:
        bombed = threads.submit(press.render, an_invoice(), looking(bomb))
        neighbour = press.render(an_invoice(number="IN000002", document_id=uuid4()))
        rendered = bombed.result()
    assert "IN000002" in read(neighbour.content)
    assert reason in rendered.fallback
    assert rendered.content == press.render(an_invoice()).content


def test_what_the_built_in_template_cannot_print_is_told(press: Press) -> None:
    quick = Press(Limits(seconds=1, memory=1024, documents=4))
    with pytest.raises(RenderingFailed, match="it took longer than 1 s"):
        quick.render(an_invoice(an_invoice().lines * 2000))
    quick.close()


def test_a_child_that_was_killed_is_replaced(press: Press) -> None:
    press.render(an_invoice())
    for child in press._idle:
        os.kill(child.process.pid, signal.SIGKILL)
        until(lambda child=child: not child.process.is_alive())
    assert press.render(an_invoice()).content.startswith(b"%PDF")


def test_a_child_makes_room_for_a_fresh_one(press: Press) -> None:
    press.close()
    pids = set()
    for _ in range(5):
        press.render(an_invoice())
        pids |= {child.process.pid for child in press._idle}
    assert len(pids) == 2


def test_a_closed_press_leaves_no_process_behind(press: Press) -> None:
    press.render(an_invoice())
    pids = [child.process.pid for child in press._idle]
    press.close()
    assert not any(is_running(pid) for pid in pids)


KILLED = """
import os
from services.documents.adapters.child import Limits
from services.documents.adapters.press import Press
from services.documents.domain.sample import sample

if __name__ == "__main__":
    press = Press(Limits())
    press.render(sample("invoice"))
    print(press._idle[0].process.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_children_end_when_their_worker_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    killed = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    until(lambda: not is_running(int(killed.stdout)))


def is_running(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return True
