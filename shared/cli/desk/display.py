"""Print threads on the terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from shared.cli.desk.message_display import print_message, sender, unfolded
from shared.cli.table import Cell, Right, Table, print_table
from shared.cli.terminal import clean, minute, money, prefixed, print_line, shortened
from shared.clients.phrases import counted
from shared.writing.currencies import written

Data = dict[str, Any]
THREADS = (
    "Thread",
    "Opened",
    "Status",
    Right("New"),
    "Subject",
    "Customer",
    "Order",
    "Owner",
    "Waits since",
)
COLOURS = {"open": "green", "closed": "dim", "pending1": "blue", "pending2": "magenta"}
MAX_SUBJECT, MAX_LINE = 60, 120  # characters


def print_threads(rows: Iterable[Data]) -> None:
    """Print a list of threads, each with its last message."""
    table = Table(THREADS)
    for row in rows:
        zone, waits, unread = row["timezone"], "", ""
        if row["waits_since"]:
            waits = minute(row["waits_since"], zone)
        if row["unread_messages"]:
            unread = str(row["unread_messages"])
        table.add(
            (row["thread_id"], "cyan"),
            minute(row["opened_at"], zone),
            (row["status"], COLOURS[row["status"]]),
            (unread, "bold yellow"),
            (shortened(row["subject"], MAX_SUBJECT), "bold"),
            _customer(row),
            (row["order_reference"] or "", "cyan"),
            (row["owner"] or "", "dim"),
            (waits, "yellow"),
            below=_last_message(row),
        )
    table.print(empty="No thread matches.")


def _last_message(row: Data) -> Text | None:
    if not row["last_message_at"]:
        return None
    at = minute(row["last_message_at"], row["timezone"])
    return Text.assemble(
        (f"{counted(row['message_count'], 'message')}, {at} {sender(row['last_author'])}: ", "dim"),
        shortened(row["last_text"], MAX_LINE),
        (_private(row["last_private"]), "yellow"),
    )


def print_thread(found: Data) -> None:
    """Print a thread: its facts, its customer and its messages."""
    thread, customer, order = found["thread"], found["customer"], found["order"]
    zone, registered = found["timezone"], ""
    if customer["registered_at"]:
        registered = minute(customer["registered_at"], zone)
    print_line(Text.assemble((clean(thread["subject"]), "bold"), f"  {thread['thread_id']}"))
    _print_facts(
        {
            "status": thread["status"] + _waits(thread["waits_since"], zone),
            "owner": thread["owner"] or "nobody",
            "contact": thread["contact"] or "",
            "customer": _customer(thread) + prefixed(", ", customer["customer_id"]),
            "address": _address(customer["addresses"]),
            "orders": _orders(customer),
            "registered": registered,
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
        print_message(message, zone)


def print_timeline(found: Data) -> None:
    """Print the orders and messages of a customer, one on each line."""
    rows: list[Sequence[Cell]] = []
    for entry in found["entries"]:
        at = minute(entry["at"], found["timezone"])
        reference = (entry["order_reference"] or "", "cyan")
        rows.append((at, reference, Text.assemble(*_happened(entry))))
    print_table(("Time", "Order", "Message or state"), rows)
    if found["next"]:
        print_line("There are earlier entries; --limit shows more.", style="dim")


def print_statuses(statuses: Data) -> None:
    """Print the name and the meaning of each status, per language."""
    rows: list[Sequence[Cell]] = []
    for key, status in statuses.items():
        for language, label in status["labels"].items():
            meaning = status["meanings"].get(language, "")
            rows.append(((key, COLOURS[key]), language, label, meaning))
    print_table(("Status", "Language", "Name", "Meaning"), rows)


def print_statistics(found: Data, contacts: Iterable[Data]) -> None:
    """Print the statistics, and the waiting threads of each contact."""
    response, messages = found["first_response_seconds"], found["messages_per_closed_thread"]
    _print_facts(
        {
            "threads": (
                f"{found['all_threads']}: {found['open_threads']} open,"
                f" {found['pending_threads']} pending, {found['closed_threads']} closed"
            ),
            "waiting": counted(found["waiting_threads"], "thread"),
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
    rows: list[Sequence[Cell]] = []
    for contact in contacts:
        mailed = "mailed only"
        if contact["save_messages"]:
            mailed = ""
        counts = str(contact["unread_messages"]), str(contact["waiting_threads"])
        rows.append(((contact["key"], "cyan"), *counts, (mailed, "dim")))
    print_line()
    print_table(("Contact", Right("New"), Right("Waiting"), ""), rows)


def _happened(entry: Data) -> tuple[Any, ...]:
    if entry["kind"] == "message":
        message, style = entry["message"], "green"
        if message["direction"] == "customer":
            style = "bold"
        return (
            (f"{clean(message['author'])}: ", style),
            shortened(unfolded(message), MAX_LINE),
            (_private(message["private"]), "yellow"),
        )
    total = ""
    if entry["total"]:
        total = f"placed, {money(entry['total'])}: "
    return ((f"{total}{clean(entry['state_label'])}", entry["state_colour"] or ""),)


def _private(private: bool) -> str:
    if private:
        return "  private"
    return ""


def _print_facts(facts: dict[str, str]) -> None:
    for name, value in facts.items():
        if value:
            print_line(Text.assemble((f"  {name:12}", "dim"), clean(value)))


def _average(figure: float | None, unit: int, what: str, none: str) -> str:
    if figure is None:
        return none
    return f"{figure / unit:.1f} {what}"


def _waits(since: str | None, zone: str) -> str:
    if not since:
        return ""
    return f", waits since {minute(since, zone)}"


def _orders(customer: Data) -> str:
    """Describe a customer's orders: the number that are sales, their total, and the paid amount."""
    valid = f"{customer['valid_orders']} of {customer['order_count']} valid"
    return f"{valid}, total {_amounts(customer['valid_total'])}, paid {_amounts(customer['spent'])}"


def _amounts(amounts: list[Data]) -> str:
    """Describe sums of money, whose amounts are text."""
    sums = [written(int(each["sum"]), each["currency"]) for each in amounts]
    return ", ".join(sums) or "none"


def _customer(thread: Data) -> str:
    return clean(f"{thread['customer_name']} <{sender(thread['customer_email'])}>".strip())


def _order(order: Data | None) -> str:
    if order is None:
        return ""
    return (
        f"{order['reference']}, {order['state_label']}, {money(order['total'])}, paid"
        f" {money(order['paid'])}"
    )


def _address(addresses: list[Data]) -> str:
    if not addresses:
        return ""
    first = addresses[0]
    return ", ".join(filter(None, (first["line1"], first["city"], first["country"])))
