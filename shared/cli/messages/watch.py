"""`aftercart watch`: show events as they are published, or replay them."""

from contextlib import closing, suppress
from functools import partial
from itertools import islice

import click

from shared.cli.messages.event_line import event_line
from shared.cli.messages.message_names import unknown_event
from shared.cli.options import json_option
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import print_line, print_note, print_record
from shared.clients.connection import connect
from shared.clients.following import follow
from shared.clients.subscriptions import parse_start
from shared.clients.urls import address
from shared.runtime.settings import ClientSettings

HEARTBEAT = 600  # seconds: a terminal may be suspended for a while, or a pager may block us


@click.command(short_help="Show events as they happen.")
@click.argument("pattern", default="#")
@json_option
@click.option(
    "--from",
    "start",
    metavar="first|last|2h|TIME",
    help="Replay past events first: from the first, from those written last, from some time ago, or"
    " from a time such as 2026-11-21T12:00.",
)
@click.option("--documents", is_flag=True, help="Show events with the bytes of documents instead.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after N events.")
@pass_installation
def watch(
    installation: Installation,
    pattern: str,
    as_json: bool,
    start: str | None,
    documents: bool,
    count: int | None,
) -> None:
    """Show events with names that match PATTERN, one on each line, until Ctrl-C.

    If the connection is lost, it connects again and shows what happened meanwhile.

    In PATTERN, `*` stands for one word of a name and `#` for any number of words; without it, all
    events are shown.

    \b
    Examples:
      aftercart watch
      aftercart watch 'order.*' --from 2h
      aftercart watch invoice.issued --json --count 1
    """  # noqa: D301 - click reads \b
    begin = parse_start(start) if start else "next"
    urls = ClientSettings.load().broker_url.get_secret_value()
    warning = unknown_event(pattern, installation)
    if warning:
        print_note(warning, style="yellow")
    watching = f"Watching {pattern} on {address(urls)}; Ctrl-C ends."
    events = follow(
        partial(connect, urls, "watch", HEARTBEAT),
        pattern,
        begin,
        documents=documents,
        on_connected=lambda: print_note(watching, style="dim"),
        on_lost=lambda reason: print_note(f"{reason} Connecting again.", style="yellow"),
    )
    with suppress(KeyboardInterrupt), closing(events):
        for event in islice(events, count):
            if as_json:
                print_record(event.model_dump(mode="json", exclude_none=True))
            else:
                print_line(event_line(event))
