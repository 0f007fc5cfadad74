"""The parts that `aftercart storefront` and `aftercart reader` share."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import click

from shared.cli.operations.account_administration import AccountAdministration
from shared.cli.operations.desired_topology import management_url
from shared.cli.operations.limit_settings import LimitSettings
from shared.cli.services import Installation
from shared.cli.terminal import print_line, print_note, print_record
from shared.clients.client import open_client
from shared.clients.phrases import listed
from shared.clients.urls import virtual_host
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
def administration(installation: Installation, wait: float) -> Iterator[AccountAdministration]:
    """Open the accounts of this installation, with the logins in the settings."""
    settings = ClientSettings.load()
    urls = settings.broker_url.get_secret_value()
    with Management(management_url(settings)) as management, open_client(urls, "accounts") as one:
        yield AccountAdministration(
            management,
            one,
            services=installation.names,
            vhost=virtual_host(urls),
            limits=LimitSettings.load().limits(),
            timeout=wait,
        )


def print_login(login: Login, *, as_json: bool) -> None:
    """Print a new password, which is never shown again."""
    address = urlsplit(ClientSettings.load().broker_url.get_secret_value().split(";")[0])
    host = address.netloc.rpartition("@")[2]
    account = f"{quote(login.user, safe='')}:{quote(login.password, safe='')}"
    url = address._replace(netloc=f"{account}@{host}").geturl()
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


def print_removed(name: str, silent: set[str]) -> None:
    """Print that an account was removed, and the services that do not know it yet."""
    print_line(f"removed {name}")
    if silent:
        print_note(
            f"{listed(sorted(silent))} did not confirm yet: messages of {name} that wait in their"
            " queues may still be handled.",
            style="yellow",
        )


def print_accounts(accounts: list[Account], kind: str, *, as_json: bool) -> None:
    """Print the accounts of a kind, one on each line."""
    chosen = sorted(
        (account for account in accounts if account.kind == kind), key=lambda each: each.name
    )
    for account in chosen:
        if as_json:
            print_record(account.model_dump(mode="json", exclude={"kind"}))
        else:
            print_line(f"{account.name:<{MAX_NAME // 2}}  {describe(account)}")
    if not chosen and not as_json:
        print_note(f"There is no {kind}: add one with `aftercart {kind} add`.", style="dim")


def describe(account: Account) -> str:
    """Return what an account may do: `shops default · employees *@shop.test · force`."""
    parts: list[str] = []
    if account.kind == "storefront":
        parts.append("all shops" if account.shops is None else f"shops {listed(account.shops)}")
        if account.employees:
            parts.append(f"employees {listed(account.employees)}")
        if account.may_force:
            parts.append("force")
    if account.reads_events:
        parts.append("reads events")
    if account.reads_documents:
        parts.append("reads documents")
    return " · ".join(parts)
