"""`aftercart ask`: send a query and print the answer as JSON."""

import click

from shared.cli.completion import MessageName
from shared.cli.messages.message_names import query_version
from shared.cli.options import json_option, shop_option
from shared.cli.requests import NO_REPLY, REFUSED, print_refusal, read_data, waiting_status
from shared.cli.services import Installation
from shared.cli.terminal import print_found, print_note, print_record
from shared.clients.client import Client, Reply, Request, open_client
from shared.contracts.message import Query
from shared.runtime.settings import ClientSettings

FIRST_ANSWER, ALL_ANSWERS = 30.0, 5.0  # seconds to wait


@click.command(short_help="Send a query and print the answer.")
@click.argument("name", type=MessageName(Query))
@click.argument("file", type=click.Path(allow_dash=True), required=False)
@shop_option
@click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help=f"How long to wait; {FIRST_ANSWER:g} by default, {ALL_ANSWERS:g} with --all.",
)
@click.option(
    "--all",
    "every_service",
    is_flag=True,
    help="Collect the answers of all services until the time is over.",
)
@json_option
@click.pass_context
def ask(
    ctx: click.Context,
    name: str,
    file: str | None,
    shop: str,
    wait: float | None,
    every_service: bool,
    as_json: bool,
) -> None:
    """Send the query NAME with the fields in FILE, and print the answer as JSON.

    FILE holds a JSON object; `-` reads it from standard input. Without FILE the query has no
    fields. With --all, each line is one object `{"source": the service, "name": the answer's
    name, "data": its fields}`. All names of queries and their fields are in
    `docs/reference/asyncapi.yaml`.

    \b
    Exit codes: 0 answered, 2 refused, 3 no answer in time, 1 for any other error.

    \b
    Examples:
      echo '{"order_id": "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"}' | aftercart ask order.get -
      aftercart ask service.health --all
    """  # noqa: D301 - click reads \b
    version = query_version(name, ctx.ensure_object(Installation))
    request = Request(name, read_data(file) if file else {}, shop, version=version)
    seconds = wait or (ALL_ANSWERS if every_service else FIRST_ANSWER)
    with open_client(ClientSettings.load().broker_url.get_secret_value(), "ask") as client:
        client.send(request)
        with waiting_status(seconds):
            replies = _replies(client, request, seconds, every_service=every_service)
    if not replies:
        print_note(
            f"No service replied within {seconds:g} seconds: see `aftercart health`.",
            style="yellow",
        )
        ctx.exit(NO_REPLY)
    if every_service:
        ctx.exit(_print_all(replies))
    ctx.exit(_print(replies[0], as_json=as_json))


def _replies(
    client: Client, request: Request, seconds: float, *, every_service: bool
) -> list[Reply]:
    found: list[Reply] = []
    for reply in client.replies(request, seconds):
        found.append(reply)
        if not every_service:
            break
    return found


def _print(reply: Reply, *, as_json: bool) -> int:
    """Print a reply and return the exit code."""
    if reply.refusal:
        print_refusal(reply.refusal)
        return REFUSED
    print_found(reply.data, as_json=as_json)
    return 0


def _print_all(replies: list[Reply]) -> int:
    """Print all replies, one on each line, and return the exit code."""
    for reply in replies:
        print_record({"source": reply.envelope.source, "name": reply.name, "data": reply.data})
    if all(reply.refusal for reply in replies):
        return REFUSED
    return 0
