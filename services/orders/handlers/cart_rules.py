"""Cart rules: put, disable, queries."""

from collections.abc import Iterable

from services.orders.domain.cart_rules import CartRule
from services.orders.domain.rule_uses import disabled
from services.orders.handlers.rule_checks import rule_objection, rule_statuses
from services.orders.store.cart_rules import RuleKey
from services.orders.work import Work
from services.orders.work.kinds import RULES
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    CartRuleAnswer,
    CartRuleChanged,
    CartRuleDefinition,
    CartRuleList,
    DisableCartRule,
    GetCartRule,
    ListCartRules,
    PutCartRule,
)
from shared.contracts.partial import merged
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def named_rule(
    command: PutCartRule | DisableCartRule, at: Envelope, _work: Work
) -> Iterable[RuleKey]:
    """Return the rule of a command."""
    return [(at.shop, command.rule_id)]


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
    rule = CartRule(terms, rule_statuses([before], work)[0].used if before else 0)
    refused = rule_objection(command, rule, work)
    if refused:
        return refused
    work.rules.save(key, rule)
    return [CartRuleChanged(**terms.model_dump())]


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
    (status,) = rule_statuses([rule], work)
    return CartRuleAnswer(**dict(status), last_uses=work.uses.last(work.shop, rule.rule_id))


@service.handles(ListCartRules)
def list_cart_rules(query: ListCartRules, work: Work) -> CartRuleList:
    """Return a page of rules, with the uses left."""
    found = work.rules.page(work.shop, query)
    page, more = found[: query.limit], found[query.limit :]
    return CartRuleList(
        rules=rule_statuses(page, work), next=str(page[-1].rule_id) if more else None
    )


def _unknown_rule(asked: DisableCartRule | GetCartRule) -> Reason:
    return Reason("unknown_rule", f"There is no cart rule {asked.rule_id}.", field="rule_id")
