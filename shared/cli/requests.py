"""Read the fields of a message from a file, wait for a reply, and print a refusal."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.cli.terminal import clean, console, print_note
from shared.cli.verbs import with_verbs
from shared.clients.client import Refusal
from shared.runtime.errors import AftercartError

REFUSED, NO_REPLY = 2, 3  # exit codes


def read_data(file: str) -> dict[str, Any]:
    """Read a JSON object from a file, or from standard input for `-`. Raises `AftercartError`."""
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
def waiting_status(seconds: float) -> Iterator[None]:
    """Show on a terminal, for the time of the `with` block, that a reply is awaited."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield
        return
    with screen.status(f"waiting up to {seconds:g} seconds for the reply"):
        yield


def print_refusal(refusal: Refusal, *, details: bool = True) -> None:
    """Print code and sentence of a refusal on standard error.

    With `details` also its data; else with commands instead of messages, for people.
    """
    reason = refusal.reason if details else with_verbs(refusal.reason)
    print_note(f"refused ({clean(refusal.code)}): {clean(reason)}", style="red")
    if refusal.details and details:
        text = json.dumps(refusal.details, indent=2, ensure_ascii=False)
        print_note(clean(text, allowed="\n"))
