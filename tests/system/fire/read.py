"""Read the files of a run as evidence, so that a finished run can be judged again."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from shared.contracts.envelope import decode
from tests.system.fire.evidence import Evidence, MailRow, OrderRows, Sent, Tables, Written

OUTSIDE = ("delivered", "queues", "unacked", "dead")
REPLY = "reply_msg"  # the mail with an employee's reply


def read(directory: Path) -> Evidence:
    """Return what the load and `gather` wrote."""
    load = json.loads((directory / "load.json").read_text())
    tables = _tables(directory)
    events = (directory / "events.jsonl").read_bytes().splitlines()
    return Evidence(
        sent=[Sent(**each) for each in load["sent"]],
        written=[Written(**each) for each in load["written"]],
        poison=Counter(load["poison"]),
        events=list(map(decode, events)),
        tables=tables,
        orders=_orders(tables),
        mails=_mails(tables),
        filed=_filed(tables),
        delivered=Counter(_found(directory, "delivered") or {}),
        queues=_found(directory, "queues") or {},
        unacked=_found(directory, "unacked") or {},
        dead=Counter(map(_letter, _found(directory, "dead") or [])),
        lost=[name for name in OUTSIDE if _found(directory, name) is None],
    )


def _found(directory: Path, name: str) -> Any:
    """Return what was found outside the databases; None if the run ended before."""
    file = directory / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def _letter(letter: dict[str, str]) -> tuple[str, str]:
    return letter["service"], letter["digest"]


def _tables(directory: Path) -> Tables:
    """Return the rows of all tables by `service.table`."""
    found: Tables = defaultdict(list)
    for file in sorted(directory.glob("*.jsonl")):
        if file.stem == "events":
            continue
        with file.open() as lines:
            for line in lines:
                table, row = json.loads(line)
                found[f"{file.stem}.{table}"].append(row)
    return found


def _orders(tables: Tables) -> dict[str, OrderRows]:
    found: dict[str, OrderRows] = defaultdict(OrderRows)
    for row in tables["orders.orders"]:
        order = found[row["order_id"]]
        order.state, order.paid, order.refunded = row["state"], row["paid"], row["refunded"]
    for row in sorted(tables["orders.order_history"], key=_position):
        found[row["order_id"]].states.append(row["state"])
    for row in tables["orders.payments"]:
        found[row["order_id"]].payments.append((row["payment_id"], row["amount"]))
    for row in tables["orders.refunds"]:
        found[row["order_id"]].refunds.append(row["refund_id"])
    return dict(found)


def _position(row: dict[str, Any]) -> int:
    return int(row["position"])


def _mails(tables: Tables) -> list[MailRow]:
    found = []
    for row in tables["notify.mails"]:
        cause = row["thread_id"] if row["template"] == REPLY else row["order_id"]
        found.append(
            MailRow(
                row["mail_id"],
                row["shop"],
                cause or "",
                row["template"],
                row["recipient"],
                row["state"],
                row["message_id"],
                row["attempts"],
                row["conversation"],
            )
        )
    return found


def _filed(tables: Tables) -> list[tuple[str, str]]:
    """Return the Message-ID and the conversation of each mail of a customer."""
    conversations = {row["thread_id"]: row["conversation"] for row in tables["ingest.threads"]}
    found = []
    for row in tables["ingest.thread_messages"]:
        if row["direction"] == "customer":
            found.append((row["mail_message_id"], conversations[row["thread_id"]]))
    return found
