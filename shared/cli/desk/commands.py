"""`aftercart desk`: threads with customers. An outsider: it asks and tells `ingest`."""

import sys
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from shared.cli.desk import definitions, display as shown, threads
from shared.cli.desk.attachments import (
    attach_option,
    enclosed,
    enclosing_options,
    files_of,
    save,
)
from shared.cli.desk.threads import (
    PAGE,
    change_thread,
    find_threads,
    thread_argument,
    thread_id,
)
from shared.cli.options import by_option, json_option, shop_option, wait_option
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import print_json, print_line, print_note
from shared.cli.times import Time, with_moments
from shared.runtime.errors import AftercartError

STATUSES = click.Choice(["open", "closed", "pending1", "pending2"])
contact_option = click.option(
    "--contact", metavar="KEY", help="Written to this contact: customer_service."
)


@click.group(short_help="Threads with customers: list, show, answer.")
def desk() -> None:
    """Threads with customers, as `thread.list` and the other messages of the desk answer.

    THREAD-OR-REF is the id of a thread, or the reference of an order that has one.
    """


desk.add_command(save)


@desk.command("list", short_help="The newest threads that fit.")
@contact_option
@click.option("--status", type=STATUSES, help="With this status.")
@click.option("--owner", metavar="NAME", help="Of this employee.")
@click.option("--nobodys", is_flag=True, help="Those that have no owner.")
@click.option("--email", metavar="ADDRESS", help="The customer's address.")
@click.option("--customer-id", metavar="ID", help="The storefront's key of the customer.")
@click.option("--language", metavar="TAG", help="The customer's: fa.")
@click.option(
    "--waiting/--answered", default=None, help="Whether the customer waits for an answer."
)
@click.option(
    "--unread/--read", default=None, help="Whether there is something that nobody has read."
)
@click.option(
    "--opened-from",
    type=Time(),
    metavar="TIME",
    help="Opened then or later: 2026-11-21, a day of the shop.",
)
@click.option("--opened-before", type=Time(), metavar="TIME", help="Opened earlier.")
@click.option(
    "--search",
    metavar="TEXT",
    help="First letters of words of subject, customer, reference or messages.",
)
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on each line.")
@shop_option
@wait_option
def list_threads(limit: int, as_json: bool, shop: str, wait: float, **chosen: Any) -> None:
    """Lists threads, newest first: those that fit every option that is given.

    \b
    Examples:
      aftercart desk list --waiting --contact customer_service
      aftercart desk list --search "mug broken" --json
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "desk") as client:
        stated = {name: value for name, value in chosen.items() if value is not None}
        stated = with_moments(stated, ("opened_from", "opened_before"), client.zone)
        rows = find_threads(client, stated, limit + 1)
        first = next(rows, None)
        for row in islice(chain([first] if first else [], rows), limit):
            shown.print_row(row, as_json=as_json)
        more = next(rows, None)
    if first is None:
        print_note("No thread fits.", style="dim")
    elif more and not as_json:
        print_note(f"These are the newest {limit}; --limit shows more.", style="dim")


@desk.command(short_help="One thread, with its customer and its messages.")
@thread_argument
@json_option
@shop_option
@wait_option
def show(wanted: str, as_json: bool, shop: str, wait: float) -> None:
    """Shows a thread. It stays unread: `desk read` marks it."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("thread.get", {"thread_id": thread_id(client, wanted)})
    (print_json if as_json else shown.print_thread)(found)


@desk.command("next", short_help="The thread that has waited longest.")
@contact_option
@json_option
@shop_option
@wait_option
def next_unanswered(contact: str | None, as_json: bool, shop: str, wait: float) -> None:
    """Shows the thread that has waited longest for an answer."""
    with open_shop_client(shop, wait, "desk") as client:
        waiting = client.request("thread.next_unanswered", {"contact": contact})
        key = waiting["thread"] and waiting["thread"]["thread_id"]
        found = client.request("thread.get", {"thread_id": key}) if key else None
    if found is None:
        print_note("No thread waits.", style="dim")
        return
    (print_json if as_json else shown.print_thread)(found)


@desk.command(short_help="Answer a thread.")
@thread_argument
@click.option("--text", metavar="TEXT", help="The answer; `-` reads it from standard input.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The answer, in UTF-8.",
)
@click.option(
    "--canned",
    "canned_message",
    metavar="KEY",
    help="Answer with this predefined message, then --text.",
)
@click.option(
    "--status", type=STATUSES, help="Of the thread afterwards; else as the shop set it up."
)
@enclosing_options
@click.option(
    "--seen",
    metavar="MESSAGE",
    help="Id of the last message that you read: later ones keep it open.",
)
@by_option
@shop_option
@wait_option
def reply(
    wanted: str, text: str | None, file: Path | None, shop: str, wait: float, **chosen: Any
) -> None:
    """Answers a thread; the customer gets it by mail. Without a text, your editor opens with the
    shop's draft.

    \b
    Examples:
      aftercart desk reply XKBKNABJK --text "It left this morning."
      aftercart desk reply XKBKNABJK --canned delay --text "We expect it on Monday."
      aftercart desk reply XKBKNABJK --text "See the invoice." --document IN000001 --attach terms.pdf --cc a@b.test
    """  # noqa: D301, E501 - click reads \b
    chosen |= enclosed(chosen)
    with open_shop_client(shop, wait, "desk") as client:
        key = thread_id(client, wanted)
        answer = _given(text, file)
        if answer is None and chosen["canned_message"] is None:
            latest = client.request("thread.get", {"thread_id": key, "limit": 1})["messages"][-1][
                "message_id"
            ]
            chosen["seen"] = chosen["seen"] or latest
            answer = _edited(client, {"thread_id": key, "by": chosen["by"]})
        client.request("thread.reply", {"thread_id": key, "text": answer, **chosen})
        unread = client.request("thread.get", {"thread_id": key, "limit": 1})["thread"]["unread"]
    print_line(f"answered {key}", style="green")
    if unread:
        print_note(
            "The customer wrote meanwhile: the thread stays open. See `aftercart desk show`.",
            style="yellow",
        )


@desk.command(short_help="Give a thread another status.")
@thread_argument
@click.argument("status", type=STATUSES)
@by_option
@shop_option
@wait_option
def status(wanted: str, status: str, by: str, shop: str, wait: float) -> None:
    """Closes or reopens a thread, or puts it off."""
    change_thread(
        shop, wait, "thread.set_status", wanted, {"status": status, "by": by}, f"is {status}"
    )


@desk.command(short_help="Send a thread to an employee or someone else.")
@thread_argument
@click.argument("email")
@click.option(
    "--employee", metavar="NAME", help="Who it is, if an employee: the thread becomes his."
)
@click.option(
    "--comment", default="", metavar="TEXT", help="It stays in the thread as a private note."
)
@click.option(
    "--advice", is_flag=True, help="Ask for advice: an employee's answer by mail stays a note."
)
@enclosing_options
@by_option
@shop_option
@wait_option
def forward(wanted: str, email: str, shop: str, wait: float, **chosen: Any) -> None:
    """Mail a thread, with its files, to EMAIL.

    An employee who answers that mail answers the customer, unless asked for --advice.
    """
    data = {"email": email, **chosen, **enclosed(chosen)}
    change_thread(shop, wait, "thread.forward", wanted, data, f"is on its way to {email}")


@desk.command("note", short_help="Keep a private note in a thread.")
@thread_argument
@click.option(
    "--text", required=True, metavar="TEXT", help="The note; `-` reads it from standard input."
)
@attach_option
@by_option
@shop_option
@wait_option
def add_note(
    wanted: str, text: str, attachments: tuple[Path, ...], by: str, shop: str, wait: float
) -> None:
    """Keeps a note for employees in a thread; it is never mailed."""
    data = {"text": _given(text, None), "attachments": files_of(attachments), "by": by}
    change_thread(shop, wait, "thread.add_note", wanted, data, "has one more note")


@desk.command(short_help="Mark a thread as read.")
@thread_argument
@by_option
@shop_option
@wait_option
def read(wanted: str, by: str, shop: str, wait: float) -> None:
    """Marks everything in a thread as read."""
    change_thread(shop, wait, "thread.mark_read", wanted, {"by": by}, "is read")


@desk.command(short_help="What happened with a thread's customer.")
@thread_argument
@click.option(
    "--limit", type=click.IntRange(1, PAGE), default=50, show_default=True, help="How many at most."
)
@json_option
@shop_option
@wait_option
def timeline(wanted: str, limit: int, as_json: bool, shop: str, wait: float) -> None:
    """Shows the orders and messages of a thread's customer, the latest first."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request(
            "thread.timeline", {"thread_id": thread_id(client, wanted), "limit": limit}
        )
    (print_json if as_json else shown.print_timeline)(found)


@desk.command(short_help="What the statuses of threads mean.")
@json_option
@shop_option
@wait_option
def statuses(as_json: bool, shop: str, wait: float) -> None:
    """Show the names of the four statuses, and what the shop uses each for."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("desk.get", {})["statuses"]
    (print_json if as_json else shown.print_statuses)(found)


@desk.command(short_help="How the desk is doing.")
@contact_option
@click.option(
    "--days",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="How far the averages look back.",
)
@json_option
@shop_option
@wait_option
def statistics(contact: str | None, days: int, as_json: bool, shop: str, wait: float) -> None:
    """Shows what there is, how much of it waits, and how fast it is answered."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("desk.statistics", {"contact": contact, "days": days})
        contacts = client.request("contact.list", {})["contacts"]
    if as_json:
        print_json(found | {"contacts": contacts})
    else:
        shown.print_statistics(found, contacts)


def _given(text: str | None, file: Path | None) -> str | None:
    if text and file:
        raise click.UsageError("Own words come by --text or by --file: one of the two.")
    if text == "-":
        return sys.stdin.read()
    try:
        return file.read_text("utf-8") if file else text
    except (OSError, UnicodeDecodeError) as error:
        raise AftercartError(f"The file '{file}' cannot be read: {error}.") from None


def at_a_terminal() -> bool:
    """Whether somebody is there who could use an editor."""
    return sys.stdin.isatty()


def _edited(client: ShopClient, wanted: Data) -> str:
    draft = client.request("thread.draft", wanted)["text"]
    if not at_a_terminal():
        raise click.UsageError("There is no answer: give --text or --file, or --canned.")
    text = click.edit(str(draft), extension=".txt")
    if text is None:
        raise AftercartError("The draft was not saved: nothing was sent.")
    return str(text)


for module in (threads, definitions):
    for command in module.COMMANDS:
        desk.add_command(command)
