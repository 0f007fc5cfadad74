"""Print orders on the terminal."""

import json
from typing import Any

from rich.table import Table
from rich.text import Text

from shared.cli.terminal import clean, console, minute, money, print_line
from shared.clients.sentences import counted

Data = dict[str, Any]


def print_row(row: Data, *, as_json: bool) -> None:
    """Print an order of a list in one line, or as JSON."""
    if as_json:
        print_line(json.dumps(row, ensure_ascii=False))
        return
    customer = row["customer"]
    print_line(
        Text.assemble(
            (f"{row['reference']:10}", "bold cyan"),
            f"  {minute(row['placed_at'], row['timezone'])}",
            f"  {money(row['total']):>14}  ",
            (clean(row["state_label"]), row["state_colour"]),
            f"  {row['delivery_country']}  ",
            clean(f"{customer['name']} <{customer['email']}>"),
            ("  new customer" if row["new_customer"] else "", "green"),
            (f"  {row['payment_method']}", "dim"),
        )
    )


def print_order(found: Data) -> None:
    """Print the details of an order on about one screen."""
    order, customer = found["order"], found["order"]["customer"]
    zone = order["shop"]["timezone"]
    print_line(Text.assemble((order["reference"], "bold cyan"), f"  {order['order_id']}"))
    _print_facts(
        {
            "placed": minute(order["placed_at"], zone),
            "state": f"{found['state_label']} since {minute(found['state_since'], zone)}",
            "customer": (
                f"{customer['name']}"
                f" <{customer['email']}>{', new customer' if found['new_customer'] else ''}"
            ),
            "total": (
                f"{money(order['total'])}, of which tax {money(found['tax'])}, paid"
                f" {money(order['paid'])}"
            ),
            "prices": "without tax" if found["prices"] == "tax_excluded" else "with tax",
            "not taxed": found["exemption"]["reason"] if found["exemption"] else "",
            "due": due_sentence(found),
            "payment": order["payment_method"],
            "products": (
                f"{found['products']}, {found['weight_grams'] / 1000:g} kg,"
                f" {money(found['products_total'])}"
            ),
            "carrier": f"{order['carrier']} {money(found['shipping'])} {order['tracking_number']}",
            "discounts": ", ".join(_discount(each) for each in order.get("discounts", ())),
            "messages": str(found["messages"]),
            "note": found["note"],
            "invoice note": found.get("invoice_note", ""),
            "delivery to": _address(found["delivery_address"]),
            "": found["delivery_map"],
            "invoice to": _address(found["invoice_address"]),
            " ": found["invoice_map"],
            "documents": ", ".join(_documents(found["documents"])) or "none",
        }
    )
    print_line()
    _print_lines(found["lines"])
    for heading, entries in (
        ("payments", [_payment(each, zone) for each in found["payments"]]),
        ("refunds", [_refund(each, zone) for each in found["refunds"]]),
        ("returns", [_return(each, zone) for each in found["returns"]]),
    ):
        _print_entries(heading, entries)


def print_history(found: Data) -> None:
    """Print the states of an order, oldest first."""
    entries, zone = found["history"], found["order"]["shop"]["timezone"]
    for entry in entries:
        forced = f"forced: {entry['reason']}" if entry["forced"] else entry["reason"]
        print_line(
            Text.assemble(
                f"{minute(entry['at'], zone)}  ",
                (clean(entry["label"] or entry["state"]), "bold"),
                f"  by {clean(entry['by'])}",
                (f"  {clean(forced)}" if forced else "", "yellow"),
            )
        )
    print_line(counted(len(entries), "state"), style="dim")


def _print_facts(facts: dict[str, str]) -> None:
    for name, value in facts.items():
        if value:
            print_line(Text.assemble((f"  {name:13}", "dim"), clean(value)))


def _print_lines(lines: list[Data]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    refunded = any(line.get("refunded") for line in lines)
    for heading in (
        "line",
        "reference",
        "product",
        "pieces",
        *(("refunded",) if refunded else ()),
        "each",
        "total",
    ):
        table.add_column(
            heading, justify="left" if heading in ("reference", "product") else "right"
        )
    for line in lines:
        number, pieces = str(line.get("line") or ""), str(line["quantity"])
        back = (str(line["refunded"] or ""),) if refunded else ()
        cells = (
            number,
            line["sku"],
            line["name"],
            pieces,
            *back,
            money(line["unit_price"]),
            money(line["total"]),
        )
        table.add_row(*(Text(clean(cell)) for cell in cells))
    console().print(table)


def _discount(discount: Data) -> str:
    code = f" ({discount['code']})" if discount["code"] else ""
    return f"{money(discount['off'])} off by {discount['name']}{code}"


def due_sentence(found: Data) -> str:
    """Describe the amounts due from and to the customer; empty if there are none."""
    parts = []
    due, refund_due = found["due"], found["refund_due"]
    if due and due["amount"]:
        missing = "still to be paid" if due["amount"] > 0 else "paid too much"
        parts.append(f"{money(due | {'amount': abs(due['amount'])})} {missing}")
    if refund_due and refund_due["amount"]:
        parts.append(f"{money(refund_due)} to be paid back for refunds")
    return ", ".join(parts)


def _documents(issued: list[Data]) -> list[str]:
    replaced = {key for document in issued for key in document["replaces"]}
    return [
        f"{document['kind'].replace('_', ' ')} {document['number']}"
        + (" (replaced)" if document["document_id"] in replaced else "")
        for document in issued
    ]


def _print_entries(heading: str, entries: list[str]) -> None:
    if entries:
        print_line()
        print_line(heading, style="dim")
    for entry in entries:
        print_line(clean(f"  {entry}"))


def _payment(payment: Data, zone: str) -> str:
    at = f"{minute(payment['at'], zone)}  " if payment.get("at") else ""
    by = f"  by {payment['by']}" if payment.get("by") else ""
    reversal = (
        f"  reverses {payment['reverses']}: {payment['reason']}" if payment["reverses"] else ""
    )
    return (
        f"{at}{money(payment['amount']):>14}  {payment['method']}{by}  {payment['transaction_id']}"
        f"  {payment['payment_id']}{reversal}"
    )


def _refund(refund: Data, zone: str) -> str:
    slip = f"  {refund['credit_slip']['number']}" if refund["credit_slip"] else ""
    status = "to be paid back" if refund["due"] else "done"
    return (
        f"{minute(refund['at'], zone)}  {money(refund['gross']):>14}  {refund['kind']} by"
        f" {refund['by']}{slip}  {status}  {refund['refund_id']}  {refund['reason']}"
    )


def _return(found: Data, zone: str) -> str:
    lines = ", ".join(f"{line['quantity']} x {line['sku']}" for line in found["lines"])
    return (
        f"{minute(found['requested_at'], zone)}  {found['state'].replace('_', ' ')}  {lines} "
        f" {found['reason']}  {found['return_id']}"
    )


def _address(address: Data) -> str:
    place = f"{address['postcode']} {address['city']}".strip()
    parts = (
        address["name"],
        address["company"],
        address["line1"],
        address["line2"],
        place,
        address["country"],
    )
    vat = f"VAT number {address['vat_number']}" if address.get("vat_number") else ""
    return ", ".join(part for part in (*parts, vat) if part)
