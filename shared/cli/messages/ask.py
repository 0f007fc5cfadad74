"""`aftercart ask`: a question, and its answer as JSON."""

import click

from shared.cli.messages.message_names import query_type
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
from shared.cli.terminal import note, say_json
from shared.clients.client import Request, new_id, outsider
from shared.contracts.envelope import Envelope
from shared.runtime.settings import ClientSettings

FOR_ONE, FOR_ALL = 30.0, 5.0  # seconds


@click.command(short_help="Ask a question, print the answer.")
@click.argument("name")
@click.argument("file", required=False)
@shop_option
@click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help=f"How long to wait; {FOR_ONE:g} by default, {FOR_ALL:g} with --all.",
)
@click.option(
    "--all",
    "everybody",
    is_flag=True,
    help="Collect the answers of all services until the time is over.",
)
@click.pass_context
def ask(
    ctx: click.Context, name: str, file: str | None, shop: str, wait: float | None, everybody: bool
) -> None:
    """Asks the question NAME with the fields in FILE, and prints the answer as JSON.

    FILE holds a JSON object; `-` reads it from standard input; without it the question has no
    fields. With --all, a list of `{"source": who answers, "name": what it is, "data": the answer}`
    is printed.

    \b
    Exit codes: 0 answered, 2 refused, 3 not answered in time, 1 anything else.

    \b
    Examples:
      echo '{"order_id": "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"}' | aftercart ask order.get -
      aftercart ask service.health --all
    """  # noqa: D301 - click reads \b
    kind = query_type(name, ctx.ensure_object(Installation))
    request = Request(name, kind, read_data(file) if file else {}, new_id(), shop)
    seconds = wait or (FOR_ALL if everybody else FOR_ONE)
    with outsider(ClientSettings.load().broker_url.get_secret_value(), "ask") as client:
        client.send(request)
        with waiting(seconds):
            replies = client.replies(request, seconds)
            found = (
                list(replies) if everybody else [reply for reply in [next(replies, None)] if reply]
            )
    if not found:
        note(f"Nobody answered within {seconds:g} seconds: see `aftercart health`.", style="yellow")
        ctx.exit(UNANSWERED)
    ctx.exit(_tell_all(found) if everybody else _tell(found[0]))


def _tell(reply: Envelope) -> int:
    if is_refusal(reply):
        tell_refusal(reply)
        return REFUSED
    say_json(reply.data)
    return 0


def _tell_all(replies: list[Envelope]) -> int:
    say_json(
        [{"source": reply.source, "name": reply.name, "data": reply.data} for reply in replies]
    )
    return REFUSED if all(map(is_refusal, replies)) else 0
