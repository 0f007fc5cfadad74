"""Define the options that several groups of commands share."""

import getpass
import sys
from collections.abc import Mapping
from typing import Any

import click
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.cli.terminal import clean, print_note
from shared.contracts.envelope import DEFAULT_SHOP
from shared.runtime.errors import AftercartError
from shared.runtime.settings import PREFIX, env_file


class OptionSettings(BaseSettings):
    """Values of options, from the environment or the env file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    wait: str | None = Field(default=None, description="Seconds to wait for a reply, as `--wait`")
    employee: str | None = Field(default=None, description="The employee to record, as `--by`")


class SettingOption(click.Option):
    """An option whose environment variable may also be a line of the env file."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of the variable, or None."""
        settings = OptionSettings(_env_file=env_file())
        return getattr(settings, str(self.envvar).removeprefix(PREFIX).lower()) or None


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on each line."
)
shop_option = click.option(
    "--shop",
    default=DEFAULT_SHOP,
    show_default=True,
    metavar="SHOP",
    help="The shop to work in.",
)
wait_option = click.option(
    "--wait",
    cls=SettingOption,
    type=click.FloatRange(0, min_open=True),
    default=30,
    show_default=True,
    envvar="AFTERCART_WAIT",
    metavar="SECONDS",
    help="How long to wait for a reply; also by AFTERCART_WAIT.",
)
by_option = click.option(
    "--by",
    cls=SettingOption,
    default=getpass.getuser,
    envvar="AFTERCART_EMPLOYEE",
    metavar="NAME",
    show_envvar=True,
    help="The employee to record; your login name by default.",
)
language_option = click.option(
    "--language",
    default="en",
    show_default=True,
    metavar="CODE",
    help="The language of state names.",
)
yes_option = click.option(
    "--yes", "-y", is_flag=True, help="Do not ask before the change or an e-mail to the customer."
)


def without_empty(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with a value."""
    stated = {}
    for name, value in options.items():
        if value is not None:
            stated[name] = value
    return stated


def confirm_mail(sentence: str, *, yes: bool) -> None:
    """Print that the customer will get an e-mail, and ask whether to continue, as `confirm`."""
    confirm(sentence, yes=yes, reason="The customer would get an e-mail")


def confirm(sentence: str, *, yes: bool, reason: str) -> None:
    """Print the effects of a command, and ask whether to continue.

    Without a terminal and without `--yes` this is a usage error, with `reason`; the answer no ends
    the command. Nothing was sent in either case.
    """
    if sentence:
        print_note(clean(sentence), style="yellow")
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{reason}: confirm with --yes.")
    if not click.confirm("Continue?", default=False, err=True):
        raise AftercartError("Nothing was changed.")
