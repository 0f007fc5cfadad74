"""`aftercart send`: a command, as a stranger would send it."""

import click

from shared.cli.messages.message_names import command_type
from shared.cli.requests import (
    REFUSED,
    UNANSWERED,
    is_refusal,
    read_data,
    shop_option,
    tell_refusal,
    waiting,
)
from shared.cli.services import Installation
from shared.cli.terminal import note, say, say_json
from shared.clients.client import Request, new_id, outsider
from shared.contracts.envelope import Envelope
from shared.runtime.settings import ClientSettings


@click.command(short_help="Send a command, wait for its reply.")
@click.argument("name")
@click.argument("file")
@shop_option
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the reply; 0 does not wait.",
)
@click.option(
    "--id",
    "message_id",
    default=new_id,
    metavar="ID",
    help=(
        "The message's id; a new one by default. The same id again is the same command, done only"
        " once."
    ),
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole reply as JSON.")
@click.option(
    "--anyway",
    is_flag=True,
    help="Send it even if no contract has this name (it waits as unrouted).",
)
@click.pass_context
def send(
    ctx: click.Context,
    name: str,
    file: str,
    shop: str,
    wait: float,
    message_id: str,
    as_json: bool,
    anyway: bool,
) -> None:
    """Sends the command NAME with the fields in FILE, and waits for its reply.

    FILE holds a JSON object; `-` reads it from standard input. RabbitMQ confirms that it keeps the
    command before anything is waited for.

    \b
    Exit codes: 0 done (or sent, with --wait 0), 2 refused, 3 not answered in time, 1 anything else.

    \b
    Examples:
      aftercart send order.place order.json
      echo '{"sku": "MUG-BLUE", "quantity": 25}' | aftercart send stock.set -
    """  # noqa: D301 - click reads \b
    kind = command_type(name, ctx.ensure_object(Installation), anyway=anyway)
    request = Request(name, kind, read_data(file), message_id, shop)
    with outsider(ClientSettings.load().broker_url.get_secret_value(), "send") as client:
        client.send(request, answer=wait > 0)
        (note if as_json else say)(f"sent {name} {request.id}")
        if wait > 0:
            with waiting(wait):
                reply = next(client.replies(request, wait), None)
            ctx.exit(_tell(reply, request, wait, as_json))


def _tell(reply: Envelope | None, request: Request, wait: float, as_json: bool) -> int:
    if reply is None:
        note(
            f"Nobody answered within {wait:g} seconds. RabbitMQ keeps the command until its service"
            " takes it: see `aftercart health` and `aftercart dead list`, or ask again with `--id"
            f" {request.id}`, without harm.",
            style="yellow",
        )
        return UNANSWERED
    if as_json:
        say_json(reply.model_dump(mode="json", exclude_none=True))
    elif not is_refusal(reply):
        say(_done(reply), style="green")
    if is_refusal(reply):
        tell_refusal(reply)
        return REFUSED
    return 0


def _done(reply: Envelope) -> str:
    if reply.data.get("repeated"):
        return "done before: nothing changed now"
    events = reply.data.get("events") or []
    return f"done: {', '.join(map(str, events))}" if events else "done"
