"""How threads look on the terminal."""

import pytest

from shared.cli.desk import display
from shared.contracts import samples
from shared.contracts.ingest import ThreadMessage

ANSWERED = "Thank you!\n\nCorner Shop wrote:\n> It left this morning.\n> Anna"


def line_of(message: dict[str, object], capsys: pytest.CaptureFixture[str]) -> str:
    entry = {
        "kind": "message",
        "at": samples.NOON,
        "order_reference": None,
        "message": (
            ThreadMessage.model_validate(samples.THREAD_MESSAGE | message).model_dump(mode="json")
        ),
    }
    display.print_timeline({"entries": [entry], "next": None})
    return capsys.readouterr().out


def test_the_timeline_shows_what_was_written_and_not_what_was_quoted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = line_of({"text": ANSWERED, "folds": [{"first": 3, "last": 5}]}, capsys)
    assert "Thank you!" in line
    assert "wrote:" not in line
    assert "left this morning" not in line


def test_of_a_message_that_only_quotes_the_quoted_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "It left" in line_of(
        {"text": "> It left this morning.", "folds": [{"first": 1, "last": 1}]}, capsys
    )
