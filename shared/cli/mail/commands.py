"""`aftercart mail`: list and show outgoing mails, and send them again."""

from uuid import UUID

import click

from shared.cli.mail import display as shown
from shared.cli.options import by_option, json_option, shop_option, wait_option, without_empty
from shared.cli.shop_client import Data, ShopClient, open_shop_client, rows_of
from shared.cli.terminal import clean, print_found, print_line, print_records

PAGE = 200  # mails of one answer
STATES = click.Choice(
    ["waiting", "queued", "claimed", "sent", "deferred", "failed", "suppressed", "unknown"]
)


@click.group(short_help="List, show and resend outgoing mails.")
def mail() -> None:
    """List and show outgoing mails, send them again, and release suppressed addresses."""


@mail.command("list", short_help="List outgoing mails.")
@click.option("--order", metavar="REF-OR-ID", help="Mails about this order.")
@click.option("--thread", type=click.UUID, metavar="ID", help="Mails of this thread.")
@click.option("--state", type=STATES, help="Mails in this state.")
@click.option("--recipient", metavar="ADDRESS", help="Mails to this address.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=50,
    show_default=True,
    help="The maximum number of mails.",
)
@json_option
@shop_option
@wait_option
def list_mails(
    order: str | None,
    thread: UUID | None,
    state: str | None,
    recipient: str | None,
    limit: int,
    as_json: bool,
    shop: str,
    wait: float,
) -> None:
    """List the mails that match all given options, newest last.

    \b
    Examples:
      aftercart mail list --order XKBKNABJK
      aftercart mail list --state failed
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "mail") as client:
        wanted: Data = {
            "order_id": order and client.order_id(order),
            "thread_id": thread and str(thread),
            "state": state,
            "recipient": recipient,
        }
        mails = _mails(client, without_empty(wanted), limit)
    if as_json:
        print_records(mails)
        return
    shown.print_mails(mails)


@mail.command(short_help="Show a mail with its text and attempts.")
@click.argument("mail_id", type=click.UUID, metavar="MAIL-ID")
@json_option
@shop_option
@wait_option
def show(mail_id: UUID, as_json: bool, shop: str, wait: float) -> None:
    """Show a mail as text, and every attempt to send it."""
    found = _ask(shop, wait, "mail.get", {"mail_id": str(mail_id)})
    print_found(found, shown.print_mail, as_json=as_json)


@mail.command(short_help="Send a mail again.")
@click.argument("mail_id", type=click.UUID, metavar="MAIL-ID")
@click.option("--to", metavar="ADDRESS", help="The recipient; by default the same address.")
@by_option
@shop_option
@wait_option
def resend(mail_id: UUID, to: str | None, by: str, shop: str, wait: float) -> None:
    """Send a mail again, as a new mail, if it was sent, has failed or was suppressed.

    \b
    Example, after `aftercart order customer REF --email ada@example.test`:
      aftercart mail resend b7a7f1d2-7c0a-4c57-9a3e-7f0a4d7e3003 --to ada@example.test
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "mail") as client:
        recipient = client.request("mail.get", {"mail_id": str(mail_id)})["mail"]["recipient"]
        client.request("mail.resend", {"mail_id": str(mail_id), "to": to, "by": by})
    print_line(clean(f"{mail_id} is being sent again to {to or recipient}"), style="green")


@mail.group(short_help="List and release suppressed addresses.")
def suppression() -> None:
    """List and release suppressed addresses: mail to them bounced, and no more is sent."""


@suppression.command("list", short_help="List addresses that get no mail.")
@json_option
@shop_option
@wait_option
def list_suppressions(as_json: bool, shop: str, wait: float) -> None:
    """List suppressed addresses: mail to them has bounced, and none is sent until a release."""
    answer = _ask(shop, wait, "suppression.list", {})
    found = answer["suppressions"]
    if as_json:
        print_records(found)
        return
    shown.print_suppressions(found, answer["timezone"])


@suppression.command(short_help="Send mail to an address again.")
@click.argument("email")
@by_option
@shop_option
@wait_option
def release(email: str, by: str, shop: str, wait: float) -> None:
    """Release a suppressed address, so that mail is sent to it again."""
    _ask(shop, wait, "suppression.release", {"email": email, "by": by})
    print_line(f"{email} is released", style="green")


def _mails(client: ShopClient, wanted: Data, limit: int) -> list[Data]:
    found: list[Data] = []
    cursor: str | None = None
    while len(found) < limit:
        page = client.request(
            "mail.list", {**wanted, "limit": min(limit - len(found), PAGE), "cursor": cursor}
        )
        rows = rows_of(page, "mails")
        found = rows[::-1] + found  # newest last, next to the prompt
        cursor = page["next"]
        if cursor is None:
            break
    return found


def _ask(shop: str, wait: float, name: str, data: Data) -> Data:
    with open_shop_client(shop, wait, "mail") as client:
        return client.request(name, data)
