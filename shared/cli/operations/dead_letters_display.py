"""How dead letters look on the terminal."""

import json
from collections.abc import Mapping

from rich.text import Text

from shared.cli.terminal import clean, counted, local, say, say_json, short
from shared.clients.dead_letters import Box, Letter

LONGEST_REASON, LONGEST_BODY = 180, 4000  # characters


def say_line(letter: Letter, *, as_json: bool) -> None:
    """Two lines for people, or one of JSON."""
    if as_json:
        say(json.dumps(_facts(letter), ensure_ascii=False))
        return
    say(_heading(letter))
    say(f"  {short(letter.reason, LONGEST_REASON)}", style="red")


def say_letter(letter: Letter) -> None:
    """All that is known of it."""
    say(_heading(letter))
    say(f"  {clean(letter.reason)}", style="red")
    say("\nenvelope" if letter.envelope else "\nbody", style="bold")
    if letter.envelope:
        say_json(letter.envelope.model_dump(mode="json", exclude_none=True))
    else:
        say(clean(letter.body[:LONGEST_BODY].decode(errors="backslashreplace"), keep="\n"))
        say(f"({counted(len(letter.body), 'byte')}; --body writes them as they are)", style="dim")
    headers = {name: value for name, value in letter.headers.items() if name != "x-error"}
    if headers:
        say("\nheaders", style="bold")
        say(clean(json.dumps(headers, indent=2, ensure_ascii=False, default=str), keep="\n"))
    if letter.headers.get("x-error"):
        say("\nerror", style="bold")
        say(clean(str(letter.headers["x-error"]), keep="\n").rstrip())


def describe(totals: Mapping[Box, int]) -> str:
    """`3 dead letters: 2 of orders, 1 unrouted`."""
    parts = [
        f"{number} unrouted" if box.unrouted else f"{number} of {box.name}"
        for box, number in totals.items()
        if number
    ]
    if not parts:
        return "no dead letters"
    return f"{counted(sum(totals.values()), 'dead letter')}: {', '.join(parts)}"


def _heading(letter: Letter) -> Text:
    return Text.assemble(
        (letter.box.name, "bold"),
        "  ",
        local(letter.time),
        "  ",
        (clean(letter.name), "bold cyan"),
        "  ",
        clean(letter.id),
        "  ",
        (counted(letter.attempts, "attempt"), "dim"),
    )


def _facts(letter: Letter) -> dict[str, object]:
    return {
        "service": letter.box.name,
        "time": letter.time.isoformat() if letter.time else None,
        "name": letter.name,
        "id": letter.id,
        "attempts": letter.attempts,
        "reason": letter.reason,
    }
