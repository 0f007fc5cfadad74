"""The boxes of dead letters here, opened by RabbitMQ's administrator."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from pika.adapters.blocking_connection import BlockingChannel

from shared.cli.services import Installation, suggestion
from shared.cli.terminal import note, progress
from shared.clients.connection import connected, count
from shared.clients.dead_letters import PSEUDO_SERVICE, Box, Letter, read
from shared.runtime.errors import AftercartError, SettingsError
from shared.runtime.settings import PREFIX, ClientSettings

Totals = Mapping[Box, int]
"""How many letters are in each box."""


@contextmanager
def administration() -> Iterator[BlockingChannel]:
    """A channel that confirms. What is held and not settled at its end goes back to where it was,
    in order.
    """
    settings = ClientSettings.load()
    if settings.admin_broker_url is None:
        raise SettingsError(
            f"{PREFIX}ADMIN_BROKER_URL is not set: it is amqp://user:password@host/vhost of a user"
            " who may read and write everything."
        )
    with connected(settings.admin_broker_url.get_secret_value(), "dead letters") as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def boxes(installation: Installation, service: str | None) -> list[Box]:
    """Those of a service, or all. Raises `AftercartError` for a name that nobody has."""
    known = [*installation.names, PSEUDO_SERVICE]
    if service is not None and service not in known:
        raise AftercartError(f"There is no service '{service}'{suggestion(service, known)}")
    return [Box(name) for name in ([service] if service else known)]


def count_all(channel: BlockingChannel, found: list[Box]) -> Totals:
    """How many letters wait, without those that another command holds; a box that is missing is
    told and left out.
    """
    totals = {}
    for box in found:
        counts = count(channel.connection, box.queue)
        if counts is None:
            note(
                f"The queue '{box.queue}' is missing: run `aftercart topology apply`.",
                style="yellow",
            )
        else:
            totals[box] = counts[0]
    return totals


def count_apart(found: list[Box]) -> Totals:
    """The same on a connection of its own: whoever is asked something meanwhile may take his
    time.
    """
    with administration() as channel:
        return count_all(channel, found)


def read_all(channel: BlockingChannel, totals: Totals, what: str) -> Iterator[Letter]:
    """Every letter that was counted, with a bar on a terminal."""
    letters = (letter for box, number in totals.items() for letter in read(channel, box, number))
    yield from progress(letters, sum(totals.values()), what)


def settle(
    totals: Totals,
    ids: set[str] | None,
    action: Callable[[BlockingChannel, Letter], None],
    what: str,
) -> int:
    """Does something with the letters of these ids, or with all; how many. Raises `AftercartError`
    for ids that no letter has, after the others were done.
    """
    done: list[str] = []
    with administration() as channel:
        for letter in read_all(channel, totals, what):
            if ids is None or letter.id in ids:
                action(channel, letter)
                done.append(letter.id)
    require_found(ids or set(), set(done))
    return len(done)


def require_found(wanted: set[str], found: set[str]) -> None:
    """Raises `AftercartError` for ids that no letter has."""
    absent = sorted(wanted - found)
    if absent:
        raise AftercartError(
            f"There is no dead letter {', '.join(absent)}: see `aftercart dead list`."
        )
