"""`aftercart reader`: add and remove RabbitMQ users that read events and send nothing."""

import click

from shared.cli.operations.account_commands import (
    account_commands,
    administration,
    name_argument,
    print_login,
    print_stopped,
)
from shared.cli.options import json_option, wait_option
from shared.cli.services import Installation, pass_installation
from shared.runtime.rabbitmq.accounts import Account


@click.group(short_help="Add and remove readers of events.")
def reader() -> None:
    """Add and remove readers: RabbitMQ users that read the events of all shops, and publish and
    create nothing.

    A stream holds the events of all shops, and RabbitMQ gives a reader all of it or nothing. Needs
    AFTERCART_MANAGEMENT_URL.
    """


@reader.command(short_help="Add a reader and print its password.")
@name_argument
@click.option("--documents", is_flag=True, help="It may also read the documents of all shops.")
@json_option
@wait_option
@pass_installation
def add(installation: Installation, name: str, documents: bool, as_json: bool, wait: float) -> None:
    """Add the reader NAME, and print the password of its RabbitMQ user, once."""
    account = Account(name=name, kind="reader", reads_events=True, reads_documents=documents)
    with administration(installation, wait) as accounts:
        login, stopped = accounts.add(account)
    print_login(login, as_json=as_json)
    print_stopped(stopped)


for command in account_commands("reader"):
    reader.add_command(command)
