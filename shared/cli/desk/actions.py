"""`aftercart desk reply|status|forward|note|read`: act on a thread."""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from shared.cli.desk.attachments import attach_option, enclosed, enclosing_options, files_of
from shared.cli.desk.threads import STATUSES, change_thread, thread_argument, thread_id
from shared.cli.options import by_option, shop_option, wait_option
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import print_line, print_note
from shared.runtime.errors import AftercartError


@click.command(short_help="Reply to a thread.")
@thread_argument
@click.option("--text", metavar="TEXT", help="The reply; `-` reads it from standard input.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file with the reply, in UTF-8.",
)
@click.option(
    "--canned",
    "canned_message",
    metavar="KEY",
    help="Begin with this predefined message, and append --text.",
)
@click.option(
    "--status",
    type=STATUSES,
    help="The thread's status afterwards; by default as set up for the shop.",
)
@enclosing_options
@click.option(
    "--seen",
    metavar="MESSAGE",
    help="Id of the last message that you read; if there are later ones, the thread stays open.",
)
@by_option
@shop_option
@wait_option
def reply(
    wanted: str, text: str | None, file: Path | None, shop: str, wait: float, **chosen: Any
) -> None:
    """Reply to a thread by e-mail. Without a text, your editor opens with the shop's draft.

    \b
    Examples:
      aftercart desk reply XKBKNABJK --text "It left this morning."
      aftercart desk reply XKBKNABJK --canned delay --text "We expect it on Monday."
      aftercart desk reply XKBKNABJK --text "See the invoice." --document IN000001 \\
        --attach terms.pdf --cc a@b.test
    """  # noqa: D301 - click reads \b
    chosen |= enclosed(chosen)
    with open_shop_client(shop, wait, "desk") as client:
        key = thread_id(client, wanted)
        answer = _text(text, file)
        if answer is None and chosen["canned_message"] is None:
            chosen["seen"] = chosen["seen"] or _thread(client, key)["messages"][-1]["message_id"]
            answer = _edited(client, {"thread_id": key, "by": chosen["by"]})
        client.request("thread.reply", {"thread_id": key, "text": answer, **chosen})
        unread = _thread(client, key)["thread"]["unread_messages"]
    print_line(f"answered {key}", style="green")
    if unread:
        print_note(
            "The customer has written again: the thread stays open. See `aftercart desk show`.",
            style="yellow",
        )


@click.command(short_help="Set the status of a thread.")
@thread_argument
@click.argument("status", type=STATUSES)
@by_option
@shop_option
@wait_option
def status(wanted: str, status: str, by: str, shop: str, wait: float) -> None:
    """Close or reopen a thread, or mark it as pending."""
    data = {"status": status, "by": by}
    change_thread(shop, wait, "thread.set_status", wanted, data, f"is {status}")


@click.command(short_help="Forward a thread by e-mail.")
@thread_argument
@click.argument("email")
@click.option(
    "--employee", metavar="NAME", help="The employee at EMAIL, who becomes the thread's owner."
)
@click.option(
    "--comment", default="", metavar="TEXT", help="A comment; it stays in the thread as a note."
)
@click.option(
    "--advice", is_flag=True, help="Ask for advice: an employee's answer by mail becomes a note."
)
@enclosing_options
@by_option
@shop_option
@wait_option
def forward(wanted: str, email: str, shop: str, wait: float, **chosen: Any) -> None:
    """Mail a thread, with its files, to EMAIL.

    If an employee answers that mail, the answer goes to the customer, unless --advice was given.
    """
    data = {"email": email, **chosen, **enclosed(chosen)}
    change_thread(shop, wait, "thread.forward", wanted, data, f"is being sent to {email}")


@click.command("note", short_help="Add a private note to a thread.")
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
    """Add a note for employees to a thread; it is never mailed."""
    data = {"text": _text(text, None), "attachments": files_of(attachments), "by": by}
    change_thread(shop, wait, "thread.add_note", wanted, data, "has a new note")


@click.command(short_help="Mark a thread as read.")
@thread_argument
@by_option
@shop_option
@wait_option
def read(wanted: str, by: str, shop: str, wait: float) -> None:
    """Mark all messages of a thread as read."""
    change_thread(shop, wait, "thread.mark_read", wanted, {"by": by}, "is read")


@click.command(short_help="Assign a thread to an employee.")
@thread_argument
@click.argument("owner", required=False)
@by_option
@shop_option
@wait_option
def assign(wanted: str, owner: str | None, by: str, shop: str, wait: float) -> None:
    """Assign a thread to the employee OWNER; without OWNER, to nobody."""
    data = {"owner": owner, "by": by}
    change_thread(shop, wait, "thread.assign", wanted, data, f"belongs to {owner or 'nobody'}")


@click.command(short_help="Merge a thread into another.")
@thread_argument
@click.argument("into", metavar="INTO-THREAD-OR-REF")
@by_option
@shop_option
@wait_option
def merge(wanted: str, into: str, by: str, shop: str, wait: float) -> None:
    """Move the messages of a thread into another. Later mails to it go there, too."""
    with open_shop_client(shop, wait, "desk") as client:
        target = thread_id(client, into)
    data = {"into": target, "by": by}
    change_thread(shop, wait, "thread.merge", wanted, data, f"is part of {target}")


@click.command("confirm-sender", short_help="Confirm the sender of a message.")
@thread_argument
@click.argument("message_id", type=click.UUID, metavar="MESSAGE-ID")
@by_option
@shop_option
@wait_option
def confirm_sender(wanted: str, message_id: UUID, by: str, shop: str, wait: float) -> None:
    """Confirm the sender of the message MESSAGE-ID, so that they may write in the thread."""
    data = {"message_id": str(message_id), "by": by}
    change_thread(shop, wait, "thread.confirm_sender", wanted, data, "has one more participant")


COMMANDS = (reply, status, forward, add_note, read, assign, merge, confirm_sender)


def _thread(client: ShopClient, key: str) -> Data:
    """Return the thread with its last message."""
    return client.request("thread.get", {"thread_id": key, "limit": 1})


def _text(text: str | None, file: Path | None) -> str | None:
    """Return the text of the options, or None if neither is given."""
    if text and file:
        raise click.UsageError("Give --text or --file, not both.")
    if text == "-":
        return sys.stdin.read()
    try:
        return file.read_text("utf-8") if file else text
    except (OSError, UnicodeDecodeError) as error:
        raise AftercartError(f"The file '{file}' cannot be read: {error}.") from None


def at_a_terminal() -> bool:
    """Return whether an editor can be opened."""
    return sys.stdin.isatty()


def _edited(client: ShopClient, wanted: Data) -> str:
    """Return the shop's draft as the employee edited it."""
    draft = client.request("thread.draft", wanted)["text"]
    if not at_a_terminal():
        raise click.UsageError("The reply has no text: give --text, --file or --canned.")
    text = click.edit(str(draft), extension=".txt")
    if text is None:
        raise AftercartError("The draft was not saved: nothing was sent.")
    return str(text)
