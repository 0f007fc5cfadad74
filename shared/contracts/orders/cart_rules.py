"""Define cart rules: conditions on a cart, and the discount if they hold. A rule with a code is a
voucher.
"""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.contracts import samples
from shared.contracts.explanation import Explanation
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.lists import CustomerKey, Moment
from shared.contracts.orders.values import By
from shared.contracts.problems import PROBLEMS
from shared.contracts.refusals import codes
from shared.contracts.strict_types import text_of_decimal
from shared.contracts.values import Country, Language, Money, Sku, Text

Code = Annotated[
    str,
    StringConstraints(pattern="^[A-Za-z0-9_-]{3,40}$", to_upper=True),
    Field(description="Code of the voucher; case is ignored"),
]
CodeOrSlip = Annotated[
    str,
    StringConstraints(pattern="^[A-Za-z0-9/._-]{1,60}$", to_upper=True),
    Field(
        description=(
            "Code of a voucher, or number of a credit slip that is store credit or not paid out yet"
        )
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=100)]
Labels = Annotated[list[Label], Field(max_length=200)]
Uses = Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)]


def _is_percent(percent: Decimal) -> Decimal:
    exponent = percent.as_tuple().exponent
    if not isinstance(exponent, int) or not -4 <= exponent <= 2 or not 0 < percent <= 100:
        raise PydanticCustomError("percentage", PROBLEMS["percentage"])
    return Decimal(f"{percent:f}")


Percent = Annotated[
    Decimal,
    BeforeValidator(text_of_decimal),
    AfterValidator(_is_percent),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?$", "examples": ["12.5"]}),
]
"""Percent above 0, as a decimal string: `"12.5"`."""


UUID_TEXT = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class ProductChoice(Value):
    """A number of pieces of the products that match every list; an empty list matches all
    products.
    """

    quantity: int = Field(
        default=1,
        ge=1,
        le=1_000_000,
        strict=True,
        description="Minimum number of these pieces in the cart",
    )
    skus: list[Sku] = Field(
        default=[], max_length=1000, description="SKUs, one of which must match; empty: any"
    )
    categories: Labels = Field(
        default=[], description="Categories, one of which must match; empty: any"
    )
    brands: Labels = Field(default=[], description="Brands, one of which must match; empty: any")
    suppliers: Labels = Field(
        default=[], description="Suppliers, one of which must match; empty: any"
    )
    attributes: Labels = Field(
        default=[], description="Attributes, one of which must match; empty: any"
    )


class CartRuleDefinition(Value):
    """A cart rule: conditions, all of which must hold, and the discount. A rule applies only to
    carts with the same kind of prices if it contains amounts: converting them would introduce
    rounding errors.
    """

    rule_id: UUID = Field(description="Id of the rule; chosen by its creator")
    names: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language, printed on documents"
    )
    code: Code | None = Field(
        default=None,
        description=(
            "Code that the customer must enter; null: the rule applies to every cart that meets"
            " its conditions"
        ),
    )
    active: bool = Field(default=True, description="Whether the rule can be used")
    priority: int = Field(
        default=1,
        ge=1,
        le=1000,
        strict=True,
        description="Rules apply in this order, the lowest first",
    )
    goes_with: list[UUID] | None = Field(
        default=None,
        max_length=500,
        description="Ids of rules that may be used together with it; null: all, empty: none",
    )
    valid_from: Moment | None = Field(
        default=None, description="First moment of validity; null: no start"
    )
    valid_until: Moment | None = Field(
        default=None,
        description=(
            "End of validity; the rule does not apply at this moment any more; null: no end"
        ),
    )
    uses: Uses | None = Field(default=None, description="Uses in all; null: unlimited")
    uses_per_customer: Uses | None = Field(
        default=None, description="Uses per customer; null: unlimited"
    )
    customer_id: CustomerKey | None = Field(
        default=None, description="Only for this customer; null: for all"
    )
    groups: Labels = Field(
        default=[], description="Only for customers in one of these groups; empty: for all"
    )
    countries: list[Country] = Field(
        default=[],
        max_length=250,
        description="Only for delivery to one of these countries; empty: all",
    )
    carrier_names: list[Text] = Field(
        default=[],
        max_length=100,
        description="Only with one of these carriers, by name; empty: all",
    )
    minimum: Money | None = Field(
        default=None, description="Minimum price of the products before discounts"
    )
    minimum_with_shipping: bool = Field(
        default=False, description="Whether shipping counts towards `minimum`"
    )
    choices: list[ProductChoice] = Field(
        default=[], max_length=20, description="Products that the cart must contain, all of them"
    )
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included", description="Whether the amounts of the rule include tax"
    )
    percent: Percent | None = Field(
        default=None, description="Percentage off the products, after earlier rules"
    )
    amount: Money | None = Field(default=None, description="Amount off the products")
    taken_off: Literal["all", "chosen", "cheapest"] = Field(
        default="all",
        description=(
            "Products that the discount applies to: all of them, those of `choices`, or one piece"
            " of the cheapest of those"
        ),
    )
    free_shipping: bool = Field(default=False, description="Whether shipping is free")
    gift_sku: Sku | None = Field(
        default=None, description="SKU of a product, one piece of which is added free of charge"
    )
    partial_use: bool = Field(
        default=False,
        description="Whether the part of `amount` that a cart does not use becomes a new voucher",
    )


class PutCartRule(Command, CartRuleDefinition, name="cart_rule.put", subject="rule_id"):
    """Add a cart rule, a discount for carts that meet its conditions, or change it. Fields that are
    left out stay as they are. Placed orders keep their discounts.
    """

    example: ClassVar[dict[str, Any]] = samples.CART_RULE
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "code_taken ends_before_it_begins fewer_than_used gives_nothing negative_minimum "
        "not_positive not_yet_valid nothing_chosen two_currencies two_discounts "
        "unknown_product unknown_shop used_up"
    )

    by: By = "system"


class CartRuleChanged(Event, CartRuleDefinition, name="cart_rule.changed", subject="rule_id"):
    """A cart rule was added or changed; the event contains all its fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CART_RULE


class DisableCartRule(Command, name="cart_rule.disable", subject="rule_id"):
    """Disable a cart rule. Orders that used it keep their discounts."""

    example: ClassVar[dict[str, Any]] = {"rule_id": samples.RULE_ID, "by": "anna@shop.test"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("already_disabled unknown_rule")

    rule_id: UUID
    by: By = "system"


class RuleUse(Value):
    """An order that used a rule."""

    order_id: UUID
    customer_id: CustomerKey
    off: Money = Field(description="Amount taken off the order")
    at: AwareDatetime = Field(description="When the order used it")
    released: bool = Field(
        description="Whether the use does not count any more, because the order was cancelled"
    )


class CartRuleStatus(Explanation):
    """A cart rule, and its remaining uses."""

    rule: CartRuleDefinition = Field(description="The rule")
    used: int = Field(description="Number of uses; released uses do not count")
    remaining_uses: int | None = Field(description="Remaining uses; null: unlimited")
    usable: bool = Field(description="Whether the rule can be used now")


class CartRuleAnswer(Answer, CartRuleStatus, name="cart_rule.get_answered"):
    """A cart rule, its remaining uses, and the orders that used it."""

    example: ClassVar[dict[str, Any]] = {
        "rule": samples.CART_RULE,
        "used": 1,
        "remaining_uses": 999,
        "usable": True,
        "last_uses": [
            {
                "order_id": samples.ORDER_ID,
                "customer_id": "c-1001",
                "off": samples.euro(2380),
                "at": samples.NOON,
                "released": False,
            }
        ],
    }

    last_uses: list[RuleUse] = Field(default=[], description="The last fifty uses, newest first")


class GetCartRule(Query, name="cart_rule.get", answer=CartRuleAnswer, subject="rule_id"):
    """Return a cart rule and the orders that used it."""

    example: ClassVar[dict[str, Any]] = {"rule_id": samples.RULE_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_yet_valid unknown_rule used_up")

    rule_id: UUID


class CartRuleList(Answer, name="cart_rule.list_answered"):
    """A page of cart rules, sorted by id."""

    example: ClassVar[dict[str, Any]] = {
        "rules": [{"rule": samples.CART_RULE, "used": 1, "remaining_uses": 999, "usable": True}],
        "next": None,
    }

    rules: list[CartRuleStatus] = Field(description="Rules of this page")
    next: str | None = None


class ListCartRules(Query, name="cart_rule.list", answer=CartRuleList):
    """Return the cart rules of the shop with their remaining uses, page by page. Vouchers, which
    are rules with a code, are left out unless `vouchers` is set; `voucher.list` sorts them by code.
    """

    example: ClassVar[dict[str, Any]] = {"limit": 50}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_yet_valid used_up")

    include_vouchers: bool = Field(
        default=False, description="Whether to include rules with a code"
    )
    active: bool | None = Field(default=None, description="Whether the rule is active; null: any")
    cursor: Annotated[str, Field(pattern=UUID_TEXT)] | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
