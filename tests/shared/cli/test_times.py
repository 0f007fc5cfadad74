"""Times that employees type and read are those of their shop, wherever its employees are."""

from collections.abc import Iterator

import click
import pytest

from shared.cli.main import main
from shared.cli.times import Time, with_end, with_moments

TEHRAN = "Asia/Tehran"  # three and a half hours ahead of UTC


def parameters(command: click.Command, path: str) -> Iterator[tuple[str, click.Parameter]]:
    for parameter in command.params:
        yield f"{path} {parameter.opts[0]}", parameter
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from parameters(found, f"{path} {name}")


def test_every_option_that_is_a_time_takes_that_of_the_shop() -> None:
    times = {
        name: parameter.type
        for name, parameter in parameters(main, "aftercart")
        if parameter.metavar == "TIME"
    }
    assert "aftercart desk list --opened-from" in times
    assert [name for name, kind in times.items() if not isinstance(kind, Time)] == []


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-11-21", "2026-11-20T20:30:00+00:00"),
        ("2026-11-21T12:00", "2026-11-21T08:30:00+00:00"),
        ("2026-11-21T12:00+01:00", "2026-11-21T11:00:00+00:00"),
        ("2026-11-21T12:00Z", "2026-11-21T12:00:00+00:00"),
    ],
)
def test_days_and_times_without_an_offset_are_those_of_the_shop(
    typed: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    stated = {"opened_from": Time().convert(typed, None, None), "limit": 5}
    found = with_moments(stated, ("opened_from", "opened_before"), lambda: TEHRAN)
    assert found == {"opened_from": moment, "limit": 5}


def test_what_ends_with_a_day_ends_with_that_of_the_shop() -> None:
    assert with_end({"until": "2026-11-21"}, "until", lambda: TEHRAN) == {
        "until": "2026-11-21T20:30:00+00:00"
    }
    assert with_end({}, "until", lambda: TEHRAN) == {}


def test_a_moment_asks_for_no_zone() -> None:
    def unasked() -> str:
        raise AssertionError

    at = Time().convert("2026-11-21T12:00Z", None, None)
    assert with_moments({"at": at}, ["at"], unasked) == {"at": at}
