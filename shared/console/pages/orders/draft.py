"""An order that an employee composes: its fields live in the form until it is placed."""

import secrets
import string
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from shared.console.form_data import latin
from shared.console.screen import Data, Screen

REFERENCE_LENGTH = 9
ADDRESS_PARTS = (
    "name",
    "company",
    "line1",
    "line2",
    "postcode",
    "city",
    "region",
    "country",
    "phone",
    "vat_number",
    "legal_id",
    "electronic_address",
    "buyer_reference",
    "purchase_order",
)
SHARED = (
    "lines",
    "language",
    "currency",
    "prices",
    "carrier",
    "shipping_price",
    "shipping_tax_rate",
    "payment_method",
    "voucher_codes",
    "new_vouchers",
    "store_credit",
)
"""The fields that `order.place` and `cart.price` share."""


def empty(currency: str) -> Data:
    """Return a new draft, with the id and reference that its order will have."""
    letters = (secrets.choice(string.ascii_uppercase) for _ in range(REFERENCE_LENGTH))
    return {
        "order_id": str(uuid4()),
        "reference": "".join(letters),
        "currency": currency,
        "customer": {"customer_id": uuid4().hex},
        "lines": [],
    }


def choose_customer(draft: Data, known: Data) -> None:
    """Take a known customer, and the first of their addresses."""
    draft["customer"] = {
        "customer_id": known["customer_id"],
        "email": known["email"],
        "name": known["full_name"],
    }
    draft["language"] = known["language"]
    if known["addresses"]:
        draft["delivery_address"] = address_of(known["addresses"][0])


def address_of(address: Data) -> Data:
    """Return the printed parts of an address."""
    return {part: address[part] for part in ADDRESS_PARTS if address.get(part)}


def add_line(draft: Data, sku: str, quantity: int = 1) -> None:
    """Add pieces of a product; further pieces join its line."""
    for line in draft["lines"]:
        if line["sku"] == sku:
            line["quantity"] = line.get("quantity", 0) + quantity
            return
    draft["lines"].append({"sku": sku, "quantity": quantity})


def with_voucher(screen: Screen, draft: Data) -> Data:
    """Return the draft with the voucher that the form describes, if it describes one. Raises
    `InvalidField`.
    """
    terms: Data = {}
    if screen.submitted("_voucher_percent").strip():
        terms["percent"] = latin(screen.submitted("_voucher_percent"))
    if screen.submitted("_voucher_amount").strip():
        amount = screen.reader().money(screen.submitted("_voucher_amount"), "_voucher_amount")
        terms["amount"] = amount
    if "on" in screen.form.getlist("_voucher_free_shipping"):
        terms["free_shipping"] = True
    if not terms:
        return draft
    name = screen.submitted("_voucher_name").strip() or screen.language.text("new.voucher")
    voucher = {
        "voucher_id": str(uuid5(NAMESPACE_URL, f"{draft['order_id']}/voucher")),
        "names": {draft.get("language") or screen.language.tag: name},
        "customer_id": draft["customer"]["customer_id"],
        **terms,
    }
    return draft | {"new_vouchers": [voucher]}


def codes_of(text: str) -> list[str]:
    """Return the codes of vouchers in a text, which separates them by blanks or commas."""
    return text.replace(",", " ").split()


def cart(draft: Data) -> Data:
    """Return the fields of `cart.price` for a draft."""
    found = {name: draft[name] for name in SHARED if draft.get(name)}
    country = draft.get("delivery_address", {}).get("country")
    if country:
        found["delivery_country"] = country
    if not is_new(draft):
        found["customer_id"] = draft["customer"]["customer_id"]
    return found


def is_new(draft: Data) -> bool:
    """Return whether the customer gets a key of ours, because the shop does not know them yet."""
    key = str(draft["customer"]["customer_id"])
    try:
        return UUID(key).hex == key
    except ValueError:
        return False


def order(draft: Data, other_invoice: bool, initial_state: str, employee: str) -> Data:
    """Return the fields of `order.place`."""
    found = {name: value for name, value in draft.items() if value not in (None, "", [])}
    if not other_invoice:
        found["invoice_address"] = found.get("delivery_address")
    found.setdefault("lines", [])
    if initial_state:
        found["initial_state"] = initial_state
    return found | {"placed_by": employee}


def first_state(methods: list[Data], draft: Data) -> Any:
    """Return the state in which orders with the chosen payment method begin."""
    for method in methods:
        if method["name"] == draft.get("payment_method"):
            return draft.get("initial_state") or method["initial_state"]
    return draft.get("initial_state")
