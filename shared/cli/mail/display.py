"""How mails look on the terminal."""

from typing import Any

from rich.text import Text

from shared.cli.terminal import clean, minute, say, short

Data = dict[str, Any]
COLOURS = {
    "sent": "green",
    "failed": "red",
    "unknown": "red",
    "suppressed": "magenta",
    "deferred": "yellow",
}
LONGEST_SUBJECT, LONGEST_REASON = 60, 100  # characters


def say_row(row: Data) -> None:
    """One line."""
    trouble = row["bounced"] or ("" if row["state"] == "sent" else row["reason"])
    say(
        Text.assemble(
            (row["mail_id"], "cyan"),
            f"  {minute(row['at'])}  ",
            (f"{row['state']:10}", COLOURS.get(row["state"], "")),
            f"  {clean(row['template']):14}  {clean(row['recipient'])}  ",
            (short(row["subject"], LONGEST_SUBJECT), "bold"),
            (
                (
                    f"  {'came back: ' if row['bounced'] else ''}{short(trouble, LONGEST_REASON)}"
                    if trouble
                    else ""
                ),
                "red",
            ),
        )
    )


def say_mail(found: Data) -> None:
    """A mail: what it is, every attempt, what it says."""
    mail = found["mail"]
    say(Text.assemble((clean(mail["subject"]), "bold"), f"  {mail['mail_id']}"))
    facts = {
        "to": mail["recipient"],
        "state": f"{mail['state']} since {minute(mail['at'])}",
        "template": mail["template"],
        "belongs to": mail["conversation"],
        "attached": ", ".join(mail["attachments"]),
        "missing": ", ".join(document["number"] for document in mail["missing"]),
        "came back": mail["bounced"],
        "repeats": mail["resend_of"] or "",
        "Message-ID": mail["message_id"],
    }
    for label, value in facts.items():
        if value:
            say(Text.assemble((f"  {label:12}", "dim"), clean(value)))
    for attempt in found["attempts"]:
        say(
            Text.assemble(
                (f"  attempt {attempt['attempt']:<4}", "dim"),
                f"{minute(attempt['at'])}  {attempt['kind']}  ",
                short(attempt["reason"], LONGEST_REASON),
            )
        )
    say()
    say(clean(found["text"], keep="\n"))


def say_suppression(row: Data) -> None:
    """Print one line."""
    until = f"until {minute(row['until'])}  " if row["until"] else ""
    since = f"  since {minute(row['since'])}  "
    say(Text.assemble((clean(row["email"]), "bold"), since, until, clean(row["reason"])))
