"""What `send` and `ask` have in common: the file, the waiting, the way a refusal is told."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from shared.cli.terminal import clean, console, note
from shared.contracts.envelope import DEFAULT_SHOP, Envelope
from shared.runtime.errors import AftercartError

REFUSED, UNANSWERED = 2, 3  # exit codes

shop_option = click.option(
    "--shop", default=DEFAULT_SHOP, show_default=True, help="The shop it belongs to."
)


def read_data(file: str) -> dict[str, Any]:
    """The JSON object in a file, or on standard input for `-`. Raises `AftercartError`."""
    try:
        data = json.loads(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise AftercartError(f"The file '{file}' cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise AftercartError(f"The file '{file}' is not JSON in UTF-8: {error}.") from None
    if not isinstance(data, dict):
        raise AftercartError(
            f"The file '{file}' must hold a JSON object with the message's fields."
        )
    return data


@contextmanager
def waiting(seconds: float) -> Iterator[None]:
    """Shows on a terminal that an answer is awaited."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield
        return
    with screen.status(f"waiting up to {seconds:g} seconds for the answer"):
        yield


def is_refusal(reply: Envelope) -> bool:
    """Whether a reply says no."""
    return reply.name.endswith("_refused")


def tell_refusal(reply: Envelope, *, details: bool = True) -> None:
    """The sentence and the code, on standard error; what else is known, below, unless that is for
    programs only.
    """
    code, reason = reply.data.get("code", "no code"), reply.data.get("reason", "no reason given")
    note(f"refused ({clean(str(code))}): {clean(str(reason))}", style="red")
    known = reply.data.get("details")
    if known and details:
        note(clean(json.dumps(known, indent=2, ensure_ascii=False), keep="\n"))
