"""`aftercart order invoice|note|message`: what is written about an order, on paper, to employees, to the customer."""

from typing import Any

import click

from shared.cli.order_action import action_options, order_action, reference_argument


@click.command(short_help="Issue the invoice, or a corrected one.")
@reference_argument
@click.option("--note", "note_text", metavar="TEXT", help="Printed under the tax table.")
@click.option("--correct", is_flag=True, help="Cancel the issued invoice and issue it anew.")
@action_options
def invoice(note_text: str | None, correct: bool, **action: Any) -> None:
    """Issue the invoice of the order REF-OR-ID."""
    with order_action(**action) as acting:
        if correct:
            data = {} if note_text is None else {"note": note_text}
            acting.confirm("The invoice is cancelled by a credit slip and issued anew.")
            acting.send("order.correct_invoice", data)
            return
        if note_text is not None:
            acting.send("order.set_invoice_note", {"note": note_text})
        acting.send("order.issue_invoice", {})


@click.command(short_help="Set the private note of an order.")
@reference_argument
@click.argument("text")
@action_options
def note(text: str, **action: Any) -> None:
    """Set the note of the order REF-OR-ID that only employees see. An empty TEXT removes it."""
    with order_action(**action) as acting:
        acting.send("order.set_note", {"note": text})


@click.command(short_help="Write to the customer about an order.")
@reference_argument
@click.argument("text", required=False)
@click.option("--canned", metavar="KEY", help="Begin with this predefined message; TEXT follows it.")
@click.option("--private", is_flag=True, help="For employees only.")
@action_options
def message(text: str | None, canned: str | None, private: bool, **action: Any) -> None:
    """Write TEXT to the customer of the order REF-OR-ID. It is mailed, and kept in the customer's thread.

    \b
    Examples:
      aftercart order message XKBKNABJK "It leaves tomorrow."
      aftercart order message XKBKNABJK --canned delay
    """  # noqa: D301 - click reads \b
    if text is None and canned is None:
        raise click.UsageError("Give the TEXT, or a predefined message by --canned.")
    with order_action(**action) as acting:
        acting.confirm(mail="" if private else "this message by mail")
        acting.send("thread.post_order_message", {"text": text, "canned_message": canned, "private": private})


COMMANDS = (invoice, note, message)
