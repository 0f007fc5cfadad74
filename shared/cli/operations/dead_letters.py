"""`aftercart dead`: what could not be done, looked at, tried again or thrown away."""

import sys

import click

from shared.cli.operations.dead_letter_queues import (
    administration,
    boxes,
    count_all,
    count_apart,
    read_all,
    require_found,
    settle,
)
from shared.cli.operations.dead_letters_display import describe, say_letter, say_line
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import counted, listed, note, say
from shared.clients.dead_letters import PSEUDO_SERVICE, drop, read, replay

service_option = click.option(
    "--service",
    metavar="NAME",
    help=f"Only of this service; `{PSEUDO_SERVICE}` for commands that no service takes.",
)
ids_argument = click.argument("ids", nargs=-1, metavar="[ID]...")
all_option = click.option("--all", "everything", is_flag=True, help="All that are there now.")


@click.group(short_help="List, show, replay or drop dead letters.")
def dead() -> None:
    """Dead letters: messages that no attempt could finish, and commands that no service takes.

    They are kept without limit of time. Needs AFTERCART_ADMIN_BROKER_URL: the services' own users
    may not read them.
    """


@dead.command("list", short_help="List them, with their reasons.")
@service_option
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Letters of each service.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on each line.")
@pass_installation
def list_letters(
    installation: Installation, service: str | None, limit: int, as_json: bool
) -> None:
    """Lists dead letters, the oldest of each service first.

    Each with its service, the time it was given up, its name, its id and its attempts, and below
    the reason. What is no readable message has an id made of its bytes, `raw-…`.
    """
    with administration() as channel:
        totals = count_all(channel, boxes(installation, service))
        for box, number in totals.items():
            for letter in read(channel, box, min(limit, number)):
                say_line(letter, as_json=as_json)
    if not as_json:
        note(f"{describe(totals)}.", style="dim")
        if any(total > limit for total in totals.values()):
            note(f"Of each service {limit} are shown; --limit shows more.", style="dim")


@dead.command(short_help="Show one whole, with its error.")
@click.argument("letter_id", metavar="ID")
@service_option
@click.option("--body", is_flag=True, help="Write only the message's bytes, as they came.")
@pass_installation
def show(installation: Installation, letter_id: str, service: str | None, body: bool) -> None:
    """Shows the dead letter ID: its envelope, its headers, its error."""
    with administration() as channel:
        totals = count_all(channel, boxes(installation, service))
        found = [
            letter for letter in read_all(channel, totals, "looking") if letter.id == letter_id
        ]
    require_found({letter_id}, {letter.id for letter in found})
    for letter in found:
        if body:
            sys.stdout.buffer.write(letter.body)
        else:
            say_letter(letter)


@dead.command("replay", short_help="Try them again.")
@ids_argument
@all_option
@service_option
@pass_installation
def replay_letters(
    installation: Installation, ids: tuple[str, ...], everything: bool, service: str | None
) -> None:
    """Tries dead letters again: puts them back to their service, as before their first attempt.

    Unrouted commands are published again; those that still no service takes come back. What is
    replayed leaves the dead letters only after RabbitMQ confirmed the copy; everything else stays,
    in order.
    """
    _require_choice(ids, everything)
    totals = count_apart(boxes(installation, service))
    done = settle(totals, None if everything else set(ids), replay, "replaying")
    say(f"replayed {counted(done, 'letter')}")


@dead.command("drop", short_help="Throw them away; asks before.")
@ids_argument
@all_option
@service_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_installation
def drop_letters(
    installation: Installation,
    ids: tuple[str, ...],
    everything: bool,
    service: str | None,
    yes: bool,
) -> None:
    """Throws dead letters away, for good; asks before. Everything else stays, in order."""
    _require_choice(ids, everything)
    totals = count_apart(boxes(installation, service))
    if not yes and any(totals.values()):
        what = (
            describe(totals)
            if everything
            else f"the dead letter{'s'[: len(ids) > 1]} {listed(ids)}"
        )
        click.confirm(f"Drop {what}, for good?", abort=True, err=True)
    done = settle(totals, None if everything else set(ids), drop, "dropping")
    say(f"dropped {counted(done, 'letter')}")


def _require_choice(ids: tuple[str, ...], everything: bool) -> None:
    if bool(ids) == everything:
        raise click.UsageError("Name the letters by their ids, or all of them by --all.")
