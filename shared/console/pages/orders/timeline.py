"""Merge everything that happened to an order into one timeline."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from shared.console.screen import Data


@dataclass(frozen=True)
class Entry:
    """Something that happened. `kind` chooses how it is shown, `facts` are its fields."""

    at: str
    kind: str
    facts: Data = field(repr=False)
    by: str = ""


def timeline(found: Data, threads: list[Data], mails: list[Data]) -> list[Entry]:
    """Return all entries, newest first: states, payments, refunds, returns, documents, messages and
    mails. `threads` are those of `thread.list`, with messages.
    """
    entries = [*_of_order(found), *_messages(threads), *_mails(mails)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _of_order(found: Data) -> Iterator[Entry]:
    for change in found["history"]:
        yield Entry(change["at"], "state", change, change["by"])
    for payment in found["payments"]:
        yield Entry(_time(payment, found), "payment", payment, payment["by"])
    for refund in found["refunds"]:
        yield Entry(refund["at"], "refund", refund, refund["by"])
        if refund["done_at"]:
            yield Entry(refund["done_at"], "refunded", refund)
    for one in found["returns"]:
        yield Entry(one["changed_at"], "return", one, one["by"])
    for document in found["documents"]:
        yield Entry(_time(document, found, "issued_at"), "document", document)


def _time(entry: Data, found: Data, name: str = "at") -> Any:
    return entry[name] or found["order"]["placed_at"]


def _messages(threads: list[Data]) -> Iterator[Entry]:
    for thread in threads:
        for message in thread["messages"]:
            facts = message | {"shown": without_quotations(message)}
            yield Entry(message["at"], "message", facts, message["author"])


def without_quotations(message: Data) -> str:
    """Return the text of a message without the lines that the desk folds, such as quotations."""
    hidden: set[int] = set()
    for fold in message["folds"]:
        hidden.update(range(fold["first"], fold["last"] + 1))
    lines = message["text"].splitlines()
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden).strip()


def _mails(mails: list[Data]) -> Iterator[Entry]:
    for mail in mails:
        yield Entry(mail["at"], "mail", mail)
