"""How orders look on the terminal."""

import json
from collections.abc import Iterable
from typing import Any

from rich.table import Table
from rich.text import Text

from shared.cli.screen import clean, console, counted, minute, say
from shared.writing.currencies import decimal

Data = dict[str, Any]


def say_row(row: Data, *, as_json: bool) -> None:
    """One line for people, or one of JSON."""
    if as_json:
        say(json.dumps(row, ensure_ascii=False))
        return
    customer = row["customer"]
    say(Text.assemble(
        (f"{row['reference']:10}", "bold cyan"), f"  {minute(row['placed_at'], row['timezone'])}",
        f"  {_money(row['total']):>14}  ",
        (clean(row["state_label"]), row["state_colour"]), f"  {row['delivery_country']}  ",
        clean(f"{customer['name']} <{customer['email']}>"), ("  new customer" if row["new_customer"] else "", "green"),
        (f"  {row['payment_method']}", "dim"),
    ))


def say_order(found: Data) -> None:
    """All of an order that fits on a screen."""
    order, customer = found["order"], found["order"]["customer"]
    zone = order["shop"]["timezone"]
    say(Text.assemble((order["reference"], "bold cyan"), f"  {order['order_id']}"))
    _say_facts({
        "placed": minute(order["placed_at"], zone),
        "state": f"{found['state_label']} since {minute(found['state_since'], zone)}",
        "customer": f"{customer['name']} <{customer['email']}>{', new customer' if found['new_customer'] else ''}",
        "total": f"{_money(order['total'])}, of which tax {_money(found['tax'])}, paid {_money(order['paid'])}",
        "due": _due(found.get("due")), "payment": order["payment_method"],
        "products": f"{found['products']}, {found['weight_grams'] / 1000:g} kg, {_money(found['products_total'])}",
        "carrier": f"{order['carrier']} {_money(found['shipping'])} {order['tracking_number']}",
        "discounts": ", ".join(_discount(each) for each in order.get("discounts", ())),
        "messages": str(found["messages"]), "note": found["note"],
        "invoices say": found.get("invoice_note", ""),
        "delivery to": _address(found["delivery_address"]), "": found["delivery_map"],
        "invoice to": _address(found["invoice_address"]), " ": found["invoice_map"],
        "documents": ", ".join(document["number"] for document in found["documents"]) or "none",
    })
    say()
    _say_lines(found["lines"])


def say_history(found: Data) -> None:
    """The states of an order, the first one first."""
    entries, zone = found["history"], found["order"]["shop"]["timezone"]
    for entry in entries:
        forced = f"forced: {entry['reason']}" if entry["forced"] else entry["reason"]
        say(Text.assemble(
            f"{minute(entry['at'], zone)}  ", (clean(entry["label"] or entry["state"]), "bold"),
            f"  by {clean(entry['by'])}", (f"  {clean(forced)}" if forced else "", "yellow"),
        ))
    say(counted(len(entries), "state"), style="dim")


def _say_facts(facts: dict[str, str]) -> None:
    for name, value in facts.items():
        if value:
            say(Text.assemble((f"  {name:13}", "dim"), clean(value)))


def _say_lines(lines: Iterable[Data]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for heading in ("line", "reference", "product", "pieces", "each", "total"):
        table.add_column(heading, justify="left" if heading in ("reference", "product") else "right")
    for line in lines:
        number, pieces = str(line.get("line") or ""), str(line["quantity"])
        cells = (number, line["sku"], line["name"], pieces, _money(line["unit_price"]), _money(line["total"]))
        table.add_row(*(Text(clean(cell)) for cell in cells))
    console().print(table)


def _money(money: Data) -> str:
    return f"{decimal(money['amount'], money['currency'])} {money['currency']}"


def _discount(discount: Data) -> str:
    code = f" ({discount['code']})" if discount["code"] else ""
    return f"{_money(discount['off'])} off by {discount['name']}{code}"


def _due(due: Data | None) -> str:
    if not due or not due["amount"]:
        return ""
    money = _money(due | {"amount": abs(due["amount"])})
    return f"{money} still to be paid" if due["amount"] > 0 else f"{money} paid too much"


def _address(address: Data) -> str:
    place = f"{address['postcode']} {address['city']}".strip()
    parts = (address["name"], address["company"], address["line1"], address["line2"], place, address["country"])
    return ", ".join(part for part in parts if part)
