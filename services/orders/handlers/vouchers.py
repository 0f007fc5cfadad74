"""Cart rules and vouchers, and the prices of carts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.orders.domain import carts, offer, vouchers
from services.orders.domain.cart_rules import CartRule, definition_errors
from services.orders.domain.credit_payments import Wish, part_of
from services.orders.domain.offer import Rejection
from services.orders.domain.refund_credit import Slips, open_slips
from services.orders.domain.rule_uses import disabled
from services.orders.store.cart_rules import RuleKey
from services.orders.store.customers import Key
from services.orders.work import Work
from services.orders.work.kinds import CUSTOMERS, OFFERS, RULES, Named
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    CartPrice,
    CartRuleAnswer,
    CartRuleChanged,
    CartRuleDefinition,
    CartRuleList,
    CartRuleStatus,
    CreateVoucher,
    DisableCartRule,
    DisableVoucher,
    GetCartRule,
    GetVoucher,
    ListCartRules,
    ListVouchers,
    PlaceOrder,
    PriceCart,
    PutCartRule,
    VoucherAnswer,
    VoucherCreated,
    VoucherList,
    WantedLine,
)
from shared.contracts.partial import merged
from shared.contracts.reason import Reason
from shared.contracts.values import Customer
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def named_rule(
    command: PutCartRule | DisableCartRule, at: Envelope, _work: Work
) -> Iterable[RuleKey]:
    """Return the rule of a command."""
    return [(at.shop, command.rule_id)]


def new_voucher(command: CreateVoucher, at: Envelope, _work: Work) -> Iterable[RuleKey]:
    """Return the new voucher."""
    return [(at.shop, command.voucher_id)]


def customer_of_voucher(command: CreateVoucher, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the customer of a voucher."""
    return [(at.shop, command.customer_id)] if command.customer_id else []


def named_code(command: DisableVoucher, at: Envelope, _work: Work) -> Iterable[Named]:
    """Return the code of a command."""
    return [(at.shop, command.code)]


def found_voucher(command: DisableVoucher, at: Envelope, work: Work) -> Iterable[RuleKey]:
    """Return the voucher with the code of a command."""
    found = work.rules.by_code(at.shop, command.code)
    return [(at.shop, found.rule_id)] if found else []


@service.handles(PutCartRule, locks=[RULES.of(named_rule)])
def put_cart_rule(command: PutCartRule, work: Work) -> Iterable[Event] | Reason:
    """Add or change a rule; its uses do not change."""
    key = (work.shop, command.rule_id)
    before = work.rules.get(key)
    terms = (
        merged(before.terms, command)
        if before
        else CartRuleDefinition(**command.model_dump(exclude={"by"}))
    )
    rule = CartRule(terms, _standings([before], work)[0].used if before else 0)
    refused = _objection(command, rule, work)
    if refused:
        return refused
    work.rules.save(key, rule)
    return [CartRuleChanged(**terms.model_dump())]


@service.handles(CreateVoucher, locks=[RULES.of(new_voucher), CUSTOMERS.of(customer_of_voucher)])
def create_voucher(command: CreateVoucher, work: Work) -> Iterable[Event] | Reason:
    """Create a voucher; the event names its customer, if known."""
    rule = vouchers.voucher(command)
    refused = _exists(command, rule, work) or _objection(command, rule, work)
    return refused if refused else [_keep(rule, command.by, work)]


@service.handles(DisableVoucher, locks=[OFFERS.of(named_code), RULES.of(found_voucher)])
def disable_voucher(command: DisableVoucher, work: Work) -> Iterable[Event] | Reason:
    """Disable a voucher; discounts of placed orders do not change."""
    found = work.rules.by_code(work.shop, command.code)
    if found is None:
        return _unknown(command)
    rule = work.rules.get((work.shop, found.rule_id)) or found
    if not rule.terms.active:
        return Reason("already_disabled", f"{rule.label} is no longer valid.", field="code")
    return work.save_rules(disabled(rule, command.by))


@service.handles(GetVoucher)
def answer_voucher(query: GetVoucher, work: Work) -> VoucherAnswer | Reason:
    """Return a voucher with its uses."""
    rule = work.rules.by_code(work.shop, query.code)
    if rule is None:
        return _unknown(query)
    (standing,) = map(vouchers.voucher_status, _standings([rule], work))
    return VoucherAnswer(**dict(standing), uses=work.uses.last(work.shop, rule.rule_id))


@service.handles(ListVouchers)
def list_vouchers(query: ListVouchers, work: Work) -> VoucherList:
    """Return a page of vouchers, with the uses or amount left."""
    found = work.rules.vouchers(work.shop, query)
    page, more = found[: query.limit], found[query.limit :]
    standings = list(map(vouchers.voucher_status, _standings(page, work)))
    return VoucherList(vouchers=standings, next=page[-1].terms.code if more else None)


@service.handles(DisableCartRule, locks=[RULES.of(named_rule)])
def disable_cart_rule(command: DisableCartRule, work: Work) -> Iterable[Event] | Reason:
    """Disable a rule; discounts of placed orders do not change."""
    key = (work.shop, command.rule_id)
    rule = work.rules.get(key)
    if rule is None:
        return _unknown_rule(command)
    if not rule.terms.active:
        return Reason("already_disabled", f"{rule.label} is no longer valid.", field="rule_id")
    ended = work.save_rules(disabled(rule, command.by))
    changed = CartRuleChanged(**dict(rule.terms) | {"active": False})
    return [changed, *ended] if rule.terms.code else [changed]


@service.handles(GetCartRule)
def answer_cart_rule(query: GetCartRule, work: Work) -> CartRuleAnswer | Reason:
    """Return a rule with its uses."""
    rule = work.rules.get((work.shop, query.rule_id))
    if rule is None:
        return _unknown_rule(query)
    (standing,) = _standings([rule], work)
    return CartRuleAnswer(**dict(standing), uses=work.uses.last(work.shop, rule.rule_id))


@service.handles(ListCartRules)
def list_cart_rules(query: ListCartRules, work: Work) -> CartRuleList:
    """Return a page of rules, with the uses left."""
    found = work.rules.page(work.shop, query)
    page, more = found[: query.limit], found[query.limit :]
    return CartRuleList(rules=_standings(page, work), next=page[-1].rule_id if more else None)


@service.handles(PriceCart)
def price_cart(query: PriceCart, work: Work) -> CartPrice | Reason:
    """Return the price of a cart, computed as for placing the order."""
    lines = _lines(query, work)
    if isinstance(lines, Reason):
        return lines
    catalogue = work.catalogue([line.sku for line in lines], query.voucher_codes, query.customer_id)
    shop = catalogue.shop
    if shop is None:
        return Reason(
            "unknown_shop", "This shop has no profile yet: send shop.put first.", field="shop"
        )
    priced = _refused_vouchers(query, work) or carts.ready(query, shop)
    if isinstance(priced, Reason):
        return priced
    query, catalogue = (
        priced,
        replace(catalogue, rules=[*catalogue.rules, *vouchers.made_with(query)]),
    )
    gone = (
        []
        if query.lines
        else [line.sku for line in lines if carts.unsellable(query, [line], catalogue)]
    )
    lines = [line for line in lines if line.sku not in gone]
    wrong = carts.unsellable(query, lines, catalogue)
    if wrong:
        return wrong
    catalogue = carts.exempted(query, catalogue)
    cart = carts.cart_of(query, lines, shop, catalogue, work.now)
    known = {rule.terms.code for rule in catalogue.rules}
    slips = work.slips([code for code in query.voucher_codes if code not in known])
    found = offer.offer(
        cart, catalogue, [code for code in vouchers.codes_of(query) if code not in slips]
    )
    credit, rejected = _credit(query, found.amount.gross, slips, work)
    if isinstance(credit, Reason):
        return credit.at("store_credit_amount")
    found = replace(found, rejected=(*found.rejected, *rejected))
    return carts.too_large(found) or carts.price(cart, found, catalogue, gone, credit)


def _credit(
    query: PriceCart, total: int, slips: Slips, work: Work
) -> tuple[carts.CreditShare | Reason, list[Rejection]]:
    """Return the store credit used for a cart, and the credit slips without effect, with the
    reason.
    """
    if query.customer_id is None:
        reason = "A credit slip pays only for its customer: say who it is."
        return carts.CreditShare(), [Rejection(code, "customer_needed", reason) for code in slips]
    account = work.credit.current((work.shop, query.customer_id, query.currency), work.now)
    usable, rejected = [], list[Rejection]()
    for code in slips:
        opened = open_slips(slips, [code], query.customer_id, account, "customer", work.now)
        if isinstance(opened, Reason):
            rejected.append(Rejection(code, opened.code, opened.sentence))
        else:
            usable.append(code)
    opened = open_slips(slips, usable, query.customer_id, account, "customer", work.now)
    account = account if isinstance(opened, Reason) else opened.account
    amount = query.store_credit_amount
    wish = Wish(query.store_credit and amount is None, amount, tuple(usable))
    used = part_of(total, account, wish, work.now) if wish.wanted else 0
    share = (
        used if isinstance(used, Reason) else carts.CreditShare(used, account.available(work.now))
    )
    return share, rejected


def make_vouchers(command: PlaceOrder, work: Work) -> Reason | None:
    """Save the vouchers created with an order, or return the reason against one."""
    refused = _refused_vouchers(command, work)
    if refused:
        return refused
    for rule in vouchers.made_with(command):
        work.rules.save((work.shop, rule.rule_id), rule)
    return None


def _refused_vouchers(asked: PlaceOrder | PriceCart, work: Work) -> Reason | None:
    """Return the reason against one of the order's new vouchers, if any."""
    made = vouchers.made_with(asked)
    codes, ids = [rule.terms.code for rule in made], [rule.rule_id for rule in made]
    if len(set(ids)) < len(made):
        return Reason(
            "voucher_exists", "Two of the new vouchers have the same id.", field="new_vouchers"
        )
    if len(set(codes)) < len(made):
        return Reason(
            "code_taken", "Two of the new vouchers have the same code.", field="new_vouchers"
        )
    refused = (_exists(asked, rule, work) or _objection(asked, rule, work) for rule in made)
    return next(filter(None, refused), None)


def _keep(rule: CartRule, by: str, work: Work) -> VoucherCreated:
    shop, terms = work.shops.get(work.shop), rule.terms
    if shop is None:
        raise LookupError(f"the shop '{work.shop}' is not kept")
    known = work.customers.get((work.shop, terms.customer_id)) if terms.customer_id else None
    work.rules.save((work.shop, rule.rule_id), rule)
    if known is None:
        return vouchers.voucher_created(rule, shop, by)
    customer = Customer(customer_id=known.customer_id, email=known.email, name=known.full_name)
    return vouchers.voucher_created(rule, shop, by, customer=customer, language=known.language)


def _standings(rules: Sequence[CartRule], work: Work) -> list[CartRuleStatus]:
    """Return the rules with their uses, which are read from their rows if limited."""
    counts = work.uses.counts(work.shop, [rule.rule_id for rule in rules if not rule.limited])
    used = [rule.used if rule.limited else counts[rule.rule_id] for rule in rules]
    shop = work.shops.get(work.shop)
    zone = shop.timezone if shop else "UTC"
    return [
        vouchers.rule_status(rule, count, work.now, zone)
        for rule, count in zip(rules, used, strict=True)
    ]


def _unknown_rule(asked: DisableCartRule | GetCartRule) -> Reason:
    return Reason("unknown_rule", f"There is no cart rule {asked.rule_id}.", field="rule_id")


def _exists(
    command: CreateVoucher | PlaceOrder | PriceCart, rule: CartRule, work: Work
) -> Reason | None:
    if work.rules.get((work.shop, rule.rule_id)) is None:
        return None
    field = "voucher_id" if isinstance(command, CreateVoucher) else "new_vouchers"
    return Reason("voucher_exists", f"Voucher {rule.rule_id} was made before.", field=field)


def _objection(
    command: PutCartRule | CreateVoucher | PlaceOrder | PriceCart, rule: CartRule, work: Work
) -> Reason | None:
    """Return the reason against a rule, if any."""
    terms = rule.terms
    if work.shops.get(work.shop) is None:
        return Reason(
            "unknown_shop", "This shop has no profile yet: send shop.put first.", field="shop"
        )
    inside = "new_vouchers" if isinstance(command, PlaceOrder | PriceCart) else ""
    for code, sentence, field in definition_errors(terms):
        return Reason(code, sentence, field=inside or field)
    taken = work.rules.by_code(work.shop, terms.code) if terms.code else None
    if taken and taken.rule_id != rule.rule_id:
        return Reason(
            "code_taken", f"Another rule has the code '{terms.code}'.", field=inside or "code"
        )
    if terms.gift and work.products.get((work.shop, terms.gift)) is None:
        return Reason(
            "unknown_product",
            f"There is no product '{terms.gift}'.",
            field="gift",
            details={"sku": terms.gift},
        )
    if terms.uses is not None and terms.uses < rule.used:
        return Reason("fewer_than_used", f"It was used {rule.used} times already.", field="uses")
    return None


def _lines(query: PriceCart, work: Work) -> Sequence[WantedLine] | Reason:
    """Return the lines to price: given, or from an earlier cart or order of the customer."""
    sources = [field for field in ("lines", "cart_id", "order_id") if getattr(query, field)]
    if len(sources) != 1:
        sentence = "Name the products by one of lines, cart_id and order_id."
        return Reason("one_source", sentence, field=(sources or ["lines"])[-1])
    if query.lines:
        return query.lines
    found = _earlier_cart(query, work) if query.cart_id else _earlier_order(query, work)
    if found is None:
        return Reason(
            f"unknown_{sources[0].removesuffix('_id')}",
            "This customer has no such cart or order in this shop.",
            field=sources[0],
        )
    return found


def _earlier_cart(query: PriceCart, work: Work) -> list[WantedLine] | None:
    cart = work.carts.get((work.shop, query.cart_id)) if query.cart_id else None
    return list(cart.lines) if cart and cart.customer_id == query.customer_id else None


def _earlier_order(query: PriceCart, work: Work) -> list[WantedLine] | None:
    """Return the lines of an order without its gifts."""
    order = work.orders.get(query.order_id) if query.order_id else None
    if (
        order is None
        or order.shop.key != work.shop
        or order.customer.customer_id != query.customer_id
    ):
        return None
    given = [
        place
        for each in order.discounts
        if each.kind == "gift"
        for place, part in enumerate(each.shares)
        if part
    ]
    return [
        WantedLine(sku=line.sku, quantity=line.charge.quantity)
        for place, line in enumerate(order.lines)
        if place not in given and line.charge.quantity
    ]


def _unknown(asked: DisableVoucher | GetVoucher) -> Reason:
    return Reason("unknown_voucher", f"There is no voucher '{asked.code}'.", field="code")
