"""Print orders on the terminal."""

from typing import Any

from rich.table import Table
from rich.text import Text

from shared.cli.amounts import quantities
from shared.cli.terminal import clean, console, minute, money, prefixed, print_line, print_record
from shared.clients.phrases import counted

Data = dict[str, Any]


def print_row(row: Data, *, as_json: bool) -> None:
    """Print an order of a list in one line, or as JSON."""
    if as_json:
        print_record(row)
        return
    customer, new_customer = row["customer"], ""
    if row["new_customer"]:
        new_customer = "  new customer"
    print_line(
        Text.assemble(
            (f"{row['reference']:10}", "bold cyan"),
            f"  {minute(row['placed_at'], row['timezone'])}",
            f"  {money(row['total']):>14}  ",
            (clean(row["state_label"]), row["state_colour"]),
            f"  {row['delivery_country']}  ",
            clean(f"{customer['name']} <{customer['email']}>"),
            (new_customer, "green"),
            (f"  {row['payment_method']}", "dim"),
        )
    )


def print_order(found: Data) -> None:
    """Print the details of an order on about one screen."""
    order = found["order"]
    zone = order["shop"]["timezone"]
    print_line(Text.assemble((order["reference"], "bold cyan"), f"  {order['order_id']}"))
    _print_facts(
        {
            "placed": minute(order["placed_at"], zone),
            "state": f"{found['state_label']} since {minute(found['state_since'], zone)}",
            "customer": _customer(found),
            "total": (
                f"{money(order['total'])}, of which tax {money(found['tax'])}, paid"
                f" {money(order['paid'])}"
            ),
            "prices": _prices(found),
            "not taxed": _exemption(found),
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
    for heading, describe in (("payments", _payment), ("refunds", _refund), ("returns", _return)):
        _print_entries(heading, [describe(each, zone) for each in found[heading]])


def print_history(found: Data) -> None:
    """Print the states of an order, oldest first."""
    entries, zone = found["history"], found["order"]["shop"]["timezone"]
    for entry in entries:
        reason = clean(entry["reason"])
        if entry["forced"]:
            reason = f"forced: {reason}"
        print_line(
            Text.assemble(
                f"{minute(entry['at'], zone)}  ",
                (clean(entry["label"] or entry["state"]), "bold"),
                f"  by {clean(entry['by'])}",
                (prefixed("  ", reason), "yellow"),
            )
        )
    print_line(counted(len(entries), "state"), style="dim")


def _print_facts(facts: dict[str, str]) -> None:
    for name, value in facts.items():
        if value:
            print_line(Text.assemble((f"  {name:13}", "dim"), clean(value)))


def _print_lines(lines: list[Data]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    rows = [_cells(line) for line in lines]
    headings = ["line", "reference", "product", "pieces", "refunded", "each", "total"]
    if not any(row["refunded"] for row in rows):
        headings.remove("refunded")
    for heading in headings:
        if heading in ("reference", "product"):
            table.add_column(heading, justify="left")
        else:
            table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(Text(clean(row[heading])) for heading in headings))
    console().print(table)


def _cells(line: Data) -> dict[str, str]:
    """Return the texts of a line by the headings of the table."""
    return {
        "line": str(line.get("line") or ""),
        "reference": line["sku"],
        "product": line["name"],
        "pieces": str(line["quantity"]),
        "refunded": str(line.get("refunded") or ""),
        "each": money(line["unit_price"]),
        "total": money(line["total"]),
    }


def _customer(found: Data) -> str:
    customer = found["order"]["customer"]
    described = f"{customer['name']} <{customer['email']}>"
    if found["new_customer"]:
        described += ", new customer"
    return described


def _prices(found: Data) -> str:
    if found["prices"] == "tax_excluded":
        return "without tax"
    return "with tax"


def _exemption(found: Data) -> str:
    if not found["exemption"]:
        return ""
    return str(found["exemption"]["reason"])


def _discount(discount: Data) -> str:
    described = f"{money(discount['off'])} off by {discount['name']}"
    if discount["code"]:
        described += f" ({discount['code']})"
    return described


def due_sentence(found: Data) -> str:
    """Describe the amounts due from and to the customer; empty if there are none."""
    parts = []
    due, refund_due = found["due"], found["refund_due"]
    if due and due["amount"]:
        missing = "still to be paid"
        if due["amount"] < 0:
            missing = "paid too much"
        parts.append(f"{money(due | {'amount': abs(due['amount'])})} {missing}")
    if refund_due and refund_due["amount"]:
        parts.append(f"{money(refund_due)} to be paid back for refunds")
    return ", ".join(parts)


def _documents(issued: list[Data]) -> list[str]:
    replaced: set[str] = set()
    for document in issued:
        replaced.update(document["replaces"])
    described = []
    for document in issued:
        text = f"{document['kind'].replace('_', ' ')} {document['number']}"
        if document["document_id"] in replaced:
            text += " (replaced)"
        described.append(text)
    return described


def _print_entries(heading: str, entries: list[str]) -> None:
    if entries:
        print_line()
        print_line(heading, style="dim")
    for entry in entries:
        print_line(clean(f"  {entry}"))


def _payment(payment: Data, zone: str) -> str:
    at = reversal = ""
    if payment.get("at"):
        at = f"{minute(payment['at'], zone)}  "
    by = prefixed("  by ", payment.get("by"))
    if payment["reverses"]:
        reversal = f"  reverses {payment['reverses']}: {payment['reason']}"
    return (
        f"{at}{money(payment['amount']):>14}  {payment['method']}{by}  {payment['transaction_id']}"
        f"  {payment['payment_id']}{reversal}"
    )


def _refund(refund: Data, zone: str) -> str:
    slip, status = "", "done"
    if refund["credit_slip"]:
        slip = f"  {refund['credit_slip']['number']}"
    if refund["due"]:
        status = "to be paid back"
    return (
        f"{minute(refund['at'], zone)}  {money(refund['gross']):>14}  {refund['kind']} by"
        f" {refund['by']}{slip}  {status}  {refund['refund_id']}  {refund['reason']}"
    )


def _return(found: Data, zone: str) -> str:
    lines = quantities(found["lines"])
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
    vat = prefixed("VAT number ", address.get("vat_number"))
    return ", ".join(filter(None, (*parts, vat)))
