"""Changing how an order travels and to whom; and telling the customer what it is now."""

from dataclasses import replace
from datetime import datetime

from services.orders.domain import addresses
from services.orders.domain.actions import objection_to_action
from services.orders.domain.corrections import Edited, issued_between, settled
from services.orders.domain.documents import NextNumber
from services.orders.domain.editing import EXEMPT
from services.orders.domain.exemption_rules import objection_to_exemption
from services.orders.domain.guards import is_shipped
from services.orders.domain.order import NOBODY, Order
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
    order: Order, command: ChangeShipping, number: NextNumber, at: datetime
) -> Edited | Reason:
    """The order with another carrier, price or tracking number. Free shipping stays free."""
    after = _with_shipping(order, command)
    if after == order:
        return Reason("nothing_changes", "The order travels like that already.", field="order_id")
    wrong = _fixed(order, after, command)
    if wrong:
        return wrong
    found = settled(order, after, number, at, field="price")
    if isinstance(found, Reason):
        return found
    told = OrderShippingChanged(
        order_id=order.order_id,
        order=found.order.summary(),
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
    """Return the command with the customer's addresses that it names by their ids."""
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
    """The order with other addresses; its documents keep theirs."""
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
        order=after.summary(),
        by=command.by,
        at=at,
        delivery_address=after.delivery_address,
        invoice_address=after.invoice_address,
    )
    return Edited(after, [told])


def tax_objection(order: Order, after: Order) -> str:
    """Return why other addresses may bring other taxes; empty where they do not."""
    return "" if _taxed_by(order) == _taxed_by(after) else _taxes_may_differ(order, after)


def _taxed_by(order: Order) -> tuple[str, ...]:
    """What the taxes depend on: where it goes, and of an order that is exempt also whose it is."""
    buyer = order.invoice_address
    return order.delivery_address.country, *(
        (buyer.country, buyer.vat_number) if order.exemption else ()
    )


def _taxes_may_differ(order: Order, after: Order) -> str:
    before, now = order.delivery_address.country, after.delivery_address.country
    other = f"goods go to {now} instead of {before}" if now != before else "another buyer is exempt"
    return (
        f"Taxes may differ when {other}, and the order keeps its rates: set 'taxes_checked' to go"
        " on; order.edit_lines and order.change_shipping set other rates, order.set_exemption sets"
        " or lifts an exemption."
    )


def change_customer(order: Order, command: ChangeCustomer, at: datetime) -> Edited | Reason:
    """Return the order with another e-mail or name of its customer."""
    if order.customer == NOBODY:
        return Reason("erased", "The customer of this order was erased.", field="order_id")
    named = {"email": command.email, "name": command.customer_name}
    customer = order.customer.model_copy(
        update={field: value for field, value in named.items() if value is not None}
    )
    if customer == order.customer:
        return Reason(
            "nothing_changes", "The customer has this e-mail and name already.", field="email"
        )
    after = replace(order, customer=customer)
    told = OrderCustomerChanged(
        order_id=order.order_id,
        order=after.summary(),
        by=command.by,
        at=at,
        customer_before=order.customer,
    )
    return Edited(after, [told])


def announce(order: Order, command: NotifyChange, at: datetime) -> OrderChangeAnnounced:
    """What the customer is to be told."""
    return OrderChangeAnnounced(
        order_id=order.order_id,
        order=order.summary(),
        by=command.by,
        at=at,
        lines=order.line_views(),
        delivery_address=order.delivery_address,
        invoice_address=order.invoice_address,
        due=order.money(order.due),
        message=command.message,
    )


def _with_shipping(order: Order, command: ChangeShipping) -> Order:
    shipping = order.shipping
    charge = replace(
        shipping,
        price=shipping.price if command.price is None else command.price,
        rate=shipping.rate if command.tax_rate is None else command.tax_rate,
    )
    taxed = order.shipping_taxed
    if command.price != shipping.price:
        taxed = taxed_for_net(taxed, command.price, order.prices, order.rounding)
    return replace(
        order,
        carrier=command.carrier or order.carrier,
        shipping=charge,
        shipping_taxed=taxed,
        tracking_number=(
            order.tracking_number if command.tracking_number is None else command.tracking_number
        ),
    )


def _fixed(order: Order, after: Order, command: ChangeShipping) -> Reason | None:
    paid = (after.shipping.price, after.shipping.rate) != (
        order.shipping.price,
        order.shipping.rate,
    )
    if not paid and after.carrier == order.carrier:
        return None
    field = "carrier" if command.carrier else "price" if command.price is not None else "tax_rate"
    reason = objection_to_action("order.change_shipping", order)
    if reason:
        return Reason("carrier_fixed", reason, field=field)
    if paid and order.is_refunded(0):
        return Reason(
            "shipping_refunded", "The shipping was refunded: its price stays.", field="price"
        )
    if order.exemption and command.tax_rate:
        return Reason("order_exempt", EXEMPT, field="tax_rate")
    return None
