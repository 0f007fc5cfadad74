"""`aftercart topology`: what must exist in RabbitMQ, shown and made."""

import click

from shared.cli.operations.desired_topology import Wiring, management_url, wiring
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import note, say, say_json
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology import Definitions, apply
from shared.runtime.settings import ClientSettings


@click.group(short_help="Make or show what must be in RabbitMQ.")
def topology() -> None:
    """Exchanges, queues, bindings, users and rights in RabbitMQ.

    They follow from the installed services. The services' users come from
    AFTERCART_<SERVICE>_BROKER_URL, the user of outsiders from AFTERCART_BROKER_URL, the virtual
    host from their paths.
    """


@topology.command("apply", short_help="Make RabbitMQ hold it; safe to repeat.")
@pass_installation
def apply_topology(installation: Installation) -> None:
    """Makes RabbitMQ hold the topology; safe to repeat.

    Nothing is changed where something exists that does not fit; what it is and what it should be is
    told, and the exit code is 1. Users get the passwords and rights of the settings. Needs
    AFTERCART_MANAGEMENT_URL.
    """
    settings = ClientSettings.load()
    found = wiring(installation.services(), settings)
    with Management(management_url(settings)) as management:
        applied = apply(found.wanted, management, found.vhost)
    for label in applied.added:
        say(f"added {label}")
    for label in applied.unbound:
        say(f"unbound {label}")
    if not applied.added and not applied.unbound:
        say("Everything was there.")
    _tell_strangers(found)


@topology.command(short_help="Print it as RabbitMQ's definitions.")
@click.option(
    "--with-passwords",
    is_flag=True,
    help="With the users' password hashes, as an import needs them.",
)
@pass_installation
def show(installation: Installation, with_passwords: bool) -> None:
    """Prints the topology in RabbitMQ's own format for definitions, without looking at RabbitMQ."""
    found = wiring(installation.services(), ClientSettings.load())
    say_json(found.wanted if with_passwords else _without_passwords(found.wanted))
    _tell_strangers(found)


def _without_passwords(wanted: Definitions) -> Definitions:
    users = [
        {
            name: value
            for name, value in user.items()
            if name not in ("password_hash", "hashing_algorithm")
        }
        for user in wanted["users"]
    ]
    return wanted | {"users": users}


def _tell_strangers(found: Wiring) -> None:
    for name in found.strangers:
        note(
            f"The user of {name} was left alone: AFTERCART_{name.upper()}_BROKER_URL is not set.",
            style="yellow",
        )
