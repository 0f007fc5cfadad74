"""Print orders on the terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from shared.cli.amounts import quantities
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, isolated, minute, money, prefixed, print_line
from shared.writing.text import FIRST_STRONG, POP

Data = dict[str, Any]
LINES = (
    Right("Line"),
    "SKU",
    "Product",
    Right("Pieces"),
    Right("Refunded"),
    Right("Each"),
    Right("Total"),
)
PAYMENTS = ("Payment", Right("Amount"), "Method", "By", "Transaction", "Id", "")
REFUNDS = ("Refund", Right("Amount"), "Kind", "By", "Credit slip", "Status", "Id", "Reason")
RETURNS = ("Return", "State", "Pieces", "Id", "Reason")


def print_orders(rows: Iterable[Data]) -> None:
    """Print a list of orders."""
    print_table(
        ("Reference", "Placed", Right("Total"), "State", "Country", "Customer", "", "Payment"),
        map(_row, rows),
        empty="No order matches.",
    )


def _row(row: Data) -> Sequence[Cell]:
    customer, new_customer = row["customer"], ""
    if row["new_customer"]:
        new_customer = "new customer"
    return (
        (row["reference"], "bold cyan"),
        minute(row["placed_at"], row["timezone"]),
        money(row["total"]),
        (row["state_label"], row["state_colour"]),
        row["delivery_country"],
        f"{isolated(customer['name'])} <{customer['email']}>",
        (new_customer, "green"),
        (row["payment_method"], "dim"),
    )


def print_order(found: Data) -> None:
    """Print the details of an order on about one screen."""
    order = found["order"]
    zone = order["shop"]["timezone"]
    print_line(Text.assemble((order["reference"], "bold cyan"), f"  {order['order_id']}"))
    _print_facts(
        {
            "placed": minute(order["placed_at"], zone),
            "state": f"{isolated(found['state_label'])} since {minute(found['state_since'], zone)}",
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
                f"{found['quantity']}, {found['weight_grams'] / 1000:g} kg,"
                f" {money(found['products_total'])}"
            ),
            "carrier": _carrier(found),
            "discounts": ", ".join(_discount(each) for each in order.get("discounts", ())),
            "messages": str(found["message_count"]),
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
    for titles, part, describe in (
        (PAYMENTS, "payments", _payment),
        (REFUNDS, "refunds", _refund),
        (RETURNS, "returns", _return),
    ):
        if found[part]:
            print_line()
            print_table(titles, [describe(each, zone) for each in found[part]])


def print_history(found: Data) -> None:
    """Print the states of an order, oldest first."""
    entries, zone = found["history"], found["order"]["shop"]["timezone"]
    rows: list[Sequence[Cell]] = []
    for entry in entries:
        reason = entry["reason"]
        if entry["forced"]:
            reason = f"forced: {reason}"
        state = entry["state_label"] or entry["state"]
        rows.append((minute(entry["at"], zone), (state, "bold"), entry["by"], (reason, "yellow")))
    print_table(("Time", "State", "By", "Reason"), rows)


def _print_facts(facts: dict[str, str]) -> None:
    for name, value in facts.items():
        if value:
            print_line(Text.assemble((f"  {name:13}", "dim"), clean(value, FIRST_STRONG + POP)))


def _print_lines(lines: list[Data]) -> None:
    print_table(LINES, map(_line, lines))


def _line(line: Data) -> Sequence[Cell]:
    return (
        str(line.get("line") or ""),
        line["sku"],
        line["name"],
        str(line["quantity"]),
        str(line.get("refunded") or ""),
        money(line["unit_price"]),
        money(line["total"]),
    )


def _carrier(found: Data) -> str:
    order = found["order"]
    return f"{isolated(order['carrier'])} {money(found['shipping'])} {order['tracking_number']}"


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
    described = f"{money(discount['off'])} off by {isolated(discount['name'])}"
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
        replaced.update(document["replaced_document_ids"])
    described = []
    for document in issued:
        text = f"{document['kind'].replace('_', ' ')} {document['number']}"
        if document["document_id"] in replaced:
            text += " (replaced)"
        described.append(text)
    return described


def _payment(payment: Data, zone: str) -> Sequence[Cell]:
    at = reversal = ""
    if payment.get("at"):
        at = minute(payment["at"], zone)
    if payment["reverses"]:
        reversal = f"reverses {payment['reverses']}: {payment['reason']}"
    return (
        at,
        money(payment["amount"]),
        payment["method"],
        payment.get("by") or "",
        payment["transaction_id"],
        payment["payment_id"],
        reversal,
    )


def _refund(refund: Data, zone: str) -> Sequence[Cell]:
    slip, status = "", "done"
    if refund["credit_slip"]:
        slip = refund["credit_slip"]["number"]
    if refund["outstanding"]:
        status = "to be paid back"
    return (
        minute(refund["at"], zone),
        money(refund["gross"]),
        refund["kind"],
        refund["by"],
        slip,
        status,
        refund["refund_id"],
        refund["reason"],
    )


def _return(found: Data, zone: str) -> Sequence[Cell]:
    return (
        minute(found["requested_at"], zone),
        found["state"].replace("_", " "),
        quantities(found["lines"]),
        found["return_id"],
        found["reason"],
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
    return ", ".join(isolated(part) for part in (*parts, vat) if part)
