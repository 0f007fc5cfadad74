"""Turn the submitted forms of some actions into the fields of their commands."""

from dataclasses import dataclass
from typing import Any

from shared.console.form_data import InvalidField
from shared.console.screen import Data, Screen

TABLES = ("lines", "amounts", "tax_rates")
UNSEEN = ("legal_id", "electronic_address", "buyer_reference", "purchase_order")


@dataclass(frozen=True)
class Submitted:
    """A submitted form: the fields read from it, and those of `order.get`."""

    screen: Screen
    data: Data
    found: Data


def unchanged(form: Submitted) -> Data:
    """Return the fields as they are."""
    return form.data


def put(data: Data, path: str, value: Any) -> None:
    """Set a field at a path, such as `payment.payment_id`."""
    *above, last = path.split(".")
    for name in above:
        data = data.setdefault(name, {})
    data[last] = value


def rows_of(screen: Screen, data: Data) -> dict[str, str]:
    """Return the row of the form for each line of the command: `lines[0]` -> `lines[2]`."""
    rows: dict[str, str] = {}
    for table in TABLES:
        for number, line in enumerate(data.get(table, ())):
            key = "sku" if "sku" in line else "line"
            row = _row(screen, table, key, str(line.get(key)))
            rows[f"{table}[{number}]"] = row or f"{table}[{number}]"
    return rows


def _row(screen: Screen, table: str, key: str, wanted: str) -> str:
    for name, value in screen.form.multi_items():
        if name.startswith(f"{table}[") and name.endswith(f"].{key}") and value == wanted:
            return name.removesuffix(f".{key}")
    return ""


def touched_lines(form: Submitted) -> Data:
    """Return the fields without lines for which nothing was filled in. A hidden input names each
    line.
    """
    touched: list[Data] = []
    for line in form.data.get("lines", ()):
        if line.get("quantity") or "amount" in line:
            touched.append(line)
    return form.data | {"lines": touched}


def added_lines(form: Submitted) -> Data:
    """Return the fields without empty rows of products to add."""
    filled = filter(lambda line: line.get("sku"), form.data.get("lines", ()))
    return form.data | {"lines": list(filled)}


def edited_lines(form: Submitted) -> Data:
    """Return the fields with those lines only that differ from the order, and of these with what
    differs only.
    """
    present = {line["line"]: line for line in form.found["lines"]}
    changed: list[Data] = []
    for line in form.data.get("lines", ()):
        before = present.get(line.get("line"), {})
        kept = {name: value for name, value in line.items() if value != before.get(name)}
        if kept:
            changed.append(kept | {"line": line.get("line")})
    return form.data | {"lines": changed}


def shipping(form: Submitted) -> Data:
    """Return the fields without those that the form leaves as they are in the order."""
    order = form.found["order"]
    tracking = form.screen.submitted("tracking_number").strip()
    if tracking != order["tracking_number"]:
        form.data["tracking_number"] = tracking
    else:
        form.data.pop("tracking_number", None)
    if form.data.get("carrier") == order["carrier"]:
        del form.data["carrier"]
    return form.data


def customer(form: Submitted) -> Data:
    """Return the fields without those that the form leaves as they are in the order."""
    present = form.found["order"]["customer"]
    if form.data.get("email") == present["email"]:
        del form.data["email"]
    if form.data.get("customer_name") == present["name"]:
        del form.data["customer_name"]
    return form.data


def addresses(form: Submitted) -> Data:
    """Return the fields with one new address, for delivery, for invoices, or for both: one of the
    customer's, or the one that was typed.
    """
    which = form.screen.submitted("_which") or "both"
    chosen = form.screen.submitted("_address_id")
    typed = form.data.pop("delivery_address", None)
    if typed:
        typed = _unseen(form.found["invoice_address"]) | typed
    for name in ("delivery", "invoice"):
        if which not in (name, "both"):
            continue
        if chosen:
            form.data[f"{name}_address_id"] = chosen
        elif typed:
            form.data[f"{name}_address"] = typed
    return form.data


def _unseen(address: Data) -> Data:
    """Return the parts of an address that the form does not show, so that they stay."""
    return {part: address[part] for part in UNSEEN if address.get(part)}


def exemption(form: Submitted) -> Data:
    """Return the fields; the choice to lift the exemption is sent as null."""
    if form.screen.submitted("exemption.category"):
        for name in ("tax_rates", "shipping_tax_rate"):
            form.data.pop(name, None)
        return form.data
    rates = [rate for rate in form.data.get("tax_rates", ()) if rate.get("tax_rate")]
    form.data.pop("tax_rates", None)
    if rates:
        form.data["tax_rates"] = rates
    return form.data | {"exemption": None}


def return_amounts(form: Submitted) -> Data:
    """Return the fields with those lines only that get another amount."""
    return form.data | {
        "amounts": [line for line in form.data.get("amounts", ()) if "amount" in line]
    }


def message(form: Submitted) -> Data:
    """Return the fields of a message. Raises `InvalidField` if nothing was written."""
    if not form.data.get("text") and not form.data.get("canned_message"):
        raise InvalidField("text", "action.no_text")
    return form.data
