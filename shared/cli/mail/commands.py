"""`aftercart mail`: outgoing mails. An outsider: it asks and tells `notify`."""

from uuid import UUID

import click

from shared.cli.mail import display as shown
from shared.cli.options import by_option, json_option, shop_option, wait_option
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import clean, print_json, print_line, print_note

PAGE = 200
STATES = click.Choice(
    ["waiting", "queued", "claimed", "sent", "deferred", "failed", "suppressed", "unknown"]
)


@click.group(short_help="Outgoing mails: list, show, send again.")
def mail() -> None:
    """Outgoing mails, as `mail.list` and the other messages of `notify` answer."""


@mail.command("list", short_help="The newest mails that fit.")
@click.option("--order", metavar="ORDER-OR-REF", help="About this order: its id or reference.")
@click.option("--thread", type=click.UUID, metavar="ID", help="Of this thread.")
@click.option("--state", type=STATES, help="In this state.")
@click.option("--recipient", metavar="ADDRESS", help="To this address.")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most."
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
    """Lists mails, the newest last: those that fit every option that is given.

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
        mails = _mails(
            client, {name: value for name, value in wanted.items() if value is not None}, limit
        )
    if as_json:
        print_json(mails)
        return
    for row in mails:
        shown.print_row(row)
    if not mails:
        print_note("No mail fits.", style="dim")


@mail.command(short_help="One mail, with its words and attempts.")
@click.argument("mail_id", type=click.UUID)
@json_option
@shop_option
@wait_option
def show(mail_id: UUID, as_json: bool, shop: str, wait: float) -> None:
    """Shows a mail as text, and every attempt to send it."""
    found = _ask(shop, wait, "mail.get", {"mail_id": str(mail_id)})
    (print_json if as_json else shown.print_mail)(found)


@mail.command(short_help="Send a mail again.")
@click.argument("mail_id", type=click.UUID)
@click.option("--to", metavar="ADDRESS", help="Else to the same address.")
@by_option
@shop_option
@wait_option
def resend(mail_id: UUID, to: str | None, by: str, shop: str, wait: float) -> None:
    """Send a mail again that was sent, failed or suppressed: as a mail of its own.

    \b
    Example, after `aftercart order customer REF --email ada@example.test`:
      aftercart mail resend b7a7f1d2-7c0a-4c57-9a3e-7f0a4d7e3003 --to ada@example.test
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "mail") as client:
        recipient = client.request("mail.get", {"mail_id": str(mail_id)})["mail"]["recipient"]
        client.request("mail.resend", {"mail_id": str(mail_id), "to": to, "by": by})
    print_line(clean(f"{mail_id} is sent again, to {to or recipient}"), style="green")


@mail.command(short_help="Addresses that nothing is sent to.")
@json_option
@shop_option
@wait_option
def suppressed(as_json: bool, shop: str, wait: float) -> None:
    """Lists addresses that mail came back from: nothing is sent to them until they are released."""
    answer = _ask(shop, wait, "suppression.list", {})
    found = answer["suppressions"]
    if as_json:
        print_json(found)
        return
    for row in found:
        shown.print_suppression(row, answer["timezone"])
    if not found:
        print_note("Mail is sent to every address.", style="dim")


@mail.command(short_help="Send mail to an address again.")
@click.argument("email")
@by_option
@shop_option
@wait_option
def release(email: str, by: str, shop: str, wait: float) -> None:
    """Releases an address that mail came back from."""
    _ask(shop, wait, "suppression.release", {"email": email, "by": by})
    print_line(f"{email} is released", style="green")


def _mails(client: ShopClient, wanted: Data, limit: int) -> list[Data]:
    found: list[Data] = []
    cursor: str | None = None
    while len(found) < limit:
        page = client.request(
            "mail.list", {**wanted, "limit": min(limit - len(found), PAGE), "cursor": cursor}
        )
        rows = [row | {"timezone": page["timezone"]} for row in page["mails"]]
        found = rows[::-1] + found  # on the terminal the newest stands at the end
        cursor = page["next"]
        if cursor is None:
            break
    return found


def _ask(shop: str, wait: float, name: str, data: Data) -> Data:
    with open_shop_client(shop, wait, "mail") as client:
        return client.request(name, data)
