"""How threads look on the terminal."""

import pytest

from shared.cli.desk import display
from shared.contracts import samples
from shared.contracts.ingest import DeskStatistics, ListedThread, Thread, ThreadMessage

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
    display.print_timeline({"entries": [entry], "next": None, "timezone": "Asia/Tehran"})
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


def test_a_thread_shows_the_sales_of_its_customer_and_the_times_of_the_shop(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = Thread.model_validate(Thread.example | {"timezone": "Asia/Tehran"})
    display.print_thread(answer.model_dump(mode="json"))
    shown = capsys.readouterr().out
    assert "2 of 3 valid, total 57.40 EUR, paid 86.10 EUR" in shown
    assert "registered  2026-11-21 15:30 +0330" in shown
    assert shown.count("15:30 +0330") == 2  # and the message
    assert "XKBKNABJK, Payment accepted, 28.70 EUR" in shown


def test_a_row_shows_how_the_latest_message_begins(capsys: pytest.CaptureFixture[str]) -> None:
    row = ListedThread.model_validate(samples.LISTED_THREAD | {"last_private": True})
    display.print_threads([row.model_dump(mode="json") | {"timezone": "Europe/Berlin"}])
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.startswith("Thread  ")
    assert "2026-11-21 13:00 CET" in first
    assert "2 messages" in second
    assert second.endswith("ada@example.test: When will it arrive?  private")


def test_statuses_show_the_names_and_meanings_that_the_shop_gave_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    look = {"labels": {"en": "Waits", "fa": "منتظر"}, "meanings": {"en": "For the supplier."}}
    display.print_statuses({"pending1": look, "closed": {"labels": {"en": "Done"}, "meanings": {}}})
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "Status    Language  Name   Meaning",
        "pending1  en        Waits  For the supplier.",
        "pending1  fa        \u2068منتظر\u2069",
        "closed    en        Done",
    ]


def test_a_report_about_another_address_does_not_say_that_the_mail_did_not_arrive(
    capsys: pytest.CaptureFixture[str],
) -> None:
    doubt = "May not have arrived. A mail server reports about x@y.test: user unknown"
    messages = [
        samples.THREAD_MESSAGE | {"undelivered": reason, "author": "unknown-1@unknown.invalid"}
        for reason in (doubt, "user unknown")
    ]
    answer = Thread.model_validate(Thread.example | {"messages": messages})
    display.print_thread(answer.model_dump(mode="json"))
    headings = [line for line in capsys.readouterr().out.splitlines() if "unknown sender" in line]
    assert headings[0].endswith(f"  {doubt}")
    assert headings[1].endswith("  not delivered: user unknown")


def test_averages_of_nothing_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    none = {"first_response_seconds": None, "messages_per_closed_thread": None}
    for averages in ({}, none):
        display.print_statistics(DeskStatistics.example | averages, [])
    out = capsys.readouterr().out
    assert "1.5 hours to the first answer, 3.5 messages per closed thread" in out
    assert "nothing answered, nothing closed" in out
