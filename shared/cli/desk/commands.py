"""`aftercart desk`: list and show threads with customers."""

from typing import Any

import click

from shared.cli.desk import actions, attachments, definitions, display as shown
from shared.cli.desk.threads import PAGE, STATUSES, find_threads, thread_argument, thread_id
from shared.cli.options import json_option, shop_option, wait_option, without_empty
from shared.cli.shop_client import open_shop_client
from shared.cli.terminal import print_found, print_note, print_record, print_records
from shared.cli.times import Time, with_moments

contact_option = click.option(
    "--contact", metavar="KEY", help="Threads of this contact, such as customer_service."
)


@click.group(short_help="Handle threads with customers.")
def desk() -> None:
    """List, show and answer threads: the conversations of customers with the shop.

    THREAD-OR-REF is the id of a thread, or the reference of an order that has one.
    """


@desk.command("list", short_help="List threads, newest first.")
@contact_option
@click.option("--status", type=STATUSES, help="Threads with this status.")
@click.option("--owner", metavar="NAME", help="Threads of this employee.")
@click.option("--nobodys", is_flag=True, help="Threads without an owner.")
@click.option("--email", metavar="ADDRESS", help="The customer's e-mail address.")
@click.option("--customer-id", metavar="ID", help="The customer's id in the storefront.")
@click.option("--language", metavar="TAG", help="The customer's language, such as fa.")
@click.option(
    "--waiting/--answered", default=None, help="Threads that wait for an answer, or that do not."
)
@click.option("--unread/--read", default=None, help="Threads with unread messages, or without.")
@click.option(
    "--opened-from",
    type=Time(),
    metavar="TIME",
    help="Opened at this time or later; a date is a day in the shop's time zone.",
)
@click.option("--opened-before", type=Time(), metavar="TIME", help="Opened before this time.")
@click.option(
    "--search",
    metavar="TEXT",
    help="Words of subject, customer, reference or messages, or their first letters.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=50,
    show_default=True,
    help="The maximum number of threads.",
)
@json_option
@shop_option
@wait_option
def list_threads(limit: int, as_json: bool, shop: str, wait: float, **chosen: Any) -> None:
    """List the threads that match all given options, newest first.

    \b
    Examples:
      aftercart desk list --waiting --contact customer_service
      aftercart desk list --search "mug broken" --json
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "desk") as client:
        stated = with_moments(without_empty(chosen), ("opened_from", "opened_before"), client.zone)
        rows = list(find_threads(client, stated, limit + 1))
    if as_json:
        print_records(rows[:limit])
        return
    shown.print_threads(rows[:limit])
    if len(rows) > limit:
        print_note(f"These are the newest {limit}; --limit shows more.", style="dim")


@desk.command(short_help="Show a thread with its customer and messages.")
@thread_argument
@json_option
@shop_option
@wait_option
def show(wanted: str, as_json: bool, shop: str, wait: float) -> None:
    """Show a thread. It stays unread until `desk read` marks it as read."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("thread.get", {"thread_id": thread_id(client, wanted)})
    print_found(found, shown.print_thread, as_json=as_json)


@desk.command("next", short_help="Show the thread that has waited longest.")
@contact_option
@json_option
@shop_option
@wait_option
def next_unanswered(contact: str | None, as_json: bool, shop: str, wait: float) -> None:
    """Show the thread that has waited longest for an answer."""
    with open_shop_client(shop, wait, "desk") as client:
        waiting = client.request("thread.next_unanswered", {"contact": contact})
        key = waiting["thread"] and waiting["thread"]["thread_id"]
        if not key:
            print_note("No thread waits for an answer.", style="dim")
            return
        found = client.request("thread.get", {"thread_id": key})
    print_found(found, shown.print_thread, as_json=as_json)


@desk.command(short_help="Show all orders and messages of a customer.")
@thread_argument
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE),
    metavar="NUMBER",
    default=50,
    show_default=True,
    help="The maximum number of entries.",
)
@json_option
@shop_option
@wait_option
def timeline(wanted: str, limit: int, as_json: bool, shop: str, wait: float) -> None:
    """Show the orders and messages of the customer of a thread, newest first."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request(
            "thread.timeline", {"thread_id": thread_id(client, wanted), "limit": limit}
        )
    print_found(found, shown.print_timeline, as_json=as_json)


@desk.command(short_help="Show the meaning of each status.")
@json_option
@shop_option
@wait_option
def statuses(as_json: bool, shop: str, wait: float) -> None:
    """Show the names of the four statuses, and the shop's use of each."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("desk.get", {})["statuses"]
    print_found(found, shown.print_statuses, as_json=as_json)


@desk.command(short_help="Show statistics of the customer service.")
@contact_option
@click.option(
    "--days",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=30,
    show_default=True,
    help="The days from which averages are calculated.",
)
@json_option
@shop_option
@wait_option
def statistics(contact: str | None, days: int, as_json: bool, shop: str, wait: float) -> None:
    """Count threads and messages, and measure the time until the first answer."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("desk.statistics", {"contact": contact, "days": days})
        contacts = client.request("contact.list", {})["contacts"]
    if as_json:
        print_record(found | {"contacts": contacts})
    else:
        shown.print_statistics(found, contacts)


for module in (actions, attachments, definitions):
    for command in module.COMMANDS:
        desk.add_command(command)
