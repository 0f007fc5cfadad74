"""Print the result of the demonstration: a page for people, and a line of JSON for programs."""

import json
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.demo.customer import attachments
from deploy.demo.walk import Walk
from shared.contracts.envelope import Envelope
from shared.writing.currencies import decimal


def page(walk: Walk, console: Console) -> None:
    """Print timeline, documents, mails, thread, and the paths of all files."""
    for table in (_timeline(walk), _papers(walk), _mails(walk), _thread(walk)):
        console.print(table)
        console.print()
    console.print(
        f"Everything lies under {walk.stack.directory}: databases, documents, logs of the workers."
    )
    console.print(
        "Start it again with `make up` and try `aftercart watch`, `aftercart health`, `aftercart"
        " --help`."
    )


def line(walk: Walk) -> str:
    """Return the JSON line."""
    return json.dumps(
        {
            "order_id": walk.order_id,
            "reference": walk.reference,
            "states": walk.states,
            "invoice_number": next(d["number"] for d in walk.documents if d["kind"] == "invoice"),
            "documents": walk.documents,
            "mails": [
                {
                    "template": template,
                    "message_id": mail["Message-ID"],
                    "attachments": attachments(mail),
                }
                for template, mail in walk.mails.items()
            ],
            "thread_id": walk.thread["thread"]["thread_id"],
            "thread_messages": len(walk.thread["messages"]),
            "seconds": round(time.monotonic() - walk.began, 1),
        },
        ensure_ascii=False,
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _timeline(walk: Walk) -> Table:
    table = _table(f"Order {walk.reference}", "time", "event", "what")
    for event in sorted(walk.listener.received, key=lambda event: str(event.time)):
        what = _what(event)
        if walk.order_id in json.dumps(event.data) and what:
            table.add_row(
                event.time.strftime("%H:%M:%S.%f")[:-3] if event.time else "", event.name, what
            )
    return table


def _what(event: Envelope) -> str:
    data: dict[str, Any] = event.data
    texts: dict[str, Callable[[], str]] = {
        "order.placed": lambda: (
            f"{data['order']['customer']['name']}, {_money(data['order']['total'])}"
        ),
        "order.transitioned": lambda: (
            f"{data['came_from']} → {data['new_state']['key']}, by {data['by']}"
        ),
        "payment.recorded": lambda: (
            f"{_money(data['payment']['amount'])}, still due {_money(data['due'])}"
        ),
        "stock.changed": lambda: f"{data['sku']} {data['change']:+d}, {data['available']} left",
        "invoice.issued": lambda: str(data["document"]["number"]),
        "delivery_slip.issued": lambda: str(data["document"]["number"]),
        "document.rendered": lambda: (
            f"{data['document']['filename']}, {data['document']['size']:,} bytes"
        ),
        "mail.sent": lambda: f"{data['mail']['template']} to {data['mail']['recipient']}",
        "thread.opened": lambda: str(data["thread"]["subject"]),
        "thread.message_added": lambda: f"by {data['message']['author']}",
        "thread.replied": lambda: f"by {data['message']['author']}",
    }
    if event.name not in texts:
        return ""
    return texts[event.name]()


def _money(money: dict[str, Any]) -> str:
    return f"{decimal(money['amount'], money['currency'])} {money['currency']}"


def _papers(walk: Walk) -> Table:
    table = _table("Documents", "kind", "number", "file")
    for document in walk.documents:
        table.add_row(document["kind"], document["number"], document["path"])
    return table


def _mails(walk: Walk) -> Table:
    table = _table("Mails in the customer's mailbox", "template", "subject", "attached")
    for template, mail in walk.mails.items():
        table.add_row(template, str(mail["Subject"]), ", ".join(attachments(mail)))
    return table


def _thread(walk: Walk) -> Table:
    table = _table(f"Thread {walk.thread['thread']['thread_id']}", "from", "text")
    for message in walk.thread["messages"]:
        table.add_row(message["author"], message["text"].split("\n\n")[0].strip())
    return table
