"""The parts that `aftercart storefront` and `aftercart reader` share."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import click

from shared.cli.operations.account_administration import AccountAdministration, account_lock
from shared.cli.operations.desired_topology import client_users, management_url
from shared.cli.operations.limit_settings import LimitSettings
from shared.cli.options import json_option, wait_option
from shared.cli.services import Installation, pass_installation
from shared.cli.table import Cell, print_table
from shared.cli.terminal import print_line, print_note, print_record, print_records
from shared.clients.client import open_client
from shared.clients.phrases import listed
from shared.clients.urls import virtual_host, with_login
from shared.runtime.rabbitmq.accounts import NAME, Account
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.users import Login
from shared.runtime.settings import ClientSettings

MAX_NAME = 40


class AccountName(click.ParamType[str]):
    """The name of an account, which is also its RabbitMQ user."""

    name = "name"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not re.fullmatch(NAME, value):
            self.fail(
                f"'{value}' is not a valid name: use small letters, digits, '-' and '_', at most"
                f" {MAX_NAME}.",
                param,
                ctx,
            )
        return str(value)


name_argument = click.argument("name", type=AccountName())


@contextmanager
def administration(
    installation: Installation, wait: float, *, changes: bool = True
) -> Iterator[AccountAdministration]:
    """Open the accounts of this installation, with the logins in the settings, to read them or to
    change them while no other command does.
    """
    settings = ClientSettings.load()
    urls = settings.broker_url.get_secret_value()
    lock = account_lock(settings, wait) if changes else nullcontext()
    with (
        lock,
        Management(management_url(settings)) as management,
        open_client(urls, "accounts") as one,
    ):
        yield AccountAdministration(
            management,
            one,
            services=installation.names,
            vhost=virtual_host(urls),
            limits=LimitSettings.load().limits(),
            timeout=wait,
            clients=client_users(settings),
        )


def print_login(login: Login, *, as_json: bool) -> None:
    """Print a new password, which is never shown again."""
    first = ClientSettings.load().broker_url.get_secret_value().split(";")[0]
    url = with_login(first, login.user, login.password)
    if as_json:
        print_record({"user": login.user, "password": login.password, "url": url})
        return
    print_line(f"user      {login.user}")
    print_line(f"password  {login.password}")
    print_line(f"url       {url}")
    print_note("The password is not stored, and cannot be shown again.", style="yellow")


def print_stopped(services: set[str]) -> None:
    """Print which services learn of a change when they start."""
    if services:
        print_note(
            f"{listed(sorted(services))} does not run, and applies this when it starts.",
            style="yellow",
        )


def account_commands(kind: str) -> Iterator[click.Command]:
    """Yield the commands that both kinds of accounts have: list, rotate and remove."""
    yield _list(kind)
    yield _rotate(kind)
    yield _remove(kind)


def _list(kind: str) -> click.Command:
    @click.command("list", help=f"List the {kind}s, and what each may do.")
    @json_option
    @wait_option
    @pass_installation
    def list_accounts(installation: Installation, as_json: bool, wait: float) -> None:
        with administration(installation, wait, changes=False) as accounts:
            found = accounts.of_kind(kind)
        if as_json:
            print_records(account.model_dump(mode="json", exclude={"kind"}) for account in found)
            return
        print_table(
            (kind.capitalize(), "Shops", "Messages", "Employees", "Rights"),
            map(_row, found),
            empty=f"There is no {kind}: add one with `aftercart {kind} add`.",
        )

    return list_accounts


def _rotate(kind: str) -> click.Command:
    @click.command("rotate", short_help=f"Give a {kind} a new password.")
    @name_argument
    @json_option
    @wait_option
    @pass_installation
    def rotate(installation: Installation, name: str, as_json: bool, wait: float) -> None:
        with administration(installation, wait) as accounts:
            login = accounts.rotate(name, kind)
        print_login(login, as_json=as_json)

    rotate.help = (
        f"Give the {kind} NAME a new password and print it, once.\n\n"
        "Open connections stay until they end."
    )
    return rotate


def _remove(kind: str) -> click.Command:
    @click.command("remove", short_help=f"Remove a {kind}.")
    @name_argument
    @wait_option
    @pass_installation
    def remove(installation: Installation, name: str, wait: float) -> None:
        with administration(installation, wait) as accounts:
            silent = accounts.remove(name, kind)
        print_line(f"{name} is removed", style="green")
        if silent:
            print_note(
                f"{listed(sorted(silent))} did not confirm yet: messages of {name} that wait in"
                " their queues may still be handled.",
                style="yellow",
            )

    remove.help = f"Remove the {kind} NAME and its RabbitMQ user, and close its connections."
    return remove


def _row(account: Account) -> Sequence[Cell]:
    shops = ""
    if account.kind == "storefront":
        shops = "all" if account.shops is None else ", ".join(account.shops)
    return (
        account.name,
        shops,
        ", ".join(account.messages or ()),
        ", ".join(account.employees),
        ", ".join(_rights(account)),
    )


def describe(account: Account) -> str:
    """Return what an account may do: `shops default · employees *@shop.test · may force`."""
    parts: list[str] = []
    if account.kind == "storefront":
        parts.append("all shops" if account.shops is None else f"shops {listed(account.shops)}")
        if account.messages:
            parts.append(f"sends {listed(account.messages)}")
        if account.employees:
            parts.append(f"employees {listed(account.employees)}")
    return " · ".join([*parts, *_rights(account)])


def _rights(account: Account) -> list[str]:
    rights = {
        "may force": account.may_force,
        "reads events": account.reads_events,
        "reads documents": account.reads_documents,
    }
    return [right for right, granted in rights.items() if granted]
