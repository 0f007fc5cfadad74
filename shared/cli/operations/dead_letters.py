"""`aftercart dead`: list, show, replay and drop dead letters."""

import sys
from collections.abc import Callable, Iterable

import click

from shared.cli.completion import ServiceName
from shared.cli.interrupt import deferred_interrupt, until_true
from shared.cli.operations.dead_letter_queues import (
    Counts,
    count_all,
    open_as_administrator,
    queues,
    read_all,
)
from shared.cli.operations.dead_letters_display import (
    describe,
    print_dead_letter,
    print_dead_letters,
)
from shared.cli.options import json_option
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import print_line, print_note
from shared.clients.dead_letters import UNROUTED_SERVICE, DeadLetter, require_found, settle
from shared.clients.phrases import counted, listed
from shared.runtime.errors import AftercartError

service_option = click.option(
    "--service",
    type=ServiceName(),
    metavar="NAME",
    help=f"Only of this service; `{UNROUTED_SERVICE}` for commands that no service handles.",
)
ids_argument = click.argument("ids", nargs=-1, metavar="[ID]...")
all_option = click.option("--all", "everything", is_flag=True, help="All current dead letters.")


@click.group(short_help="List, show, replay or drop dead letters.")
def dead() -> None:
    """Handle dead letters: messages that failed in every attempt, and commands that no service
    handles.

    Dead letters never expire. These commands need AFTERCART_ADMIN_BROKER_URL, as the services' own
    users may not read them.
    """


@dead.command("list", short_help="List dead letters with their reasons.")
@service_option
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=100,
    show_default=True,
    help="Dead letters of each service.",
)
@json_option
@pass_installation
def list_dead_letters(
    installation: Installation, service: str | None, limit: int, as_json: bool
) -> None:
    """List dead letters, the oldest of each service first.

    Each entry shows the service, the time of the last attempt, the message's name, its id and its
    attempts, and below them the reason. A message that is no valid CloudEvent gets an id made of
    its bytes, `raw-…`.
    """
    with open_as_administrator() as dead_letters:
        counts = count_all(dead_letters, queues(installation, service))
        letters: list[DeadLetter] = []
        for queue, count in counts.items():
            letters += dead_letters.read(queue, min(limit, count))
    print_dead_letters(letters, as_json=as_json)
    if not as_json:
        print_note(f"{describe(counts)}.", style="dim")
        if max(counts.values(), default=0) > limit:
            print_note(
                f"The first {limit} of each service are shown; --limit shows more.", style="dim"
            )


@dead.command(short_help="Show one dead letter with its error.")
@click.argument("letter_id", metavar="ID")
@service_option
@click.option("--body", is_flag=True, help="Print only the message's bytes, unchanged.")
@json_option
@pass_installation
def show(
    installation: Installation, letter_id: str, service: str | None, body: bool, as_json: bool
) -> None:
    """Show the dead letter ID: its envelope, its headers and its error."""
    with open_as_administrator() as dead_letters:
        counts = count_all(dead_letters, queues(installation, service))
        letters = read_all(dead_letters, counts, "searching")
        found = []
        for letter in letters:
            if letter.id == letter_id:
                found.append(letter)
    require_found({letter_id}, {letter.id for letter in found})
    for letter in found:
        if body:
            sys.stdout.buffer.write(letter.body)
        else:
            print_dead_letter(letter, as_json=as_json)


@dead.command("replay", short_help="Process dead letters again.")
@ids_argument
@all_option
@service_option
@pass_installation
def replay_dead_letters(
    installation: Installation, ids: tuple[str, ...], everything: bool, service: str | None
) -> None:
    """Put dead letters back into their service's queue, for a new first attempt.

    Unrouted commands are published again; those that still no service handles come back. A dead
    letter is removed only after RabbitMQ confirmed the copy. All others stay, in order, also when
    Ctrl-C or a crash ends the command: run it again. Services skip the one letter that a crash may
    have put back without removing it.

    Services detect duplicates for 30 days only. Before you replay an older dead letter, check that
    its effects are not already there.
    """
    _require_choice(ids, everything)
    with open_as_administrator() as dead_letters:
        counts = count_all(dead_letters, queues(installation, service))
        letters = read_all(dead_letters, counts, "replaying")
        _settle(letters, ids, dead_letters.replay, "replayed")


@dead.command("drop", short_help="Delete dead letters, after a question.")
@ids_argument
@all_option
@service_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_installation
def drop_dead_letters(
    installation: Installation,
    ids: tuple[str, ...],
    everything: bool,
    service: str | None,
    yes: bool,
) -> None:
    """Delete dead letters for good, after a question. All others stay, in order."""
    _require_choice(ids, everything)
    counts = _count(installation, service)
    if not yes and any(counts.values()):
        wanted = describe(counts)
        if not everything:
            wanted = f"the dead letter{'s'[: len(ids) > 1]} {listed(ids)}"
        click.confirm(f"Delete {wanted} for good?", abort=True, err=True)
    with open_as_administrator() as dead_letters:
        letters = read_all(dead_letters, counts, "dropping")
        _settle(letters, ids, dead_letters.drop, "dropped")


def _settle(
    letters: Iterable[DeadLetter],
    ids: tuple[str, ...],
    action: Callable[[DeadLetter], None],
    done: str,
) -> None:
    """Apply an action to the letters with these ids, or to all if there are none, and print how
    many are `done`. Ctrl-C ends it after the current letter.
    """
    with deferred_interrupt() as interrupted:
        settled = settle(until_true(interrupted, letters), set(ids) or None, action)
    number = counted(len(settled), "dead letter")
    if interrupted():
        raise AftercartError(f"Interrupted: {number} {done}; all others stay.")
    require_found(set(ids), set(settled))
    print_line(f"{done} {number}")


def _count(installation: Installation, service: str | None) -> Counts:
    """Count on a connection of its own, which would time out during the question."""
    with open_as_administrator() as dead_letters:
        return count_all(dead_letters, queues(installation, service))


def _require_choice(ids: tuple[str, ...], everything: bool) -> None:
    if bool(ids) == everything:
        raise click.UsageError("Give the ids of dead letters, or --all for all of them.")
