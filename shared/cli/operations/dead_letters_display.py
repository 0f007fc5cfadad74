"""Print dead letters on the terminal."""

import json
from collections.abc import Iterable, Mapping

from rich.text import Text

from shared.cli.table import Right, Table
from shared.cli.terminal import (
    clean,
    local_time,
    print_json,
    print_line,
    print_record,
    print_records,
    shortened,
)
from shared.clients.dead_letters import DeadLetter, DeadLetterQueue
from shared.clients.phrases import counted

MAX_REASON, MAX_BODY = 180, 4000  # characters


def print_dead_letters(letters: Iterable[DeadLetter], *, as_json: bool) -> None:
    """Print dead letters, each with its reason below, or each as one line of JSON."""
    if as_json:
        print_records(map(_facts, letters))
        return
    table = Table(("Service", "Time", "Message", "Id", Right("Attempts")))
    for letter in letters:
        table.add(
            (letter.queue.service, "bold"),
            local_time(letter.time),
            (letter.name, "bold cyan"),
            letter.id,
            str(letter.attempts),
            below=Text(shortened(letter.reason, MAX_REASON), style="red"),
        )
    table.print()


def print_dead_letter(letter: DeadLetter, *, as_json: bool) -> None:
    """Print everything known about a dead letter."""
    if as_json:
        print_record(_facts(letter) | _contents(letter))
        return
    print_line(_heading(letter))
    print_line(f"  {clean(letter.reason)}", style="red")
    print_line("\nenvelope" if letter.envelope else "\nbody", style="bold")
    if letter.envelope:
        print_json(letter.envelope.model_dump(mode="json", exclude_none=True))
    else:
        print_line(clean(letter.body[:MAX_BODY].decode(errors="backslashreplace"), allowed="\n"))
        print_line(
            f"({counted(len(letter.body), 'byte')}; --body writes them as they are)", style="dim"
        )
    headers = dict(letter.headers)
    headers.pop("x-error", None)
    if headers:
        print_line("\nheaders", style="bold")
        print_line(
            clean(json.dumps(headers, indent=2, ensure_ascii=False, default=str), allowed="\n")
        )
    if letter.headers.get("x-error"):
        print_line("\nerror", style="bold")
        print_line(clean(str(letter.headers["x-error"]), allowed="\n").rstrip())


def describe(counts: Mapping[DeadLetterQueue, int]) -> str:
    """Return `3 dead letters: 2 of orders, 1 unrouted`."""
    parts: list[str] = []
    for queue, count in counts.items():
        if count:
            parts.append(f"{count} unrouted" if queue.unrouted else f"{count} of {queue.service}")
    if not parts:
        return "no dead letters"
    return f"{counted(sum(counts.values()), 'dead letter')}: {', '.join(parts)}"


def _heading(letter: DeadLetter) -> Text:
    return Text.assemble(
        (letter.queue.service, "bold"),
        "  ",
        local_time(letter.time),
        "  ",
        (clean(letter.name), "bold cyan"),
        "  ",
        clean(letter.id),
        "  ",
        (counted(letter.attempts, "attempt"), "dim"),
    )


def _contents(letter: DeadLetter) -> dict[str, object]:
    """Return the envelope, or the body of a message that is none, and the headers."""
    headers = json.loads(json.dumps(dict(letter.headers), default=str))
    if letter.envelope:
        envelope = letter.envelope.model_dump(mode="json", exclude_none=True)
        return {"envelope": envelope, "headers": headers}
    return {"body": letter.body.decode(errors="backslashreplace"), "headers": headers}


def _facts(letter: DeadLetter) -> dict[str, object]:
    return {
        "service": letter.queue.service,
        "time": letter.time.isoformat() if letter.time else None,
        "name": letter.name,
        "id": letter.id,
        "attempts": letter.attempts,
        "reason": letter.reason,
    }
