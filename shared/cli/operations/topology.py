"""`aftercart topology`: create the exchanges, queues and users in RabbitMQ, or show them."""

from contextlib import AbstractContextManager, nullcontext

import click

from shared.cli.operations.account_administration import account_lock
from shared.cli.operations.announcement import announce
from shared.cli.operations.desired_topology import (
    DesiredTopology,
    client_users,
    desired_topology,
    management_url,
)
from shared.cli.operations.limit_settings import LimitSettings
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import print_json, print_line, print_note
from shared.clients.phrases import counted
from shared.runtime.errors import TopologyError
from shared.runtime.rabbitmq.accounts import Account, definitions_of, load, password_hashes
from shared.runtime.rabbitmq.definitions import Definitions
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology_changes import Applied, apply
from shared.runtime.settings import ClientSettings

LOCK_SECONDS = 60.0
PASSWORD_FIELDS = ("password_hash", "hashing_algorithm")


@click.group(short_help="Create or show RabbitMQ's queues and users.")
def topology() -> None:
    """Create or show the exchanges, queues, bindings, users and permissions in RabbitMQ.

    They are derived from the installed services. The services' users come from
    AFTERCART_<SERVICE>_BROKER_URL, the user of external clients from AFTERCART_BROKER_URL, and the
    virtual host from the paths of these URLs.
    """


@topology.command("apply", short_help="Create what is missing; safe to repeat.")
@click.option(
    "--nodes",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Apply only while so many nodes of the cluster run: a quorum queue is created on those.",
)
@pass_installation
def apply_topology(installation: Installation, nodes: int) -> None:
    """Create what is missing in RabbitMQ, and set limits, users' passwords and permissions; safe to
    repeat. Each change is printed, and their number.

    If something exists that is incompatible, nothing is changed: the differences are printed, and
    the exit code is 1. Needs AFTERCART_MANAGEMENT_URL.
    """
    settings = ClientSettings.load()
    desired = desired_topology(installation.services(), settings)
    with Management(management_url(settings)) as management:
        _require_nodes(management, nodes)
        with _account_lock(management, settings, desired.virtual_host):
            lost = _add_accounts(management, desired)
            applied = apply(desired.definitions, management, desired.virtual_host, desired.logins)
            _announce_storefronts(management, installation, settings, desired.virtual_host)
    _print_applied(applied)
    _warn_about_missing_logins(desired)
    for account in lost:
        print_note(
            f"The {account.kind} '{account.name}' has no user in RabbitMQ: run `aftercart"
            f" {account.kind} rotate {account.name}`.",
            style="yellow",
        )


def _account_lock(
    management: Management, settings: ClientSettings, vhost: str
) -> AbstractContextManager[None]:
    """Hold the lock of the accounts if there are any: one that is changed meanwhile would get its
    former password and rights back.
    """
    if load(management, vhost).accounts:
        return account_lock(settings, LOCK_SECONDS)
    return nullcontext()


def _print_applied(applied: Applied) -> None:
    """Print each change, and sum up the changes."""
    done = {"added": applied.added, "changed": applied.changed, "unbound": applied.unbound}
    sums: list[str] = []
    for verb, labels in done.items():
        for label in labels:
            print_line(f"{verb} {label}")
        if labels:
            sums.append(f"{len(labels)} {verb}")
    print_line(f"{', '.join(sums)}." if sums else "Everything exists already.", style="bold")


def _add_accounts(management: Management, desired: DesiredTopology) -> list[Account]:
    """Add the users of storefronts and readers to the topology, with the passwords that they have.
    Return the accounts whose users are lost.
    """
    host = desired.virtual_host
    accounts = load(management, host).accounts
    hashes = password_hashes(management.definitions(host))
    limits = LimitSettings.load().limits()
    for part, entries in definitions_of(accounts, hashes, host, limits).items():
        desired.definitions[part] += entries
    return [account for account in accounts if account.name not in hashes]


def _announce_storefronts(
    management: Management, installation: Installation, settings: ClientSettings, vhost: str
) -> None:
    """Send the storefronts to all services again: their databases may be older than RabbitMQ's
    data, and the client of the settings may have another name.
    """
    accounts = load(management, vhost)
    if accounts.checks_senders:
        message = accounts.message(client_users(settings))
        announce(management, vhost, installation.names, message)


def _require_nodes(management: Management, nodes: int) -> None:
    found = len(management.running_nodes()) if nodes > 1 else 1
    if found < nodes:
        running = counted(found, "node")
        raise TopologyError(
            f"RabbitMQ runs on {running} of {nodes}; nothing was changed. Start the others, then"
            " apply again."
        )


@topology.command(short_help="Print RabbitMQ's definitions as JSON.")
@click.option(
    "--with-passwords",
    is_flag=True,
    help="Include the users' password hashes, which an import needs.",
)
@pass_installation
def show(installation: Installation, with_passwords: bool) -> None:
    """Print the topology in RabbitMQ's format for definitions, without connecting to RabbitMQ."""
    desired = desired_topology(installation.services(), ClientSettings.load())
    shown = desired.definitions
    print_json(shown if with_passwords else _without_passwords(shown))
    _warn_about_missing_logins(desired)


def _without_passwords(definitions: Definitions) -> Definitions:
    users = []
    for user in definitions["users"]:
        users.append({name: user[name] for name in user if name not in PASSWORD_FIELDS})
    return definitions | {"users": users}


def _warn_about_missing_logins(desired: DesiredTopology) -> None:
    for name in desired.without_login:
        variable = f"AFTERCART_{name.upper()}_BROKER_URL"
        print_note(f"The user of {name} is left unchanged: {variable} is not set.", style="yellow")
