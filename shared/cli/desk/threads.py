"""Threads that verbs of the desk are about: found by id or order, given to employees, merged."""

from collections.abc import Iterator
from uuid import UUID

import click

from shared.cli.options import by_option, shop_option, wait_option
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import print_line
from shared.runtime.errors import AftercartError

PAGE = 200  # threads that are asked for at once
thread_argument = click.argument("wanted", metavar="THREAD-OR-REF")


@click.command(short_help="Give a thread to an employee.")
@thread_argument
@click.argument("owner", required=False)
@by_option
@shop_option
@wait_option
def assign(wanted: str, owner: str | None, by: str, shop: str, wait: float) -> None:
    """Give a thread to the employee OWNER; without a name, to nobody."""
    data = {"owner": owner, "by": by}
    done = f"belongs to {owner}" if owner else "belongs to nobody"
    change_thread(shop, wait, "thread.assign", wanted, data, done)


@click.command(short_help="Merge a thread into another.")
@thread_argument
@click.argument("into", metavar="INTO-THREAD-OR-REF")
@by_option
@shop_option
@wait_option
def merge(wanted: str, into: str, by: str, shop: str, wait: float) -> None:
    """Move the messages of a thread into another; mails that belong to it follow."""
    with open_shop_client(shop, wait, "desk") as client:
        target = thread_id(client, into)
    data = {"into": target, "by": by}
    change_thread(shop, wait, "thread.merge", wanted, data, f"is part of {target}")


@click.command("confirm-sender", short_help="Let the sender of a message write.")
@thread_argument
@click.argument("message_id", type=click.UUID)
@by_option
@shop_option
@wait_option
def confirm_sender(wanted: str, message_id: UUID, by: str, shop: str, wait: float) -> None:
    """Confirm who sent the message MESSAGE-ID, so that the address may write in the thread."""
    data = {"message_id": str(message_id), "by": by}
    change_thread(shop, wait, "thread.confirm_sender", wanted, data, "has one more participant")


COMMANDS = (assign, merge, confirm_sender)


def change_thread(shop: str, wait: float, command: str, wanted: str, data: Data, done: str) -> None:
    """Send a command about a thread, and print what was done."""
    with open_shop_client(shop, wait, "desk") as client:
        key = thread_id(client, wanted)
        client.request(command, {"thread_id": key, **data})
    print_line(f"{key} {done}", style="green")


def find_threads(client: ShopClient, chosen: Data, limit: int) -> Iterator[Data]:
    """Yield threads that fit, newest first."""
    cursor: str | None = None
    while limit > 0:
        page = client.request(
            "thread.list", {**chosen, "limit": min(limit, PAGE), "cursor": cursor}
        )
        yield from (row | {"timezone": page["timezone"]} for row in page["threads"])
        limit, cursor = limit - len(page["threads"]), page["next"]
        if cursor is None:
            return


def thread_id(client: ShopClient, wanted: str) -> str:
    """Return the id of the thread with this id, or about the order with this reference."""
    try:
        return str(UUID(wanted))
    except ValueError:
        pass
    found = find_threads(client, {"search": wanted}, PAGE)
    key = next(
        (row["thread_id"] for row in found if row["order_reference"] == wanted.upper()), None
    )
    if key is None:
        raise AftercartError(
            f"There is no thread '{wanted}' in the shop '{client.shop}', nor of an order called so."
        )
    return str(key)
