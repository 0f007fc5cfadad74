"""The price of a cart before its order is placed."""

from collections.abc import Sequence
from dataclasses import replace

from services.orders.domain import carts, offer, vouchers
from services.orders.domain.credit_payments import Wish, part_of
from services.orders.domain.money import minor
from services.orders.domain.offer import Catalogue, Rejection
from services.orders.domain.refund_credit import Slips, open_slips
from services.orders.handlers.credit_accounts import current_account
from services.orders.handlers.rule_checks import refused_vouchers
from services.orders.work import Work
from shared.contracts.orders import (
    CartPrice,
    PriceCart,
    WantedLine,
)
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(PriceCart)
def price_cart(query: PriceCart, work: Work) -> CartPrice | Reason:
    """Return the price of a cart, computed as for placing the order."""
    lines = _lines(query, work)
    if isinstance(lines, Reason):
        return lines
    catalogue = work.catalogue([line.sku for line in lines], query.voucher_codes, query.customer_id)
    shop = catalogue.shop
    if shop is None:
        return NO_PROFILE
    priced = refused_vouchers(query, work) or carts.ready(query, shop)
    if isinstance(priced, Reason):
        return priced
    language = work.language(query.language, query.customer_id)
    query = priced.model_copy(update={"language": language})
    catalogue = catalogue.sold_in(query.currency)
    catalogue = replace(catalogue, rules=[*catalogue.rules, *vouchers.made_with(query)])
    gone: list[str] = []
    if not query.lines:
        gone = _unsellable(query, lines, catalogue)
    lines = [line for line in lines if line.sku not in gone]
    wrong = carts.unsellable(query, lines, catalogue)
    if wrong:
        return wrong
    catalogue = carts.exempted(query, catalogue)
    cart = carts.cart_of(query, lines, shop, catalogue, work.now)
    slips = work.credit_slips.orders(work.shop, vouchers.other_codes(query, catalogue.rules))
    codes = [code for code in vouchers.codes_of(query) if code not in slips]
    found = offer.offer(cart, catalogue, codes)
    credit, rejected = _credit(query, found.amount.gross, slips, work)
    if isinstance(credit, Reason):
        return credit.at("store_credit_amount")
    found = replace(found, rejected=(*found.rejected, *rejected))
    return carts.too_large(found) or carts.price(cart, found, catalogue, gone, credit)


def _unsellable(query: PriceCart, lines: Sequence[WantedLine], catalogue: Catalogue) -> list[str]:
    """Return the products of an earlier cart or order that can no longer be bought."""
    gone = []
    for line in lines:
        if carts.unsellable(query, [line], catalogue):
            gone.append(line.sku)
    return gone


def _credit(
    query: PriceCart, total: int, slips: Slips, work: Work
) -> tuple[carts.CreditShare | Reason, list[Rejection]]:
    """Return the store credit used for a cart, and the credit slips without effect, with the
    reason.
    """
    if query.customer_id is None:
        reason = "A credit slip pays only for its customer: say who it is."
        return carts.CreditShare(), [Rejection(code, "customer_needed", reason) for code in slips]
    account = current_account((work.shop, query.customer_id, query.currency), work)
    usable, rejected = [], list[Rejection]()
    for code in slips:
        opened = open_slips(slips, [code], query.customer_id, account, "customer", work.now)
        if isinstance(opened, Reason):
            rejected.append(Rejection(code, opened.code, opened.sentence))
        else:
            usable.append(code)
    opened = open_slips(slips, usable, query.customer_id, account, "customer", work.now)
    if not isinstance(opened, Reason):
        account = opened.account
    amount = query.store_credit_amount
    wish = Wish(query.use_store_credit and amount is None, minor(amount), tuple(usable))
    used: int | Reason = 0
    if wish.wanted:
        used = part_of(total, account, wish, work.now)
    if isinstance(used, Reason):
        return used, rejected
    return carts.CreditShare(used, account.available(work.now)), rejected


def _lines(query: PriceCart, work: Work) -> Sequence[WantedLine] | Reason:
    """Return the lines to price: given, or from an earlier cart or order of the customer."""
    sources = [field for field in ("lines", "cart_id", "order_id") if getattr(query, field)]
    if len(sources) != 1:
        sentence = "Name the products by one of lines, cart_id and order_id."
        return Reason("one_source", sentence, field=(sources or ["lines"])[-1])
    if query.lines:
        return query.lines
    found = _earlier_cart(query, work)
    if query.order_id:
        found = _earlier_order(query, work)
    if found is None:
        return Reason(
            f"unknown_{sources[0].removesuffix('_id')}",
            "This customer has no such cart or order in this shop.",
            field=sources[0],
        )
    return found


def _earlier_cart(query: PriceCart, work: Work) -> list[WantedLine] | None:
    if query.cart_id is None:
        return None
    cart = work.carts.get((work.shop, query.cart_id))
    if cart is None or cart.customer_id != query.customer_id:
        return None
    return list(cart.lines)


def _earlier_order(query: PriceCart, work: Work) -> list[WantedLine] | None:
    """Return the lines of an order without its gifts."""
    if query.order_id is None:
        return None
    order = work.order(query.order_id)
    if order is None or order.customer.customer_id != query.customer_id:
        return None
    return carts.lines_of(order)
