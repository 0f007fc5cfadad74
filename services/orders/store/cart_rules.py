"""Cart rules and their uses, by shop."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from services.orders.domain.cart_rules import CartRule
from services.orders.domain.vouchers import Use
from services.orders.store.rule_tables import cart_rule_uses, cart_rules
from shared.contracts.orders import CartRuleDefinition, ListCartRules, ListVouchers, RuleUse
from shared.runtime.storage.database import among, lock_names, locking, write_rows
from shared.runtime.storage.unit_of_work import ReadStore, Store

RuleKey = tuple[str, UUID]
"""Shop and rule."""
OrderKey = tuple[str, UUID]
"""Shop and order."""
BuyerKey = tuple[str, UUID, str]
"""Shop, rule and customer."""
COLUMNS = {
    "rule_id",
    "code",
    "active",
    "customer_id",
    "uses",
}  # what a row holds beside its definition
SHOWN = 50  # uses


class CartRules(ReadStore[RuleKey, CartRule]):
    """Rules; those whose uses in all are limited are locked before they count."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._searched: set[tuple[str, str | None]] = set()

    def load(self, keys: Sequence[RuleKey]) -> Mapping[RuleKey, CartRule]:
        return self._rules(select(cart_rules).where(_among(keys)))

    def load_locked(self, keys: Sequence[RuleKey]) -> Mapping[RuleKey, CartRule]:
        query = select(cart_rules).where(_among(keys))
        query = query.order_by(cart_rules.c.shop, cart_rules.c.rule_id)
        return self._rules(locking(self.connection, query))

    def find(self, wanted: Iterable[tuple[str, str | None]]) -> None:
        """Reads, at once, the rules with these codes (by shop), and for None those of a shop that
        need none.
        """
        fresh = set(wanted) - self._searched
        if not fresh:
            return
        self._searched |= fresh
        codes: dict[str, list[str]] = defaultdict(list)
        for shop, code in sorted((shop, code) for shop, code in fresh if code is not None):
            codes[shop].append(code)
        row, automatic = cart_rules.c, [shop for shop, code in fresh if code is None]
        wanted_rows = [
            (row.shop == shop) & row.code.in_(some) for shop, some in codes.items()
        ]  # each by the index
        wanted_rows.append(row.shop.in_(automatic) & row.code.is_(None) & row.active)
        found = self._rules(select(cart_rules).where(or_(*wanted_rows)))
        self._take({key: rule for key, rule in found.items() if key not in self._known})

    def of(self, shop: str, codes: Iterable[str] = ()) -> list[CartRule]:
        """The active rules of a shop that need no code, and those with one of these, as this
        message sees them.
        """
        wanted: set[str | None] = {*codes, None}
        self.find((shop, code) for code in wanted)
        known = {**self._known, **self._pending}
        rules = [
            rule
            for (where, _), rule in known.items()
            if rule and where == shop and rule.terms.code in wanted
        ]
        return [rule for rule in rules if rule.terms.code or rule.terms.active]

    def by_code(self, shop: str, code: str) -> CartRule | None:
        """The rule with a code."""
        return next((rule for rule in self.of(shop, [code]) if rule.terms.code == code), None)

    def of_customer(self, shop: str, customer_id: str) -> list[CartRule]:
        """What is kept for one customer alone."""
        where = (cart_rules.c.shop == shop) & (cart_rules.c.customer_id == customer_id)
        found = self._rules(select(cart_rules).where(where))
        return [found[key] for key in sorted(found)]

    def vouchers(self, shop: str, query: ListVouchers) -> list[CartRule]:
        """The rules with a code that are asked for, by it; one more than the limit where there are
        more.
        """
        row = cart_rules.c
        chosen = [row.customer_id == query.customer_id] if query.customer_id else []
        chosen += [row.code > query.cursor] if query.cursor else []
        found = select(cart_rules).where(row.shop == shop, row.code.is_not(None), *chosen)
        return list(self._rules(found.order_by(row.code).limit(query.limit + 1)).values())

    def page(self, shop: str, query: ListCartRules) -> list[CartRule]:
        """The rules that are asked for, by their ids; one more than the limit where there are
        more.
        """
        row = cart_rules.c
        chosen: list[ColumnElement[bool]] = [] if query.vouchers else [row.code.is_(None)]
        chosen += [] if query.active is None else [row.active.is_(query.active)]
        chosen += [row.rule_id > query.cursor] if query.cursor else []
        found = select(cart_rules).where(row.shop == shop, *chosen)
        return list(self._rules(found.order_by(row.rule_id).limit(query.limit + 1)).values())

    def put(self, new: Mapping[RuleKey, CartRule], changed: Mapping[RuleKey, CartRule]) -> None:
        write_rows(self.connection, cart_rules, _rows(new), _rows(changed))

    def _take(self, found: Mapping[RuleKey, CartRule]) -> None:
        self._known.update(found)
        self._stored.update(found)

    def _rules(self, query: Select[Any]) -> dict[RuleKey, CartRule]:
        return {(row.shop, row.rule_id): _rule(row) for row in self.connection.execute(query)}


class Uses(Store[OrderKey, tuple[Use, ...]]):
    """The rules that an order used; guarded by the lock of the order."""

    def load(self, keys: Sequence[OrderKey]) -> Mapping[OrderKey, tuple[Use, ...]]:
        orders = cart_rule_uses.c.order_id.in_([order_id for _, order_id in keys])
        query = select(cart_rule_uses).where(orders).order_by(cart_rule_uses.c.rule_id)
        found: dict[OrderKey, tuple[Use, ...]] = defaultdict(tuple)
        for row in self.connection.execute(query):
            use = Use(
                row.rule_id,
                row.customer_id,
                row.at,
                row.taken,
                row.spent,
                row.rest_id,
                row.returned,
                row.freed,
            )
            found[row.shop, row.order_id] = (*found[row.shop, row.order_id], use)
        return found

    def put(
        self, new: Mapping[OrderKey, tuple[Use, ...]], changed: Mapping[OrderKey, tuple[Use, ...]]
    ) -> None:
        write_rows(self.connection, cart_rule_uses, _use_rows(new), _use_rows(changed))

    def counts(self, shop: str, rule_ids: Collection[UUID]) -> Counter[UUID]:
        """How often rules are used in all."""
        row = cart_rule_uses.c
        query = select(row.rule_id, func.count()).where(
            row.shop == shop, row.rule_id.in_(rule_ids), self._elsewhere()
        )
        counts = Counter(
            {found[0]: found[1] for found in self.connection.execute(query.group_by(row.rule_id))}
        )
        counts.update(
            rule_id for where, rule_id, _ in self._here() if where == shop and rule_id in rule_ids
        )
        return counts

    def of_buyers(self, keys: Sequence[BuyerKey]) -> Mapping[BuyerKey, int]:
        """How often customers used rules."""
        key = (cart_rule_uses.c.shop, cart_rule_uses.c.rule_id, cart_rule_uses.c.customer_id)
        query = select(*key, func.count()).where(among(key, keys), self._elsewhere()).group_by(*key)
        counts = Counter({tuple(found): count for *found, count in self.connection.execute(query)})
        counts.update(found for found in self._here() if found in keys)
        return counts

    def _here(self) -> list[BuyerKey]:
        """Who uses rules in the orders that this batch knows."""
        known = {**self._known, **self._pending}
        return [
            (shop, use.rule_id, use.customer_id)
            for (shop, _), uses in known.items()
            for use in uses or ()
            if not use.returned
        ]

    def _elsewhere(self) -> ColumnElement[bool]:
        """Rows that count, of other orders."""
        known = [order_id for _, order_id in {**self._known, **self._pending}]
        return ~cart_rule_uses.c.returned & cart_rule_uses.c.order_id.not_in(known)

    def last(self, shop: str, rule_id: UUID) -> list[RuleUse]:
        """The last uses of a rule, newest first."""
        query = select(cart_rule_uses).where(
            cart_rule_uses.c.shop == shop, cart_rule_uses.c.rule_id == rule_id
        )
        query = query.order_by(cart_rule_uses.c.at.desc(), cart_rule_uses.c.order_id).limit(SHOWN)
        return [
            RuleUse(
                order_id=row.order_id,
                customer_id=row.customer_id,
                taken=row.taken,
                at=row.at,
                returned=row.returned,
            )
            for row in self.connection.execute(query)
        ]


class Buyers(Store[BuyerKey, int]):
    """How often a customer used a rule; locked from when it is counted to the commit, so that
    orders of others do not wait.
    """

    def __init__(self, connection: Connection, uses: Uses) -> None:
        super().__init__(connection)
        self.uses = uses

    def load(self, keys: Sequence[BuyerKey]) -> Mapping[BuyerKey, int]:
        lock_names(
            self.connection,
            [f"{shop}/{rule_id}/{customer_id}" for shop, rule_id, customer_id in keys],
        )
        return self.uses.of_buyers(keys)

    def put(self, new: Mapping[BuyerKey, int], changed: Mapping[BuyerKey, int]) -> None:
        """Nothing: the uses are written."""


def _among(keys: Sequence[RuleKey]) -> ColumnElement[bool]:
    return among((cart_rules.c.shop, cart_rules.c.rule_id), keys)


def _rule(row: Any) -> CartRule:
    beside = {name: getattr(row, name) for name in COLUMNS}
    return CartRule(CartRuleDefinition.model_validate({**row.definition, **beside}), row.used)


def _rows(values: Mapping[RuleKey, CartRule]) -> list[dict[str, Any]]:
    return [  # sorted: rows that are not locked before are locked in one order when written
        {
            "shop": shop,
            **{name: getattr(rule.terms, name) for name in COLUMNS},
            "used": rule.used,
            "definition": rule.terms.model_dump(mode="json", exclude=COLUMNS),
        }
        for (shop, _), rule in sorted(values.items(), key=itemgetter(0))
    ]


def _use_rows(values: Mapping[OrderKey, tuple[Use, ...]]) -> list[dict[str, Any]]:
    return [
        {"shop": shop, "order_id": order_id, **vars(use)}
        for (shop, order_id), uses in sorted(values.items())
        for use in uses
    ]
