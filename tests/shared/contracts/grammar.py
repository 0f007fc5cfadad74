"""Check the names and summaries of messages: `<noun>.<verb>`, commands in the imperative."""

import re

NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
WITHOUT_ED = {
    "document.content",
    "mail.sent",
    "mail.unreadable",
    "payment.refund_due",
    "stock.short",
    "store_credit.given_back",
}
WITHOUT_ANSWERED = {"command.done", "message.refused"}
"""Answers to messages of any name."""


def fault(name: str, kind: str) -> str | None:
    """Return the fault in the name of a message of that kind, or None."""
    first, last = name.partition(".")[2].split("_")[0], name.rpartition("_")[2]
    wrong = {
        "it is not <noun>.<verb> in lower case": not NAME.fullmatch(name),
        "it says what happened": kind in ("command", "query") and first.endswith("ed"),
        "it does not say what happened": (
            kind == "event" and not name.endswith("ed") and name not in WITHOUT_ED
        ),
        "only refusals end in _refused": (kind == "refusal") != (last == "refused"),
        "only answers end in _answered": (
            (kind == "answer") != (last == "answered" or name in WITHOUT_ANSWERED)
        ),
    }
    return next((reason for reason, found in wrong.items() if found), None)


def summary_fault(sentence: str, kind: str) -> str | None:
    """Return the fault in the summary of a message of that kind, or None."""
    first = sentence.split(maxsplit=1)[0]
    if kind == "query" and first != "Return":
        return "a query's summary begins with 'Return'"
    if kind == "command" and (first.endswith("s") or first in ("A", "An", "The")):
        return "a command's summary begins with an imperative"
    return None
