"""Changes of an order's shipping, addresses and customer, and the announcement of changes."""

from dataclasses import replace
from datetime import datetime

from services.orders.domain import addresses
from services.orders.domain.actions import objection_to_action
from services.orders.domain.corrections import Edited, issued_between, settled
from services.orders.domain.documents import NextNumber
from services.orders.domain.editing import EXEMPT
from services.orders.domain.exemption_rules import objection_to_exemption
from services.orders.domain.guards import is_shipped
from services.orders.domain.money import minor
from services.orders.domain.order import NOBODY, Order
from services.orders.domain.order_views import line_views, summary
from services.orders.domain.pricing import taxed_for_net
from shared.contracts.orders import (
    ChangeAddress,
    ChangeCustomer,
    ChangeShipping,
    CustomerRecord,
    NotifyChange,
    OrderAddressChanged,
    OrderChangeAnnounced,
    OrderCustomerChanged,
    OrderShippingChanged,
)
from shared.contracts.reason import Reason


def change_shipping(
    order: Order, command: ChangeShipping, next_number: NextNumber, at: datetime
) -> Edited | Reason:
    """Return the order with another carrier, price or tracking number; free shipping stays free."""
    after = _with_shipping(order, command)
    if after == order:
        return Reason(
            "nothing_changes",
            "The order has this carrier, price and tracking number already.",
            field="order_id",
        )
    wrong = _fixed(order, after, command)
    if wrong:
        return wrong
    found = settled(order, after, next_number, at, field="shipping_price")
    if isinstance(found, Reason):
        return found
    told = OrderShippingChanged(
        order_id=order.order_id,
        order=summary(found.order),
        by=command.by,
        at=at,
        carrier_before=order.carrier,
        tracking_number_before=order.tracking_number,
        tracking_number=after.tracking_number,
        shipped=is_shipped(order),
        due=found.order.money(found.order.due),
        attach=issued_between(order, found.order),
    )
    return replace(found, events=[told, *found.events])


def with_addresses(
    order: Order, command: ChangeAddress, known: CustomerRecord | None
) -> ChangeAddress | Reason:
    """Return the command with the addresses in place of the ids of the customer's addresses."""
    found = {}
    for field, before in (
        ("delivery_address", order.delivery_address),
        ("invoice_address", order.invoice_address),
    ):
        address_id = getattr(command, f"{field}_id")
        if address_id is None:
            continue
        address = addresses.find_address(known, address_id)
        if getattr(command, field) is not None:
            return Reason(
                "which", f"Give '{field}' or '{field}_id', one of the two.", field=f"{field}_id"
            )
        if address is None:
            reason = f"The customer has no address {address_id}."
            return Reason("unknown_address", reason, field=f"{field}_id")
        found[field] = addresses.for_order(address, before)
    return command.model_copy(update=found)


def change_address(order: Order, command: ChangeAddress, at: datetime) -> Edited | Reason:
    """Return the order with other addresses; documents that were issued do not change."""
    after = replace(
        order,
        delivery_address=command.delivery_address or order.delivery_address,
        invoice_address=command.invoice_address or order.invoice_address,
    )
    if after == order:
        return Reason(
            "nothing_changes", "The order has these addresses already.", field="delivery_address"
        )
    wrong = objection_to_exemption(
        after, order.shop.profile.address, field="delivery_address.country"
    )
    if wrong:
        return wrong
    reason = "" if command.taxes_checked else tax_objection(order, after)
    if reason:
        return Reason("taxes_may_differ", reason, field="taxes_checked")
    told = OrderAddressChanged(
        order_id=order.order_id,
        order=summary(after),
        by=command.by,
        at=at,
        delivery_address=after.delivery_address,
        invoice_address=after.invoice_address,
    )
    return Edited(after, [told])


def tax_objection(order: Order, after: Order) -> str:
    """Return the reason that the taxes may differ at other addresses; empty if they do not."""
    if _tax_basis(order) == _tax_basis(after):
        return ""
    return _taxes_may_differ(order, after)


def _tax_basis(order: Order) -> tuple[str, ...]:
    """Return the data that the taxes depend on: the country of delivery and, for an exempt order,
    the buyer.
    """
    destination, buyer = order.delivery_address.country, order.invoice_address
    if not order.exemption:
        return (destination,)
    return destination, buyer.country, buyer.vat_number


def _taxes_may_differ(order: Order, after: Order) -> str:
    before, now = order.delivery_address.country, after.delivery_address.country
    other = f"goods go to {now} instead of {before}" if now != before else "another buyer is exempt"
    return (
        f"Taxes may differ when {other}, and the order keeps its rates: set 'taxes_checked' to go"
        " on; order.edit_lines and order.change_shipping set other rates, order.set_exemption sets"
        " or lifts an exemption."
    )


def change_customer(order: Order, command: ChangeCustomer, at: datetime) -> Edited | Reason:
    """Return the order with another e-mail address or name of its customer."""
    if order.customer == NOBODY:
        return Reason("erased", "The customer of this order was erased.", field="order_id")
    changes = {}
    if command.email is not None:
        changes["email"] = command.email
    if command.customer_name is not None:
        changes["name"] = command.customer_name
    customer = order.customer.model_copy(update=changes)
    if customer == order.customer:
        return Reason(
            "nothing_changes", "The customer has this e-mail and name already.", field="email"
        )
    after = replace(order, customer=customer)
    told = OrderCustomerChanged(
        order_id=order.order_id,
        order=summary(after),
        by=command.by,
        at=at,
        customer_before=order.customer,
    )
    return Edited(after, [told])


def announce(order: Order, command: NotifyChange, at: datetime) -> OrderChangeAnnounced:
    """Return the event that announces the order's current content to the customer."""
    return OrderChangeAnnounced(
        order_id=order.order_id,
        order=summary(order),
        by=command.by,
        at=at,
        lines=line_views(order),
        delivery_address=order.delivery_address,
        invoice_address=order.invoice_address,
        due=order.money(order.due),
        text=command.text,
    )


def _with_shipping(order: Order, command: ChangeShipping) -> Order:
    shipping = charge = order.shipping
    price = minor(command.shipping_price)
    if price is not None:
        charge = replace(charge, price=price)
    if command.shipping_tax_rate is not None:
        charge = replace(charge, rate=command.shipping_tax_rate)
    tracking_number = command.tracking_number
    if tracking_number is None:
        tracking_number = order.tracking_number
    taxed = order.shipping_taxed
    if price != shipping.price:
        taxed = taxed_for_net(taxed, price, order.prices, order.rounding)
    return replace(
        order,
        carrier=command.carrier or order.carrier,
        shipping=charge,
        shipping_taxed=taxed,
        tracking_number=tracking_number,
    )


def _fixed(order: Order, after: Order, command: ChangeShipping) -> Reason | None:
    before, now = order.shipping, after.shipping
    costs_change = (now.price, now.rate) != (before.price, before.rate)
    if not costs_change and after.carrier == order.carrier:
        return None
    field = "shipping_tax_rate"
    if command.carrier:
        field = "carrier"
    elif command.shipping_price is not None:
        field = "shipping_price"
    reason = objection_to_action("order.change_shipping", order)
    if reason:
        return Reason("carrier_fixed", reason, field=field)
    if costs_change and order.is_refunded(0):
        return Reason(
            "shipping_refunded",
            "The shipping was refunded: its price stays.",
            field="shipping_price",
        )
    if order.exemption and command.shipping_tax_rate:
        return Reason("order_exempt", EXEMPT, field="shipping_tax_rate")
    return None
