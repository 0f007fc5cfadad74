"""`aftercart order invoice|slip|summary|send|notify|customer|note|message`: documents and mails."""

from typing import Any

import click

from shared.cli.orders.action import action_options, order_action, reference_argument
from shared.runtime.errors import AftercartError


@click.command(short_help="Issue the invoice, or a corrected one.")
@reference_argument
@click.option("--note", "note_text", metavar="TEXT", help="A note to print under the tax table.")
@click.option(
    "--correct",
    is_flag=True,
    help="Cancel the issued invoice by a credit slip, and issue a new one.",
)
@click.option(
    "--reason", default="", metavar="TEXT", help="With --correct: the reason on the credit slip."
)
@action_options
def invoice(note_text: str | None, correct: bool, reason: str, **action: Any) -> None:
    """Issue the invoice of the order REF-OR-ID.

    To correct a name, company or VAT number, change the invoice address (`order address
    --invoice`), then use --correct.
    """
    with order_action(**action) as acting:
        if correct:
            acting.confirm(
                "The issued invoice is cancelled by a credit slip, and a new one is issued.",
                mail="both by mail",
            )
            acting.send("order.correct_invoice", {"note": note_text, "reason": reason})
            return
        if note_text is not None:
            acting.send("order.set_invoice_note", {"note": note_text})
        acting.send("order.issue_invoice", {})


@click.command(short_help="Mail documents again, or to another address.")
@reference_argument
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER…")
@click.option("--to", metavar="ADDRESS", help="The recipient; by default the customer.")
@click.option("--message", default="", metavar="TEXT", help="A message in the mail.")
@action_options
def send(numbers: tuple[str, ...], to: str | None, message: str, **action: Any) -> None:
    """Mail documents of the order REF-OR-ID by their numbers.

    \b
    Example:
      aftercart order send XKBKNABJK IN000001 --to books@example.test
    """  # noqa: D301 - click reads \b
    with order_action(**action) as acting:
        issued = {each["number"]: each["document_id"] for each in acting.order["documents"]}
        missing = sorted(set(numbers) - issued.keys())
        if missing:
            raise AftercartError(
                f"The order has no document {', '.join(missing)}; it has:"
                f" {', '.join(issued) or 'none'}."
            )
        if to is None:
            acting.confirm(mail=f"{', '.join(numbers)} by mail")
        acting.send(
            "order.send_documents",
            {
                "document_ids": [issued[number] for number in numbers],
                "to": to,
                "text": message,
            },
        )


@click.command(short_help="Correct the customer's e-mail or name.")
@reference_argument
@click.option("--email", metavar="ADDRESS", help="The new e-mail address, for all later mails.")
@click.option("--name", metavar="TEXT", help="The new name.")
@action_options
def customer(email: str | None, name: str | None, **action: Any) -> None:
    """Correct the e-mail or name of the customer of the order REF-OR-ID.

    Issued documents do not change.
    """
    if email is None and name is None:
        raise click.UsageError("Give the correction: --email or --name.")
    with order_action(**action) as acting:
        acting.send("order.change_customer", {"email": email, "customer_name": name})


@click.command(short_help="Set the private note of an order.")
@reference_argument
@click.argument("text")
@action_options
def note(text: str, **action: Any) -> None:
    """Set the private note of the order REF-OR-ID, for employees. An empty TEXT removes it."""
    with order_action(**action) as acting:
        acting.send("order.set_note", {"note": text})


@click.command(short_help="Write to the customer about an order.")
@reference_argument
@click.argument("text", required=False)
@click.option(
    "--canned", metavar="KEY", help="Begin with this predefined message, and append TEXT."
)
@click.option("--private", is_flag=True, help="Add a note that only employees see.")
@action_options
def message(text: str | None, canned: str | None, private: bool, **action: Any) -> None:
    """Mail TEXT to the customer of the order REF-OR-ID, and add it to the customer's thread.

    \b
    Examples:
      aftercart order message XKBKNABJK "It leaves tomorrow."
      aftercart order message XKBKNABJK --canned delay
    """  # noqa: D301 - click reads \b
    if text is None and canned is None:
        raise click.UsageError("Give the TEXT, or --canned with the key of a predefined message.")
    with order_action(**action) as acting:
        acting.confirm(mail="" if private else "this message by mail")
        acting.send(
            "thread.post_order_message",
            {"text": text, "canned_message": canned, "private": private},
        )


@click.command(short_help="Issue the delivery slip, or a new one.")
@reference_argument
@action_options
def slip(**action: Any) -> None:
    """Issue the delivery slip of the order REF-OR-ID, or replace an outdated one."""
    with order_action(**action) as acting:
        acting.send("order.issue_delivery_slip", {})


@click.command(short_help="Create a summary of the order as a document.")
@reference_argument
@action_options
def summary(**action: Any) -> None:
    """Create a document with the current content of the order REF-OR-ID.

    `aftercart document list --order REF` lists it.
    """
    with order_action(**action) as acting:
        acting.send("order.print_summary", {})


@click.command(short_help="Mail the changed order to the customer.")
@reference_argument
@click.argument("text", default="")
@action_options
def notify(text: str, **action: Any) -> None:
    """Mail the current content of the order REF-OR-ID to the customer, with the message TEXT."""
    with order_action(**action) as acting:
        acting.confirm(mail="the current order by mail")
        acting.send("order.notify_change", {"text": text})


COMMANDS = (invoice, slip, summary, send, notify, customer, note, message)
