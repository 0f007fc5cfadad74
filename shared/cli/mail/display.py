"""Print mails on the terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, minute, print_line, shortened

Data = dict[str, Any]
COLOURS = {
    "sent": "green",
    "failed": "red",
    "unknown": "red",
    "suppressed": "magenta",
    "deferred": "yellow",
}
MAX_SUBJECT, MAX_REASON = 60, 100  # characters


def print_mails(rows: Iterable[Data]) -> None:
    """Print a list of mails."""
    print_table(
        ("Mail", "Time", "State", "Template", "Recipient", "Subject", "Trouble"),
        map(_row, rows),
        empty="No mail matches.",
    )


def _row(row: Data) -> Sequence[Cell]:
    trouble = ""
    if row["state"] != "sent":
        trouble = shortened(row["reason"], MAX_REASON)
    if row["bounced"]:
        trouble = f"bounced: {shortened(row['bounced'], MAX_REASON)}"
    return (
        (row["mail_id"], "cyan"),
        minute(row["at"], row["timezone"]),
        (row["state"], COLOURS.get(row["state"], "")),
        row["template"],
        row["recipient"],
        (shortened(row["subject"], MAX_SUBJECT), "bold"),
        (trouble, "red"),
    )


def print_mail(found: Data) -> None:
    """Print a mail: its facts, every attempt to send it, and its text."""
    mail, zone = found["mail"], found["timezone"]
    print_line(Text.assemble((clean(mail["subject"]), "bold"), f"  {mail['mail_id']}"))
    facts = {
        "to": mail["recipient"],
        "state": f"{mail['state']} since {minute(mail['at'], zone)}",
        "template": mail["template"],
        "belongs to": mail["conversation"],
        "attached": ", ".join(mail["attachment_names"]),
        "missing": ", ".join(document["number"] for document in mail["missing_documents"]),
        "bounced": mail["bounced"],
        "copy of": mail["resend_of"] or "",
        "Message-ID": mail["mail_message_id"],
    }
    for label, value in facts.items():
        if value:
            print_line(Text.assemble((f"  {label:12}", "dim"), clean(value)))
    rows: list[Sequence[Cell]] = []
    for attempt in found["attempts"]:
        reason = shortened(attempt["reason"], MAX_REASON)
        rows.append(
            (str(attempt["attempt"]), minute(attempt["at"], zone), attempt["result"], reason)
        )
    if rows:
        print_line()
    print_table((Right("Attempt"), "Time", "Result", "Reason"), rows)
    print_line()
    print_line(clean(found["text"], allowed="\n"))


def print_suppressions(found: Iterable[Data], zone: str) -> None:
    """Print suppressed addresses."""
    rows: list[Sequence[Cell]] = []
    for row in found:
        until = ""
        if row["until"]:
            until = minute(row["until"], zone)
        rows.append(((row["email"], "bold"), minute(row["since"], zone), until, row["reason"]))
    print_table(("Address", "Since", "Until", "Reason"), rows, empty="No address is suppressed.")
