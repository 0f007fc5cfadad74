"""Cart rules: when a cart becomes cheaper, and by how much. A rule with a code is a voucher."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.lists import CustomerKey, Moment
from shared.contracts.orders.parts import By
from shared.contracts.values import Country, Language, Money, Sku, Text

Code = Annotated[
    str,
    StringConstraints(pattern="^[A-Za-z0-9_-]{3,40}$", to_upper=True),
    Field(description="What a customer types; capital and small letters are the same"),
]
CodeOrSlip = Annotated[
    str,
    StringConstraints(pattern="^[A-Za-z0-9/._-]{1,60}$", to_upper=True),
    Field(
        description=(
            "Code of a voucher, or number of a credit slip that is store credit, or is still to be"
            " paid out"
        )
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=100)]
Labels = Annotated[list[Label], Field(max_length=200)]
Uses = Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)]


def _is_percent(percent: Decimal) -> Decimal:
    exponent = percent.as_tuple().exponent
    if not isinstance(exponent, int) or not -4 <= exponent <= 2 or not 0 < percent <= 100:
        raise ValueError(
            "a percentage is a decimal string above 0 and up to 100 with at most four decimals"
        )
    return Decimal(f"{percent:f}")


Percent = Annotated[
    Decimal,
    AfterValidator(_is_percent),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?$", "examples": ["12.5"]}),
]
"""More than nothing, as a decimal string: `"12.5"`."""


class ProductChoice(Value):
    """So many pieces of products that every list chooses; an empty list chooses all."""

    quantity: int = Field(
        default=1, ge=1, le=1_000_000, strict=True, description="At least so many are in the cart"
    )
    skus: list[Sku] = Field(default=[], max_length=1000)
    categories: Labels = []
    brands: Labels = []
    suppliers: Labels = []
    attributes: Labels = []


class CartRuleDefinition(Value):
    """Conditions, all of which must hold, and what is taken off then. Amounts are in the kind of
    prices that `prices` says; carts of the other kind do not fit where there is one.
    """

    rule_id: UUID
    names: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language, for documents"
    )
    code: Code | None = Field(
        default=None, description="What must be typed; without it every cart that fits gets it"
    )
    active: bool = True
    priority: int = Field(
        default=1, ge=1, le=1000, strict=True, description="The lowest comes first"
    )
    goes_with: list[UUID] | None = Field(
        default=None,
        max_length=500,
        description="Rules that may be used beside it; null: all, empty: none",
    )
    valid_from: Moment | None = None
    valid_until: Moment | None = Field(default=None, description="Until just before")
    uses: Uses | None = Field(default=None, description="In all; null: without limit")
    uses_per_customer: Uses | None = None
    customer_id: CustomerKey | None = Field(default=None, description="For this customer alone")
    groups: Labels = Field(
        default=[], description="For customers of one of these groups; empty: for all"
    )
    countries: list[Country] = Field(
        default=[], max_length=250, description="Of delivery; empty: all"
    )
    carriers: list[Text] = Field(default=[], max_length=100, description="By name; empty: all")
    minimum: Money | None = Field(
        default=None, description="What the products cost before any discount, at least"
    )
    minimum_with_shipping: bool = Field(
        default=False, description="Whether `minimum` counts the shipping too"
    )
    choices: list[ProductChoice] = Field(
        default=[], max_length=20, description="What the cart must hold, all of them"
    )
    prices: Literal["tax_included", "tax_excluded"] = "tax_included"
    percent: Percent | None = Field(
        default=None, description="Off what the products cost after the rules before"
    )
    amount: Money | None = Field(default=None, description="Off the products")
    taken_off: Literal["all", "chosen", "cheapest"] = Field(
        default="all",
        description="All products; those that `choices` name; or one piece of the cheapest of them",
    )
    free_shipping: bool = False
    gift: Sku | None = Field(default=None, description="One piece of this product, for nothing")
    partial_use: bool = Field(
        default=False,
        description="Whether what a cart does not use up of `amount` becomes a voucher of its own",
    )


class PutCartRule(Command, CartRuleDefinition, name="cart_rule.put", subject="rule_id"):
    """Adds a rule by which carts become cheaper, or changes it: what is left out stays as it is.
    Placed orders keep their discounts.
    """

    example: ClassVar[dict[str, Any]] = samples.CART_RULE

    by: By = "system"


class CartRuleChanged(Event, CartRuleDefinition, name="cart_rule.changed", subject="rule_id"):
    """A cart rule is now this."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CART_RULE


class DisableCartRule(Command, name="cart_rule.disable", subject="rule_id"):
    """Ends a rule, with or without a code; orders that used it keep their discounts."""

    example: ClassVar[dict[str, Any]] = {"rule_id": samples.RULE_ID, "by": "anna@shop.test"}

    rule_id: UUID
    by: By = "system"


class RuleUse(Value):
    """An order that used a rule."""

    order_id: UUID
    customer_id: CustomerKey
    taken: int = Field(description="What it took off, minor units of the order's currency")
    at: AwareDatetime
    returned: bool = Field(description="Whether it was given back")


class RuleStanding(Value):
    """A rule, and what is left of it."""

    rule: CartRuleDefinition
    used: int = Field(description="How often; uses that were given back do not count")
    left: int | None = Field(description="How often it may still be used; null: without limit")
    usable: bool = Field(description="Whether somebody can use it now")
    reason: str = Field(default="", description="Why not, in one sentence")


class CartRuleAnswer(Answer, RuleStanding, name="cart_rule.get_answered"):
    """A rule, and the orders that used it."""

    example: ClassVar[dict[str, Any]] = {
        "rule": samples.CART_RULE,
        "used": 1,
        "left": 999,
        "usable": True,
        "uses": [
            {
                "order_id": samples.ORDER_ID,
                "customer_id": "c-1001",
                "taken": 2380,
                "at": samples.NOON,
                "returned": False,
            }
        ],
    }

    uses: list[RuleUse] = Field(default=[], description="The last fifty, newest first")


class GetCartRule(Query, name="cart_rule.get", answer=CartRuleAnswer, subject="rule_id"):
    """Asks for a rule, with or without a code."""

    example: ClassVar[dict[str, Any]] = {"rule_id": samples.RULE_ID}

    rule_id: UUID


class CartRuleList(Answer, name="cart_rule.list_answered"):
    """A page of rules, sorted by their ids."""

    example: ClassVar[dict[str, Any]] = {
        "rules": [{"rule": samples.CART_RULE, "used": 1, "left": 999, "usable": True}],
        "next": None,
    }

    rules: list[RuleStanding]
    next: UUID | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListCartRules(Query, name="cart_rule.list", answer=CartRuleList):
    """Asks for the rules of the shop, with what is left of them; a page at a time. Vouchers are
    rules with a code: they are left out unless `vouchers` is set; `voucher.list` sorts them by
    their codes.
    """

    example: ClassVar[dict[str, Any]] = {"limit": 50}

    vouchers: bool = False
    active: bool | None = Field(default=None, description="Whether it was not ended; null: any")
    cursor: UUID | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
