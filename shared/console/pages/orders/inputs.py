"""The inputs of the forms for actions on orders that are plain lists of fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.console.screen import Data

Initial = Callable[[Data], Any]


@dataclass(frozen=True)
class Input:
    """An input of a form. `name` is the path of its field in the command; its label is the text
    `field.<name>` with underscores for points. `initial` returns the present value from the fields
    of `order.get`, `choices` names the choices of a select.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: str = ""
    hint: str = ""
    initial: Initial = lambda found: ""

    @property
    def label(self) -> str:
        """Return the key of its label."""
        return f"field.{self.name.replace('.', '_')}"


def _carrier(found: Data) -> Any:
    return found["order"]["carrier"]


def _due(found: Data) -> Any:
    due = found["due"]
    return due if due and due["amount"] > 0 else None


FIELDS: dict[str, tuple[Input, ...]] = {
    "order.add_discount": (
        Input("discount_name", required=True),
        Input("percent", "decimal"),
        Input("amount", "money"),
        Input("free_shipping", "check"),
        Input("invoice_id", "select", choices="invoices"),
    ),
    "order.remove_discount": (),
    "order.change_shipping": (
        Input("tracking_number", initial=lambda found: found["order"]["tracking_number"]),
        Input("carrier", "select", choices="carriers", initial=_carrier),
        Input("shipping_price", "money", hint="action.unchanged"),
        Input("shipping_tax_rate", "decimal", hint="action.unchanged"),
    ),
    "order.change_customer": (
        Input("email", "email", initial=lambda found: found["order"]["customer"]["email"]),
        Input("customer_name", initial=lambda found: found["order"]["customer"]["name"]),
    ),
    "order.set_exchange_rate": (
        Input("exchange_rate.currency", required=True),
        Input("exchange_rate.rate", "decimal", required=True),
        Input("exchange_rate.source"),
    ),
    "order.set_note": (Input("note", "area", initial=lambda found: found["note"]),),
    "order.notify_change": (Input("text", "area"),),
    "payment.record": (
        Input("payment.amount", "money", required=True, initial=_due),
        Input(
            "payment.method",
            "select",
            required=True,
            choices="methods",
            initial=lambda found: found["order"]["payment_method"],
        ),
        Input("payment.transaction_id"),
        Input("payment.at", "moment", hint="action.now"),
    ),
    "payment.reverse": (Input("reason", "area", required=True),),
    "payment.mark_refunded": (Input("transaction_id"),),
    "refund.to_store_credit": (),
    "store_credit.use": (Input("amount", "money", hint="action.all_credit", initial=_due),),
    "return.confirm": (Input("answer", "area", hint="action.return_answer"),),
    "return.deny": (Input("answer", "area", required=True),),
    "return.receive": (),
    "order.issue_invoice": (),
    "order.issue_delivery_slip": (),
    "order.print_summary": (),
    "order.set_invoice_note": (
        Input("note", "area", initial=lambda found: found["invoice_note"], hint="action.note"),
    ),
    "mail.resend": (Input("to", "email", hint="action.same_recipient"),),
}
