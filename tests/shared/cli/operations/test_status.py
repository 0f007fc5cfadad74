"""The status as it is drawn on a terminal, and as JSON."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from shared.cli.operations.checkup import Checkup
from shared.cli.operations.status import show_live
from shared.cli.operations.status_display import screen
from shared.cli.operations.status_record import record
from shared.clients.health import ServiceStatus
from shared.clients.queue_traffic import QueueTraffic

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
ANSWER = {
    "healthy": True,
    "outbox_rows": 3,
    "outbox_age_seconds": 130,
    "due_rows": 5,
    "schedule_lag_seconds": 0,
    "revision": "0042",
    "figures": {'mails{state="failed"}': 2.0, 'mails{state="waiting"}': 0.0},
}


def a_checkup(**more: Any) -> Checkup:
    orders = ServiceStatus("orders", ANSWER, 0.012, waiting=400, questions=0, consumers=2, dead=1)
    traffic = [
        QueueTraffic("orders", 400, 16, 2, 20.0, 60.0),
        QueueTraffic("orders.wait", 4, 0, 0, 0.0, 0.0),
        QueueTraffic("orders.questions", 0, 0, 2, 0.0, 0.0),
        QueueTraffic("shop.copy", 9000, 0, 0, 5.0, 0.0),
        QueueTraffic("shop.empty", 0, 0, 1, 5.0, 5.0),
    ]
    return Checkup("reached at h:5672", "complete", [orders], traffic, **more)


def drawn(found: Checkup, height: int = 40) -> list[str]:
    """Return the lines that a terminal of 100 columns shows, without blanks at the end."""
    terminal = Console(file=io.StringIO(), width=100, height=height)
    terminal.print(screen(found, NOW))
    return [" ".join(line.split()) for line in terminal.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def test_services_and_queues_in_use_are_drawn_with_rates_and_ages() -> None:
    lines = drawn(a_checkup())
    assert lines[0].startswith("Aftercart: everything works RabbitMQ reached at h:5672, topology")
    assert "orders healthy 12 ms 2 3 2 min 5 - 1 0042" in lines
    queues = lines[lines.index("Queue Waiting Held Consumers In/s Out/s Empty in") + 1 :]
    assert queues == [
        "orders 400 16 2 20.0 60.0 10 s",
        "orders.wait 4 0 0 0.0 0.0 does not shrink",
        "shop.copy 9000 0 0 5.0 0.0 does not shrink",
        'orders counts mails{state="failed"} 2',
    ]


def test_what_is_wrong_stands_first_where_a_low_terminal_cuts_the_tables() -> None:
    lines = drawn(a_checkup(problems=["Disk [red]full\x1b."], notes=["Look at it."]))
    assert lines[0].startswith("Aftercart: not everything works")
    assert lines[1:3] == ["Disk [red]full\ufffd.", "Look at it."]


def test_unknown_values_are_dashes_and_queues_without_the_management_api_are_left_out() -> None:
    lines = drawn(Checkup(services=[ServiceStatus("orders")]))
    assert lines[-1] == "orders no answer - - - - - - - -"


def test_the_record_holds_the_same_as_numbers() -> None:
    found = json.loads(json.dumps(record(a_checkup(problems=["Disk full."]), NOW)))
    assert (found["time"], found["healthy"]) == ("2026-11-21T10:30:00+00:00", False)
    assert found["problems"] == ["Disk full."]
    [service] = found["services"]
    assert (service["answer_seconds"], service["outbox_age_seconds"]) == (0.012, 130)
    assert found["queues"][0] == {
        "name": "orders",
        "waiting": 400,
        "held": 16,
        "consumers": 2,
        "in_per_second": 20.0,
        "out_per_second": 60.0,
        "seconds_to_empty": 10.0,
    }


def test_the_live_screen_is_drawn_again_until_ctrl_c() -> None:
    terminal = Console(
        file=io.StringIO(),
        width=100,
        height=40,
        force_terminal=True,
        _environ={"TERM": "xterm-256color"},
    )
    looks = [a_checkup(), a_checkup(problems=["The disk is full."])]
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if not looks:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        show_live(lambda: looks.pop(0), terminal, 2, sleep)
    shown = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert slept == [2, 2]
    assert shown.index("everything works") < shown.index("The disk is full.")
    assert "\x1b[?25h" in shown[-20:]  # the cursor is back
    assert shown.count("\x1b[?1049h") == shown.count("\x1b[?1049l") == 1  # and the screen before
