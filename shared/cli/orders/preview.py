"""Describe the effects of a change of an order before it is sent: amounts, documents, mails."""

from collections.abc import Iterator

from shared.cli.shop_client import Data
from shared.writing.currencies import written


def sentences(preview: Data) -> Iterator[str]:
    """Yield sentences for an answer to `order.preview`."""
    before, after = preview["before"], preview["after"]
    yield _total(before["total"], after["total"])
    yield _due(after)
    if before["state"] != after["state"]:
        yield f"The order moves from '{before['state']}' to '{after['state']}'."
    if preview["issues"]:
        yield f"Issued: {_kinds(preview['issues'])}."


def mails(preview: Data) -> list[str]:
    """Name the mails that the customer would get."""
    found: list[str] = []
    if preview["mail_template"]:
        found.append(f"the mail '{preview['mail_template']}'")
    if preview["attaches"]:
        found.append(f"the {_kinds(preview['attaches'])} by mail")
    return found


def changes_price(preview: Data) -> bool:
    """Return whether the total or a due amount would change."""
    before, after = preview["before"], preview["after"]
    return any(before[name] != after[name] for name in ("total", "due", "refund_due"))


def _total(before: Data, after: Data) -> str:
    difference = after["amount"] - before["amount"]
    if not difference:
        return f"The total stays {_money(before)}."
    word = "more"
    if difference < 0:
        word = "less"
    amount = written(abs(difference), after["currency"])
    return f"Total {_money(before)} → {_money(after)}, {amount} {word}."


def _due(after: Data) -> str:
    due, back = after["due"], after["refund_due"]
    if due["amount"] > 0:
        return f"{_money(due)} will be due from the customer."
    if due["amount"] < 0:
        return f"{written(-due['amount'], due['currency'])} will be overpaid."
    if back["amount"] > 0:
        return f"{_money(back)} will be due to the customer."
    return "Nothing will be due."


def _kinds(kinds: list[str]) -> str:
    return ", ".join(kind.replace("_", " ") for kind in dict.fromkeys(kinds))


def _money(money: Data) -> str:
    return written(money["amount"], money["currency"])
