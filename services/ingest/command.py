"""`aftercart mailbox`: check the mailboxes of the settings from this machine."""

import click

from services.ingest.adapters.mailbox_check import ADVICE, CheckResult, check
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.worker import IngestSettings
from shared.cli.terminal import clean, print_line
from shared.clients.phrases import suggestion
from shared.runtime.errors import AftercartError


@click.group(short_help="Check whether mailboxes can be read.")
def mailbox() -> None:
    """Check the mailboxes of AFTERCART_INGEST_MAILBOXES."""


@mailbox.command("check", short_help="Connect to mailboxes and print problems.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_context
def check_mailboxes(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Connect to the named mailboxes, or to all, as a worker does, and print problems.

    No mail is fetched or changed. Needs the settings of the service `ingest`. Exit code
    0 if all can be read, 1 if not.
    """
    accounts = IngestSettings.load("ingest").accounts()
    for name in names:
        if name not in accounts:
            raise AftercartError(
                f"There is no mailbox '{name}' in the settings{suggestion(name, accounts)}"
            )
    if not accounts:
        raise AftercartError("There is no mailbox in the settings: see AFTERCART_INGEST_MAILBOXES.")
    tokens = AccessTokens()
    found = [_checked(accounts[name], tokens) for name in names or accounts]
    ctx.exit(1 if any(checked.fault for checked in found) else 0)


def _checked(account: Mailbox, tokens: AccessTokens) -> CheckResult:
    print_line(
        f"{account.name}: {account.user} at {account.server} ({account.protocol.upper()},"
        f" {account.security})"
    )
    found = check(account, tokens)
    if found.fault:
        print_line(
            clean(f"  {found.fault.reason.rstrip('.')}. {ADVICE[found.fault.code]}"), style="red"
        )
    else:
        print_line(clean(f"  Works: {'; '.join(found.seen)}."), style="green")
    for note in found.notes:
        print_line(f"  {note}", style="yellow")
    return found
