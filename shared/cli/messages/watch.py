"""`aftercart watch`: events, live, or from the past on."""

import json
from itertools import islice

import click

from shared.cli.messages.event_line import line
from shared.cli.messages.message_names import doubt
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import note, say
from shared.clients.connection import address, connected, login
from shared.clients.subscriptions import open_live, open_replay, read_start
from shared.runtime.settings import ClientSettings

HEARTBEAT = 600  # seconds: a terminal may be stopped for a while, or `less` may hold us up


@click.command(short_help="Show events as they happen.")
@click.argument("pattern", default="#")
@click.option(
    "--json", "as_json", is_flag=True, help="Print whole events, one JSON object on each line."
)
@click.option(
    "--from",
    "start",
    metavar="first|last|TIME",
    help=(
        "Begin with the past: first, last (what was written last), or a time such as"
        " 2026-11-21T12:00."
    ),
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after N events.")
@pass_installation
def watch(
    installation: Installation, pattern: str, as_json: bool, start: str | None, count: int | None
) -> None:
    """Shows events whose names match PATTERN, one on each line, until Ctrl-C.

    PATTERN is a name, in which `*` stands for one word and `#` for any number of words; all events
    by default.

    \b
    Examples:
      aftercart watch
      aftercart watch 'order.*' --from 2026-11-21T12:00
      aftercart watch invoice.issued --json --count 1
    """  # noqa: D301 - click reads \b
    begin = read_start(start) if start else None
    urls = ClientSettings.load().broker_url.get_secret_value()
    unlikely = doubt(pattern, installation)
    if unlikely:
        note(unlikely, style="yellow")
    try:
        with connected(urls, "watch", HEARTBEAT) as connection:
            events = (
                open_replay(connection, pattern, begin)
                if begin
                else open_live(connection, login(urls)[0], pattern)
            )
            note(f"Watching {pattern} on {address(urls)}; Ctrl-C ends.", style="dim")
            for event in islice(events, count):
                say(
                    json.dumps(event.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
                    if as_json
                    else line(event)
                )
    except KeyboardInterrupt:
        pass
