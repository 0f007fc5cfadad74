"""Stores of cart rules and of their uses, by shop."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from services.orders.domain.cart_rules import CartRule
from services.orders.domain.vouchers import Use
from services.orders.store.rule_tables import cart_rule_uses, cart_rules
from services.orders.store.tables import orders
from shared.contracts.orders import CartRuleDefinition, ListCartRules, ListVouchers, RuleUse
from shared.contracts.values import Money
from shared.runtime.storage.database import among, lock_names, locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import ReadStore, Store

RuleKey = tuple[str, UUID]
"""Shop and rule."""
OrderKey = tuple[str, UUID]
"""Shop and order."""
BuyerKey = tuple[str, UUID, str]
"""Shop, rule and customer."""
COLUMNS = {"rule_id", "code", "active", "customer_id", "uses"}
"""Fields of a rule's definition that have columns of their own."""
SHOWN = 50  # uses


class CartRules(ReadStore[RuleKey, CartRule]):
    """Cart rules. A rule with a limit of all its uses is locked before a use is counted."""

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
        """Load the rules with these codes by shop; None stands for the active rules without a
        code.
        """
        fresh = set(wanted) - self._searched
        if not fresh:
            return
        self._searched |= fresh
        codes: dict[str, list[str]] = defaultdict(list)
        automatic = []
        for shop, code in fresh:
            if code is None:
                automatic.append(shop)
            else:
                codes[shop].append(code)
        row = cart_rules.c
        conditions = [row.shop.in_(automatic) & row.code.is_(None) & row.active]
        for shop, with_code in sorted(codes.items()):  # one condition per shop, to use the index
            conditions.append((row.shop == shop) & row.code.in_(sorted(with_code)))
        for key, rule in self._rules(select(cart_rules).where(or_(*conditions))).items():
            if key not in self._known:
                self._known[key] = rule
                self._stored.add(key)

    def read_offers(self, codes: Iterable[tuple[str, str]]) -> None:
        """Load the rules with these codes by shop; an empty code stands for the active rules
        without one.
        """
        self.find((shop, code or None) for shop, code in codes)

    def of(self, shop: str, codes: Iterable[str] = ()) -> list[CartRule]:
        """Return the rules with these codes and the active rules without a code, with the changes
        of earlier messages of the batch.
        """
        wanted: set[str | None] = {*codes, None}
        self.find((shop, code) for code in wanted)
        found = []
        for (in_shop, _), rule in {**self._known, **self._pending}.items():
            if rule is None or in_shop != shop or rule.terms.code not in wanted:
                continue
            if rule.terms.code or rule.terms.active:
                found.append(rule)
        return found

    def by_code(self, shop: str, code: str) -> CartRule | None:
        """Return the rule with a code; None if there is none."""
        for rule in self.of(shop, [code]):
            if rule.terms.code == code:
                return rule
        return None

    def of_customer(self, shop: str, customer_id: str) -> list[CartRule]:
        """Return the vouchers of one customer, by id."""
        where = (cart_rules.c.shop == shop) & (cart_rules.c.customer_id == customer_id)
        found = self._rules(select(cart_rules).where(where))
        return [found[key] for key in sorted(found)]

    def vouchers(self, shop: str, query: ListVouchers) -> list[CartRule]:
        """Return a page of the vouchers of a shop, by code; one more than the limit if there are
        more.
        """
        row = cart_rules.c
        found = select(cart_rules).where(row.shop == shop, row.code.is_not(None))
        if query.customer_id:
            found = found.where(row.customer_id == query.customer_id)
        if query.cursor:
            found = found.where(row.code > query.cursor)
        return list(self._rules(found.order_by(row.code).limit(query.limit + 1)).values())

    def page(self, shop: str, query: ListCartRules) -> list[CartRule]:
        """Return a page of the rules of a shop, by id; one more than the limit if there are
        more.
        """
        row = cart_rules.c
        found = select(cart_rules).where(row.shop == shop)
        if not query.include_vouchers:
            found = found.where(row.code.is_(None))
        if query.active is not None:
            found = found.where(row.active.is_(query.active))
        if query.cursor:
            found = found.where(row.rule_id > UUID(query.cursor))
        return list(self._rules(found.order_by(row.rule_id).limit(query.limit + 1)).values())

    def put(self, new: Mapping[RuleKey, CartRule], changed: Mapping[RuleKey, CartRule]) -> None:
        write_rows(self.connection, cart_rules, _rows(new), _rows(changed))

    def _rules(self, query: Select[Any]) -> dict[RuleKey, CartRule]:
        return {(row.shop, row.rule_id): _rule(row) for row in self.connection.execute(query)}


class Uses(Store[OrderKey, tuple[Use, ...]]):
    """The uses of rules by orders, guarded by the lock of the order."""

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

    def rules_of(self, key: OrderKey) -> list[RuleKey]:
        """Return the rules that an order used, and those that it left a rest in."""
        shop, found = key[0], list[RuleKey]()
        for use in self.get(key) or ():
            found += [(shop, rule_id) for rule_id in (use.rule_id, use.rest_id) if rule_id]
        return found

    def counts(self, shop: str, rule_ids: Collection[UUID]) -> Counter[UUID]:
        """Return how often each rule is used by all orders."""
        row = cart_rule_uses.c
        query = select(row.rule_id, func.count().label("uses")).where(
            row.shop == shop, row.rule_id.in_(rule_ids), self._of_other_orders()
        )
        counts: Counter[UUID] = Counter()
        for found in self.connection.execute(query.group_by(row.rule_id)):
            counts[found.rule_id] = found.uses
        for in_shop, rule_id, _ in self._of_loaded_orders():
            if in_shop == shop and rule_id in rule_ids:
                counts[rule_id] += 1
        return counts

    def of_buyers(self, keys: Sequence[BuyerKey]) -> Mapping[BuyerKey, int]:
        """Return how often each of the customers used a rule."""
        key = (cart_rule_uses.c.shop, cart_rule_uses.c.rule_id, cart_rule_uses.c.customer_id)
        query = select(*key, func.count()).where(among(key, keys), self._of_other_orders())
        counts: Counter[BuyerKey] = Counter()
        for shop, rule_id, customer_id, uses in self.connection.execute(query.group_by(*key)):
            counts[shop, rule_id, customer_id] = uses
        for buyer in self._of_loaded_orders():
            if buyer in keys:
                counts[buyer] += 1
        return counts

    def _of_loaded_orders(self) -> Iterator[BuyerKey]:
        """Yield the uses that count of the orders that this batch has loaded."""
        for (shop, _), uses in {**self._known, **self._pending}.items():
            for use in uses or ():
                if not use.returned:
                    yield shop, use.rule_id, use.customer_id

    def _of_other_orders(self) -> ColumnElement[bool]:
        """Return the condition on rows that count, of orders that this batch has not loaded."""
        loaded = [order_id for _, order_id in {**self._known, **self._pending}]
        return ~cart_rule_uses.c.returned & cart_rule_uses.c.order_id.not_in(loaded)

    def last(self, shop: str, rule_id: UUID) -> list[RuleUse]:
        """Return the last uses of a rule, newest first."""
        of_order = orders.c.order_id == cart_rule_uses.c.order_id
        query = (
            select(cart_rule_uses, orders.c.currency)
            .join(orders, of_order)
            .where(cart_rule_uses.c.shop == shop, cart_rule_uses.c.rule_id == rule_id)
        )
        query = query.order_by(cart_rule_uses.c.at.desc(), cart_rule_uses.c.order_id).limit(SHOWN)
        return list(map(_rule_use, self.connection.execute(query)))


class Buyers(Store[BuyerKey, int]):
    """The number of a customer's uses of a rule.

    Only the customer and the rule are locked, from the count to the commit: orders of other
    customers do not wait.
    """

    def __init__(self, connection: Connection, uses: Uses) -> None:
        super().__init__(connection)
        self.uses = uses

    def load(self, keys: Sequence[BuyerKey]) -> Mapping[BuyerKey, int]:
        lock_names(self.connection, ["/".join(map(str, key)) for key in keys])
        return self.uses.of_buyers(keys)

    def put(self, new: Mapping[BuyerKey, int], changed: Mapping[BuyerKey, int]) -> None:
        """Write nothing: `Uses` writes the uses themselves."""


def _among(keys: Sequence[RuleKey]) -> ColumnElement[bool]:
    return among((cart_rules.c.shop, cart_rules.c.rule_id), keys)


def _rule(row: Any) -> CartRule:
    columns = {name: getattr(row, name) for name in COLUMNS}
    return CartRule(CartRuleDefinition.model_validate({**row.definition, **columns}), row.used)


def _rows(values: Mapping[RuleKey, CartRule]) -> list[dict[str, Any]]:
    rows = []
    for (shop, _), rule in values.items():
        row = {name: getattr(rule.terms, name) for name in COLUMNS}
        definition = rule.terms.model_dump(mode="json", exclude=COLUMNS)
        rows.append({"shop": shop, **row, "used": rule.used, "definition": definition})
    return rows


def _use_rows(values: Mapping[OrderKey, tuple[Use, ...]]) -> list[dict[str, Any]]:
    rows = []
    for (shop, order_id), uses in values.items():
        for use in uses:
            rows.append({"shop": shop, "order_id": order_id, **vars(use)})
    return rows


def _rule_use(row: Any) -> RuleUse:
    return RuleUse(
        order_id=row.order_id,
        customer_id=row.customer_id,
        off=Money(amount=row.taken, currency=row.currency),
        at=row.at,
        released=row.returned,
    )
