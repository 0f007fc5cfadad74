"""`aftercart send`: send a command, as any client sends it."""

import click

from shared.cli.completion import MessageName
from shared.cli.files import file_argument
from shared.cli.messages.message_names import command_version
from shared.cli.options import SettingOption, json_option, shop_option
from shared.cli.requests import NO_REPLY, REFUSED, print_refusal, read_data, waiting_status
from shared.cli.services import Installation
from shared.cli.terminal import print_line, print_note, print_record
from shared.clients.client import Reply, Request, new_id, open_client
from shared.contracts.message import Command
from shared.runtime.settings import ClientSettings


@click.command(short_help="Send a command and wait for its reply.")
@click.argument("name", type=MessageName(Command))
@file_argument
@shop_option
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=30,
    show_default=True,
    envvar="AFTERCART_WAIT",
    cls=SettingOption,
    metavar="SECONDS",
    help="How long to wait for the reply; 0 does not wait. Also by AFTERCART_WAIT.",
)
@click.option(
    "--id",
    "message_id",
    default=new_id,
    metavar="ID",
    help="The message's id; a new one by default. A repeated id is processed only once.",
)
@json_option
@click.option(
    "--anyway",
    is_flag=True,
    help="Send the command even if no contract has its name; it is then stored as unrouted.",
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
    """Send the command NAME with the fields in FILE, and wait for its reply.

    FILE holds a JSON object; `-` reads it from standard input. RabbitMQ confirms that it stored the
    command before the wait begins. All names of commands and their fields are in
    `docs/reference/asyncapi.yaml`.

    \b
    Exit codes: 0 done (or sent, with --wait 0), 2 refused, 3 no reply in time,
    1 for any other error.

    \b
    Examples:
      aftercart send order.place order.json
      echo '{"sku": "MUG-BLUE", "quantity": 25}' | aftercart send stock.set -
    """  # noqa: D301 - click reads \b
    version = command_version(name, ctx.ensure_object(Installation), anyway=anyway)
    request = Request(name, read_data(file), shop, message_id, version)
    with open_client(ClientSettings.load().broker_url.get_secret_value(), "send") as client:
        client.send(request, expect_reply=wait > 0)
        (print_note if as_json else print_line)(f"sent {name} {request.id}")
        if wait > 0:
            with waiting_status(wait):
                reply = next(client.replies(request, wait), None)
            ctx.exit(_print(reply, request, wait, as_json=as_json))


def _print(reply: Reply | None, request: Request, wait: float, *, as_json: bool) -> int:
    """Print the reply, or that there is none, and return the exit code."""
    if reply is None:
        print_note(
            f"No service replied within {wait:g} seconds. The command stays in RabbitMQ until its"
            " service handles it: see `aftercart health` and `aftercart dead list`, or send it"
            f" again with `--id {request.id}`, which is safe.",
            style="yellow",
        )
        return NO_REPLY
    if as_json:
        print_record(reply.envelope.model_dump(mode="json", exclude_none=True))
    elif not reply.refusal:
        print_line(_summary(reply), style="green")
    if reply.refusal:
        print_refusal(reply.refusal)
        return REFUSED
    return 0


def _summary(reply: Reply) -> str:
    if reply.data.get("repeated"):
        return "done before: nothing changed now"
    events = reply.data.get("events") or []
    if not events:
        return "done"
    return f"done: {', '.join(map(str, events))}"
