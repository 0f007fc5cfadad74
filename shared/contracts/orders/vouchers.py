"""Define vouchers: cart rules that a customer uses by entering a code."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.explanation import Explanation
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
from shared.contracts.orders.values import By
from shared.contracts.refusals import codes
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Customer, Language, Money, Text


class NewVoucher(Value):
    """A voucher to create: its value (a percentage, an amount or free shipping), its customers and
    its validity. It applies after the rules without a code. For more conditions use
    `cart_rule.put`.
    """

    voucher_id: UUID = Field(
        description="Chosen by its creator; also the `rule_id` of its cart rule"
    )
    names: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language, printed on documents"
    )
    code: Code | None = Field(default=None, description="Null: an unguessable code is generated")
    percent: Percent | None = Field(
        default=None,
        description="Percentage off the products; one of `percent`, `amount` and `free_shipping`",
    )
    amount: Money | None = Field(default=None, description="Amount off the products")
    free_shipping: bool = Field(default=False, description="Whether shipping is free")
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included", description="Whether the amounts of the voucher include tax"
    )
    customer_id: CustomerKey | None = Field(
        default=None, description="Only for this customer; null: see `groups`"
    )
    groups: Labels = Field(
        default=[], description="Only for customers in one of these groups; empty: for all"
    )
    minimum: Money | None = Field(
        default=None, description="Minimum price of the products before discounts; null: none"
    )
    valid_from: Moment | None = Field(
        default=None, description="First moment of validity; null: no start"
    )
    valid_until: Moment | None = Field(
        default=None,
        description=(
            "End of validity; the voucher does not apply at this moment any more; null: no end"
        ),
    )
    uses: Uses | None = Field(default=1, description="Uses in all; null: unlimited")
    uses_per_customer: Uses | None = Field(
        default=1, description="Uses per customer; null: unlimited"
    )
    partial_use: bool = Field(
        default=True, description="Whether the unused part of `amount` becomes a new voucher"
    )


class CreateVoucher(
    Command, NewVoucher, name="voucher.create", subject="voucher_id", key="voucher_id"
):
    """Create a voucher. The same `voucher_id` again is a repetition."""

    example: ClassVar[dict[str, Any]] = samples.NEW_VOUCHER
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "code_taken ends_before_it_begins fewer_than_used gives_nothing negative_minimum "
        "not_positive nothing_chosen two_currencies two_discounts unknown_product "
        "unknown_shop voucher_exists"
    )

    by: By = "system"


class DisableVoucher(Command, name="voucher.disable", subject="code"):
    """Disable a voucher. Orders that used it keep their discounts."""

    example: ClassVar[dict[str, Any]] = {"code": "THANKS-ADA", "by": "anna@shop.test"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("already_disabled unknown_voucher")

    code: Code
    by: By = "system"


class VoucherCreated(Event, name="voucher.created", subject="voucher_id"):
    """A voucher was created: by hand, with an order, or as the unused part of another voucher."""

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
    voucher: CartRuleDefinition = Field(description="The cart rule of the voucher")
    customer: Customer | None = Field(
        default=None,
        description="Customer that the voucher is for; null: for all, or not known to the shop",
    )
    language: Language = Field(description="Language of the mail to the customer")
    shop: ShopProfile
    order_id: UUID | None = Field(
        default=None,
        description="Order that it was created with, or that used the other voucher; null: none",
    )
    remainder_of: str = Field(
        default="",
        description="Code of the voucher that this one is the unused part of; empty: none",
    )
    remaining_uses: int | None = Field(
        default=None,
        description=(
            "Remaining uses of its customer; 0: the order that created it used it up, so its code"
            " is not mailed; null: unlimited"
        ),
    )
    by: str


class VoucherRedeemed(Event, name="voucher.redeemed", subject="voucher_id"):
    """An order used a voucher."""

    example: ClassVar[dict[str, Any]] = {
        "voucher_id": samples.RULE_ID,
        "code": "THANKS-ADA",
        "order_id": samples.ORDER_ID,
        "customer_id": "c-1001",
        "off": samples.euro(2380),
        "rest": samples.euro(620),
        "rest_code": "THANKS-ADA-M5XW6YTB",
    }

    voucher_id: UUID
    code: str
    order_id: UUID
    customer_id: CustomerKey
    off: Money = Field(description="Amount taken off the order")
    rest: Money | None = Field(
        default=None,
        description="Unused part of the amount, which became a new voucher; null: none",
    )
    rest_code: str = Field(default="", description="Code of that new voucher; empty: none")


class VoucherReturned(Event, name="voucher.returned", subject="voucher_id"):
    """A voucher can be used again, because the order that used it was cancelled."""

    example: ClassVar[dict[str, Any]] = {
        "voucher_id": samples.RULE_ID,
        "code": "THANKS-ADA",
        "order_id": samples.ORDER_ID,
    }

    voucher_id: UUID
    code: str
    order_id: UUID


class VoucherDisabled(Event, name="voucher.disabled", subject="voucher_id"):
    """A voucher was disabled and cannot be used any more."""

    example: ClassVar[dict[str, Any]] = {
        "voucher_id": samples.RULE_ID,
        "code": "THANKS-ADA",
        "by": "anna@shop.test",
    }

    voucher_id: UUID
    code: str
    by: str


class VoucherStatus(Explanation):
    """A voucher, and its remaining uses."""

    voucher: CartRuleDefinition = Field(description="The cart rule of the voucher")
    used: int = Field(description="Number of uses; returned uses do not count")
    remaining_uses: int | None = Field(description="Remaining uses; null: unlimited")
    usable: bool = Field(description="Whether the voucher can be used now")


class VoucherAnswer(Answer, VoucherStatus, name="voucher.get_answered"):
    """A voucher, its remaining uses, and the orders that used it."""

    example: ClassVar[dict[str, Any]] = {
        "voucher": samples.VOUCHER,
        "used": 1,
        "remaining_uses": 0,
        "usable": False,
        "reason": "The voucher 'THANKS-ADA' has reached its usage limit.",
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


class GetVoucher(Query, name="voucher.get", answer=VoucherAnswer, subject="code"):
    """Return a voucher by its code."""

    example: ClassVar[dict[str, Any]] = {"code": "THANKS-ADA"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_yet_valid unknown_voucher used_up")

    code: Code


class VoucherList(Answer, name="voucher.list_answered"):
    """A page of vouchers, sorted by code."""

    example: ClassVar[dict[str, Any]] = {
        "vouchers": [{"voucher": samples.VOUCHER, "used": 0, "remaining_uses": 1, "usable": True}],
        "next": "THANKS-ADA",
    }

    vouchers: list[VoucherStatus] = Field(description="Vouchers of this page")
    next: Code | None = None


class ListVouchers(Query, name="voucher.list", answer=VoucherList):
    """Return the vouchers of the shop with their remaining uses, or those of one customer, page by
    page, sorted by code.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "limit": 50}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_yet_valid used_up")

    customer_id: CustomerKey | None = None
    cursor: Code | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
