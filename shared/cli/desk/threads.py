"""Find threads by filters or by an order's reference, and send commands about them."""

from collections.abc import Iterator
from uuid import UUID

import click

from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import print_line
from shared.runtime.errors import AftercartError

PAGE = 200  # threads of one answer
STATUSES = click.Choice(["open", "closed", "pending1", "pending2"])
thread_argument = click.argument("wanted", metavar="THREAD-OR-REF")


def change_thread(shop: str, wait: float, command: str, wanted: str, data: Data, done: str) -> None:
    """Send a command about a thread, and print its id with `done`."""
    with open_shop_client(shop, wait, "desk") as client:
        key = thread_id(client, wanted)
        client.request(command, {"thread_id": key, **data})
    print_line(f"{key} {done}", style="green")


def find_threads(client: ShopClient, chosen: Data, limit: int) -> Iterator[Data]:
    """Yield up to `limit` threads that match, newest first, each with the shop's time zone."""
    cursor: str | None = None
    while limit > 0:
        page = client.request(
            "thread.list", {**chosen, "limit": min(limit, PAGE), "cursor": cursor}
        )
        for row in page["threads"]:
            yield row | {"timezone": page["timezone"]}
        limit, cursor = limit - len(page["threads"]), page["next"]
        if cursor is None:
            return


def thread_id(client: ShopClient, wanted: str) -> str:
    """Return the id of the thread with this id, or of an order's thread by its reference.

    Raises `AftercartError` if there is none.
    """
    try:
        return str(UUID(wanted))
    except ValueError:
        pass
    for row in find_threads(client, {"search": wanted}, PAGE):
        if row["order_reference"] == wanted.upper():
            return str(row["thread_id"])
    raise AftercartError(
        f"The shop '{client.shop}' has no thread '{wanted}', and no thread of an order with that"
        " reference."
    )
