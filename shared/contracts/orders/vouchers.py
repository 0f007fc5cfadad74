"""Vouchers: cart rules that a customer uses by their code."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.cart_rules import (
    CartRuleDefinition,
    Code,
    Labels,
    Percent,
    RuleUse,
    Uses,
)
from shared.contracts.orders.lists import CustomerKey, Moment
from shared.contracts.orders.parts import By
from shared.contracts.values import Customer, Language, Money, ShopProfile, Text


class NewVoucher(Value):
    """A voucher as it is made: what it is worth (percent, amount or free shipping), for whom and
    until when. It counts after the rules that need no code. What else a cart rule can ask for is
    said by `cart_rule.put`.
    """

    voucher_id: UUID = Field(
        description="Chosen by who creates it; the `rule_id` of the cart rule that it is"
    )
    names: dict[Language, Text] = Field(min_length=1, max_length=50)
    code: Code | None = Field(
        default=None, description="Without it one is made up that nobody guesses"
    )
    percent: Percent | None = None
    amount: Money | None = None
    free_shipping: bool = False
    prices: Literal["tax_included", "tax_excluded"] = "tax_included"
    customer_id: CustomerKey | None = Field(
        default=None, description="For this customer alone; else see `groups`"
    )
    groups: Labels = Field(
        default=[], description="For customers of one of these groups; empty: for everybody"
    )
    minimum: Money | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    uses: Uses | None = 1
    uses_per_customer: Uses | None = 1
    partial_use: bool = Field(
        default=True, description="Whether the rest of an `amount` stays as another voucher"
    )


class CreateVoucher(Command, NewVoucher, name="voucher.create", subject="voucher_id"):
    """Makes a voucher. The same `voucher_id` is refused the second time."""

    example: ClassVar[dict[str, Any]] = samples.NEW_VOUCHER

    by: By = "system"


class DisableVoucher(Command, name="voucher.disable", subject="code"):
    """Ends a voucher; orders that used it keep their discounts."""

    example: ClassVar[dict[str, Any]] = {"code": "THANKS-ADA", "by": "anna@shop.test"}

    code: Code
    by: By = "system"


class VoucherCreated(Event, name="voucher.created", subject="voucher_id"):
    """There is a new voucher. `customer` is who gets it, where it is for one who is known;
    `remainder_of` is the code of the voucher that this is the rest of, `order_id` the order that it
    comes from.
    """

    example: ClassVar[dict[str, Any]] = {
        "voucher_id": samples.RULE_ID,
        "code": "THANKS-ADA",
        "voucher": samples.VOUCHER,
        "customer": samples.CUSTOMER,
        "language": "en",
        "shop": samples.SHOP_PROFILE,
        "by": "anna@shop.test",
    }

    voucher_id: UUID
    code: str
    voucher: CartRuleDefinition
    customer: Customer | None = None
    language: Language
    shop: ShopProfile
    order_id: UUID | None = None
    remainder_of: str = ""
    left: int | None = Field(
        default=None,
        description=(
            "How often its customer can still use it; 0: it was made with an order and used up by"
            " it, so that nobody is told its code; null: without limit"
        ),
    )
    by: str


class VoucherRedeemed(Event, name="voucher.redeemed", subject="voucher_id"):
    """An order used a voucher: it took off `taken`; `rest` is what stays, with a code of its
    own.
    """

    example: ClassVar[dict[str, Any]] = {
        "voucher_id": samples.RULE_ID,
        "code": "THANKS-ADA",
        "order_id": samples.ORDER_ID,
        "customer_id": "c-1001",
        "taken": samples.euro(2380),
        "rest": samples.euro(620),
        "rest_code": "THANKS-ADA-M5XW6YTB",
    }

    voucher_id: UUID
    code: str
    order_id: UUID
    customer_id: CustomerKey
    taken: Money
    rest: Money | None = None
    rest_code: str = ""


class VoucherReturned(Event, name="voucher.returned", subject="voucher_id"):
    """The order that used a voucher came to nothing: the voucher can be used again."""

    example: ClassVar[dict[str, Any]] = {
        "voucher_id": samples.RULE_ID,
        "code": "THANKS-ADA",
        "order_id": samples.ORDER_ID,
    }

    voucher_id: UUID
    code: str
    order_id: UUID


class VoucherDisabled(Event, name="voucher.disabled", subject="voucher_id"):
    """A voucher cannot be used any more."""

    example: ClassVar[dict[str, Any]] = {
        "voucher_id": samples.RULE_ID,
        "code": "THANKS-ADA",
        "by": "anna@shop.test",
    }

    voucher_id: UUID
    code: str
    by: str


class VoucherStanding(Value):
    """A voucher, and what is left of it."""

    voucher: CartRuleDefinition
    used: int = Field(description="How often; uses that were given back do not count")
    left: int | None = Field(description="How often it may still be used; null: without limit")
    usable: bool = Field(description="Whether somebody can use it now")
    reason: str = Field(default="", description="Why not, in one sentence")


class VoucherAnswer(Answer, VoucherStanding, name="voucher.get_answered"):
    """A voucher, and what became of it."""

    example: ClassVar[dict[str, Any]] = {
        "voucher": samples.VOUCHER,
        "used": 1,
        "left": 0,
        "usable": False,
        "reason": "It was used as often as it may.",
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


class GetVoucher(Query, name="voucher.get", answer=VoucherAnswer, subject="code"):
    """Asks for a voucher by its code."""

    example: ClassVar[dict[str, Any]] = {"code": "THANKS-ADA"}

    code: Code


class VoucherList(Answer, name="voucher.list_answered"):
    """A page of vouchers, sorted by their codes."""

    example: ClassVar[dict[str, Any]] = {
        "vouchers": [{"voucher": samples.VOUCHER, "used": 0, "left": 1, "usable": True}],
        "next": "THANKS-ADA",
    }

    vouchers: list[VoucherStanding]
    next: Code | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListVouchers(Query, name="voucher.list", answer=VoucherList):
    """Asks for the vouchers of the shop, or for those that are one customer's alone, with what is
    left of them; a page at a time, sorted by their codes.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "limit": 50}

    customer_id: CustomerKey | None = None
    cursor: Code | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
