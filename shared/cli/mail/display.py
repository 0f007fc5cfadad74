"""Print mails on the terminal."""

from typing import Any

from rich.text import Text

from shared.cli.terminal import clean, minute, prefixed, print_line, shortened

Data = dict[str, Any]
COLOURS = {
    "sent": "green",
    "failed": "red",
    "unknown": "red",
    "suppressed": "magenta",
    "deferred": "yellow",
}
MAX_SUBJECT, MAX_REASON = 60, 100  # characters


def print_row(row: Data) -> None:
    """Print a mail of a list in one line."""
    trouble = ""
    if row["state"] != "sent":
        trouble = shortened(row["reason"], MAX_REASON)
    if row["bounced"]:
        trouble = f"bounced: {shortened(row['bounced'], MAX_REASON)}"
    print_line(
        Text.assemble(
            (row["mail_id"], "cyan"),
            f"  {minute(row['at'], row['timezone'])}  ",
            (f"{row['state']:10}", COLOURS.get(row["state"], "")),
            f"  {clean(row['template']):14}  {clean(row['recipient'])}  ",
            (shortened(row["subject"], MAX_SUBJECT), "bold"),
            (prefixed("  ", trouble), "red"),
        )
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
        "attached": ", ".join(mail["attachments"]),
        "missing": ", ".join(document["number"] for document in mail["missing"]),
        "bounced": mail["bounced"],
        "copy of": mail["resend_of"] or "",
        "Message-ID": mail["message_id"],
    }
    for label, value in facts.items():
        if value:
            print_line(Text.assemble((f"  {label:12}", "dim"), clean(value)))
    for attempt in found["attempts"]:
        print_line(
            Text.assemble(
                (f"  attempt {attempt['attempt']:<4}", "dim"),
                f"{minute(attempt['at'], zone)}  {attempt['kind']}  ",
                shortened(attempt["reason"], MAX_REASON),
            )
        )
    print_line()
    print_line(clean(found["text"], allowed="\n"))


def print_suppression(row: Data, zone: str) -> None:
    """Print a suppressed address in one line."""
    until = ""
    if row["until"]:
        until = f"until {minute(row['until'], zone)}  "
    since = f"  since {minute(row['since'], zone)}  "
    print_line(Text.assemble((clean(row["email"]), "bold"), since, until, clean(row["reason"])))
