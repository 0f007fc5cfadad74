"""Views of orders: summary, lines and discounts as messages show them."""

from services.orders.domain.discounts import Discount
from services.orders.domain.order import Order
from services.orders.domain.order_line import Line
from shared.contracts.orders import DiscountView, OrderLineView, OrderSummary
from shared.writing.links import fill


def summary(order: Order) -> OrderSummary:
    """Return the order as events show it."""
    return OrderSummary(
        order_id=order.order_id,
        reference=order.reference,
        placed_at=order.placed_at,
        language=order.language,
        customer=order.customer,
        total=order.money(order.amount.gross),
        paid=order.money(order.paid),
        payment_method=order.payment_method,
        carrier=order.carrier,
        tracking_number=order.tracking_number,
        shop=order.shop.profile,
        shipping=order.money(order.shipping.stated),
        discounts=discount_views(order),
        due=order.money(order.due),
        refunded_amount=order.money(order.repaid),
        refund_due=order.money(order.refund_due),
        tax=order.money(order.amount.tax),
        prices=order.prices,
        order_url=_page(order),
        tracking_url=_tracking_page(order),
    )


def _page(order: Order) -> str:
    """Return the link to the order's page in the storefront; empty if the shop sets none."""
    return fill(
        order.shop.profile.order_url,
        reference=order.reference,
        order_id=str(order.order_id),
        language=order.language,
    )


def _tracking_page(order: Order) -> str:
    """Return the link to the parcel's tracking; empty without a tracking number, or if the
    carrier has no such page.
    """
    carrier, to = order.shop.carrier(order.carrier), order.delivery_address
    if carrier is None or not order.tracking_number:
        return ""
    return fill(
        carrier.tracking_url,
        tracking_number=order.tracking_number,
        postcode=to.postcode,
        country=to.country,
        language=order.language,
    )


def line_views(order: Order) -> list[OrderLineView]:
    """Return the lines as messages show them."""
    return [_line_view(order, number, line) for number, line in order.numbered_lines]


def _line_view(order: Order, number: int, line: Line) -> OrderLineView:
    return OrderLineView(
        sku=line.sku,
        name=line.name,
        quantity=line.charge.quantity,
        tax_rate=line.charge.rate,
        unit_price=order.money(line.charge.price),
        total=order.money(line.charge.stated),
        missing=line.missing,
        line=number,
        off=order.money(line.charge.off),
        refunded=order.refunded_pieces(number),
    )


def discount_views(order: Order) -> list[DiscountView]:
    """Return the active discounts as messages show them."""
    return [discount_view(order, each) for each in order.discounts if each.active]


def discount_view(order: Order, discount: Discount) -> DiscountView:
    """Return a discount as messages show it."""
    return DiscountView(
        discount_id=discount.discount_id,
        name=discount.name,
        kind=discount.kind,
        percent=discount.value if discount.kind == "percent" else None,
        amount=order.money(int(discount.value)) if discount.kind == "amount" else None,
        code=discount.code,
        off=order.money(discount.off),
        invoice_id=discount.invoice,
        line_numbers=None if discount.lines is None else list(discount.lines),
        cheapest=discount.scope.cheapest,
        fixed=discount.fixed is not None,
    )
