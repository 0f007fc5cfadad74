"""`aftercart storefront`: add, change and remove the RabbitMQ users of storefronts."""

import fnmatch
import re
from collections.abc import Callable
from typing import Any

import click

from shared.cli.messages.message_names import public_names
from shared.cli.operations.account_commands import (
    account_commands,
    administration,
    describe,
    name_argument,
    print_login,
    print_stopped,
)
from shared.cli.options import json_option, wait_option
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import print_line
from shared.clients.phrases import suggestion
from shared.contracts.envelope import SHOP
from shared.contracts.message import Command, Query
from shared.runtime.rabbitmq.accounts import Account


class MessagePattern(click.ParamType[str]):
    """The name of a command or query, or a pattern that some match."""

    name = "name"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        known = [*public_names(Command), *public_names(Query)]
        if not fnmatch.filter(known, value):
            self.fail(f"no command or query is named '{value}'{suggestion(value, known)}")
        return str(value)


def rights_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what a storefront may do."""
    for option in reversed(
        [
            click.option(
                "--shop",
                "shops",
                multiple=True,
                metavar="SHOP",
                help="A shop that it may speak for; may be repeated.",
            ),
            click.option("--all-shops", is_flag=True, help="It may speak for every shop."),
            click.option(
                "--may-send",
                "messages",
                type=MessagePattern(),
                multiple=True,
                metavar="NAME",
                help=(
                    "A command or query that it may send; `*` stands for any characters: `cart.*`;"
                    " may be repeated. By default all."
                ),
            ),
            click.option(
                "--employee",
                "employees",
                multiple=True,
                metavar="NAME",
                help=(
                    "An employee that it may name, in `by` and other fields; `*` stands for any"
                    " characters; may be repeated."
                ),
            ),
            click.option(
                "--may-force",
                is_flag=True,
                help="It may force moves to another state.",
            ),
            click.option(
                "--reads-events", is_flag=True, help="It may read the events of all shops."
            ),
            click.option(
                "--reads-documents", is_flag=True, help="It may read the documents of all shops."
            ),
        ]
    ):
        command = option(command)
    return command


@click.group(short_help="Add and remove storefronts.")
def storefront() -> None:
    """Add, change and remove storefronts: RabbitMQ users that send commands and queries for their
    shops.

    From the first storefront on, services refuse messages that do not name their RabbitMQ user in
    the property `user_id`, and messages for other shops than the sender's. The services and
    RabbitMQ keep running. Needs AFTERCART_MANAGEMENT_URL.
    """


@storefront.command(short_help="Add a storefront and print its password.")
@name_argument
@rights_options
@json_option
@wait_option
@pass_installation
def add(
    installation: Installation, /, name: str, as_json: bool, wait: float, **rights: Any
) -> None:
    """Add the storefront NAME, and print the password of its RabbitMQ user, once.

    \b
    Examples:
      aftercart storefront add corner-shop --shop default
      aftercart storefront add kiosk --shop default --may-send 'cart.*' --may-send order.place
      aftercart storefront add office --all-shops --employee '*@shop.test' --may-force
    """  # noqa: D301 - click reads \b
    account = _account(name, **rights)
    with administration(installation, wait) as accounts:
        login, stopped = accounts.add(account)
    print_login(login, as_json=as_json)
    print_stopped(stopped)


@storefront.command(short_help="Replace what a storefront may do.")
@name_argument
@rights_options
@wait_option
@pass_installation
def change(installation: Installation, /, name: str, wait: float, **rights: Any) -> None:
    """Replace all rights of the storefront NAME by those given. Its password stays."""
    account = _account(name, **rights)
    with administration(installation, wait) as accounts:
        stopped = accounts.change(account)
    print_stopped(stopped)
    print_line(f"{name}  {describe(account)}")


for command in account_commands("storefront"):
    storefront.add_command(command)


def _account(
    name: str,
    shops: tuple[str, ...],
    all_shops: bool,
    messages: tuple[str, ...],
    employees: tuple[str, ...],
    **rights: bool,
) -> Account:
    if bool(shops) == all_shops:
        raise click.UsageError("Name its shops with --shop, or use --all-shops.")
    for shop in shops:
        if not re.fullmatch(SHOP, shop):
            raise click.UsageError(f"--shop: '{shop}' is not the key of a shop, such as 'default'.")
    return Account(
        name=name,
        kind="storefront",
        shops=None if all_shops else list(shops),
        messages=list(messages) or None,
        employees=list(employees),
        **rights,
    )
