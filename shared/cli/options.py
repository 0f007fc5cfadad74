"""Options that several groups of commands share."""

import getpass
import sys

import click

from shared.cli.terminal import clean, note
from shared.runtime.errors import AftercartError

json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")
by_option = click.option(
    "--by",
    default=getpass.getuser,
    envvar="AFTERCART_EMPLOYEE",
    metavar="NAME",
    show_envvar=True,
    help="Who you are; else the name of your login.",
)
language_option = click.option(
    "--language", default="en", show_default=True, metavar="CODE", help="Of the names of states."
)
yes_option = click.option(
    "--yes", "-y", is_flag=True, help="Do not ask before the customer is written to."
)


def confirm_mail(sentence: str, *, yes: bool) -> None:
    """Say that the customer will be written to, and ask whether to go on.

    Without a terminal and without `--yes` this is wrong usage; a no ends the command. Nothing was
    sent in either case.
    """
    note(clean(sentence), style="yellow")
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(
            "This writes to the customer: say --yes to do it without being asked."
        )
    if not click.confirm("Go on?", default=False, err=True):
        raise AftercartError("Nothing was changed.")
