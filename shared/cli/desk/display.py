"""How threads look on the terminal."""

import json
from collections.abc import Iterable
from typing import Any

from rich.text import Text

from shared.cli.terminal import clean, minute, money, print_line, shortened
from shared.clients.sentences import counted

Data = dict[str, Any]
COLOURS = {"open": "green", "closed": "dim", "pending1": "blue", "pending2": "magenta"}
UNKNOWN = "@unknown.invalid"
IN_DOUBT = "May not have arrived."
LONGEST_SUBJECT, LONGEST_LINE = 60, 120  # characters


def print_row(row: Data, *, as_json: bool) -> None:
    """One line for people, or one of JSON."""
    if as_json:
        print_line(json.dumps(row, ensure_ascii=False))
        return
    zone = row["timezone"]
    waits = f"waits since {minute(row['waits_since'], zone)}" if row["waits_since"] else ""
    print_line(
        Text.assemble(
            (row["thread_id"], "cyan"),
            f"  {minute(row['opened_at'], zone)}  ",
            (f"{row['status']:8}", COLOURS[row["status"]]),
            (f"  {row['unread']} new  " if row["unread"] else "  ", "bold yellow"),
            (shortened(row["subject"], LONGEST_SUBJECT), "bold"),
            f"  {_customer(row)}",
            (f"  {row['order_reference']}" if row["order_reference"] else "", "cyan"),
            (f"  {clean(row['owner'])}" if row["owner"] else "", "dim"),
            (f"  {waits}" if waits else "", "yellow"),
        )
    )
    if row["last_message_at"]:
        private = "  private" if row["last_private"] else ""
        print_line(
            Text.assemble(
                (f"    {counted(row['messages'], 'message')}, ", "dim"),
                (f"{minute(row['last_message_at'], zone)} {_sender(row['last_author'])}: ", "dim"),
                shortened(row["last_text"], LONGEST_LINE),
                (private, "yellow"),
            )
        )


def print_thread(found: Data) -> None:
    """A thread: what it is, who the customer is, and what was said."""
    thread, customer, order = found["thread"], found["customer"], found["order"]
    zone, registered = found["timezone"], customer["registered_at"]
    print_line(Text.assemble((clean(thread["subject"]), "bold"), f"  {thread['thread_id']}"))
    _say_facts(
        {
            "status": thread["status"] + _waits(thread["waits_since"], zone),
            "owner": thread["owner"] or "nobody",
            "contact": thread["contact"] or "",
            "customer": (
                _customer(thread)
                + (f", {customer['customer_id']}" if customer["customer_id"] else "")
            ),
            "address": _address(customer["addresses"]),
            "orders": _orders(customer),
            "registered": minute(registered, zone) if registered else "",
            "order": _order(order),
            "product": thread["sku"] or "",
        }
    )
    if found["earlier"]:
        print_line(
            "\nThere are earlier messages: `aftercart desk timeline` shows them.", style="dim"
        )
    for message in found["messages"]:
        print_line()
        _say_message(message, zone)


def print_timeline(found: Data) -> None:
    """One line for each thing that happened."""
    for entry in found["entries"]:
        print_line(
            Text.assemble(
                f"{minute(entry['at'], found['timezone'])}  ",
                (f"{entry['order_reference'] or '':11}", "cyan"),
                *_happened(entry),
            )
        )
    if found["next"]:
        print_line("There is more before; --limit shows it.", style="dim")


def print_statuses(statuses: Data) -> None:
    """Print the name and the meaning of each status, per language."""
    for key, status in statuses.items():
        print_line(Text.assemble((f"{key:10}", COLOURS[key]), _per_language(status["labels"])))
        if status["meanings"]:
            print_line(f"{'':10}{_per_language(status['meanings'])}", style="dim")


def _per_language(texts: dict[str, str]) -> str:
    return "  ".join(f"{language}: {clean(text)}" for language, text in texts.items())


def print_statistics(found: Data, contacts: Iterable[Data]) -> None:
    """The figures of the desk, and what waits for each contact."""
    response, messages = found["first_response_seconds"], found["messages_per_closed_thread"]
    _say_facts(
        {
            "threads": (
                f"{found['threads']}: {found['open']} open, {found['pending']} pending,"
                f" {found['closed']} closed"
            ),
            "waiting": counted(found["waiting"], "thread"),
            "unread": (
                f"{counted(found['unread_messages'], 'message')} in"
                f" {counted(found['unread_threads'], 'thread')}"
            ),
            "messages": (
                f"{found['customer_messages']} of customers, {found['employee_messages']} of"
                " employees"
            ),
            f"{found['days']} days": (
                f"{_average(response, 3600, 'hours to the first answer', 'nothing answered')}, "
                f"{_average(messages, 1, 'messages per closed thread', 'nothing closed')}"
            ),
        }
    )
    for contact in contacts:
        print_line(
            Text.assemble(
                (f"  {contact['key']:20}", "cyan"),
                f"{contact['unread']} new, {contact['waiting']} waiting",
                ("" if contact["save_messages"] else "  mailed only", "dim"),
            )
        )


def _happened(entry: Data) -> tuple[Any, ...]:
    if entry["kind"] == "message":
        message = entry["message"]
        return (
            (
                f"{clean(message['author'])}: ",
                "bold" if message["direction"] == "customer" else "green",
            ),
            shortened(_unfolded(message), LONGEST_LINE),
            ("  private" if message["private"] else "", "yellow"),
        )
    total = f"placed, {money(entry['total'])}: " if entry["total"] else ""
    return ((f"{total}{clean(entry['state'])}", entry["colour"] or ""),)


def _say_message(message: Data, zone: str) -> None:
    print_line(
        Text.assemble(
            (
                _sender(message["author"]),
                "bold" if message["direction"] == "customer" else "bold green",
            ),
            (f"  {minute(message['at'], zone)}", "dim"),
            ("".join(f"  {mark}" for mark in _marks(message)), "yellow"),
        )
    )
    folds = {fold["first"]: fold["last"] for fold in message["folds"]}
    hidden = 0
    for number, line in enumerate(message["text"].split("\n"), 1):
        if number in folds:
            hidden = folds[number]
            print_line(f"  … {counted(hidden - number + 1, 'line')} quoted", style="dim")
        if number > hidden:
            print_line(f"  {clean(line)}".rstrip())
    for file in message["attachments"]:
        warning = "  may be dangerous" if file["dangerous"] else ""
        print_line(
            Text.assemble(
                (f"  {clean(file['filename'])}", "cyan"),
                f"  {file['media_type']}, {file['size']:,} bytes",
                (f"  {file['attachment_id']}", "dim"),
                (warning, "bold red"),
            )
        )
    for document in message["documents"]:
        print_line(
            Text.assemble(
                (f"  {clean(document['number'])}", "cyan"),
                f"  {document['kind'].replace('_', ' ')}",
            )
        )
    for name in ("cc", "bcc"):
        if message[name]:
            print_line(f"  {name}: {', '.join(map(clean, message[name]))}", style="dim")


def _unfolded(message: Data) -> str:
    """What its author wrote, without what he quotes; all of it where he wrote nothing else."""
    hidden = {
        number for fold in message["folds"] for number in range(fold["first"], fold["last"] + 1)
    }
    lines = message["text"].split("\n")
    return (
        "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden).strip()
        or message["text"]
    )


def _marks(message: Data) -> list[str]:
    """What whoever reads the message should know at once."""
    kinds = [] if message["kind"] == "personal" else [message["kind"].replace("_", " ")]
    held = {
        "private": message["private"],
        "new": message["unread"],
        "no participant": not message["verified"],
    }
    noted = [mark.replace("_", " ") for mark in message["marks"]]
    failed = [_failure(message["undelivered"])] if message["undelivered"] else []
    return [*kinds, *(mark for mark, holds in held.items() if holds), *noted, *failed]


def _failure(undelivered: str) -> str:
    """Return why a mail did not arrive, or may not have: a report about another address proves
    nothing.
    """
    reason = clean(undelivered)
    return reason if reason.startswith(IN_DOUBT) else f"did not arrive: {reason}"


def _say_facts(facts: dict[str, str]) -> None:
    for name, value in facts.items():
        if value:
            print_line(Text.assemble((f"  {name:12}", "dim"), clean(value)))


def _average(figure: float | None, unit: int, what: str, none: str) -> str:
    return none if figure is None else f"{figure / unit:.1f} {what}"


def _waits(since: str | None, zone: str) -> str:
    return f", waits since {minute(since, zone)}" if since else ""


def _orders(customer: Data) -> str:
    """Return how many orders of a customer are sales, what those cost, and what was paid."""
    valid = f"{customer['valid_orders']} of {customer['orders']} valid"
    return f"{valid}, total {_amounts(customer['valid_total'])}, paid {_amounts(customer['spent'])}"


def _amounts(amounts: list[Data]) -> str:
    return ", ".join(map(money, amounts)) or "none"


def _customer(thread: Data) -> str:
    return clean(f"{thread['customer_name']} <{_sender(thread['customer_email'])}>".strip())


def _sender(email: str) -> str:
    """Return an address; the placeholder of a mail that names none helps nobody."""
    return "unknown sender" if email.endswith(UNKNOWN) else clean(email)


def _order(order: Data | None) -> str:
    if order is None:
        return ""
    return (
        f"{order['reference']}, {order['state']}, {money(order['total'])}, paid"
        f" {money(order['paid'])}"
    )


def _address(addresses: list[Data]) -> str:
    return (
        ", ".join(filter(None, (addresses[0][part] for part in ("line1", "city", "country"))))
        if addresses
        else ""
    )
