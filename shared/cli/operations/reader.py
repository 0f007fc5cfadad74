"""`aftercart reader`: add and remove RabbitMQ users that read events and send nothing."""

import click

from shared.cli.operations.account_commands import (
    administration,
    name_argument,
    print_accounts,
    print_login,
    print_removed,
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


@reader.command("list", short_help="List readers.")
@json_option
@wait_option
@pass_installation
def list_readers(installation: Installation, as_json: bool, wait: float) -> None:
    """List the readers, and what each reads."""
    with administration(installation, wait) as accounts:
        print_accounts(accounts.all().accounts, "reader", as_json=as_json)


@reader.command(short_help="Give a reader a new password.")
@name_argument
@json_option
@wait_option
@pass_installation
def rotate(installation: Installation, name: str, as_json: bool, wait: float) -> None:
    """Give the reader NAME a new password and print it, once.

    Open connections stay until they end.
    """
    with administration(installation, wait) as accounts:
        login = accounts.rotate(name, "reader")
    print_login(login, as_json=as_json)


@reader.command(short_help="Remove a reader.")
@name_argument
@wait_option
@pass_installation
def remove(installation: Installation, name: str, wait: float) -> None:
    """Remove the reader NAME and its RabbitMQ user, and close its connections."""
    with administration(installation, wait) as accounts:
        silent = accounts.remove(name, "reader")
    print_removed(name, silent)
