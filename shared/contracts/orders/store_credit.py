"""Define store credit: money of a customer that a shop holds for later orders. It pays like money,
and is not a discount.
"""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders import credit_samples
from shared.contracts.orders.cart_rules import CodeOrSlip
from shared.contracts.orders.lists import CustomerKey, Moment, NumberCursor
from shared.contracts.orders.values import By
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Currency, Customer, Language, Money, PositiveMoney

CreditKind = Literal["issued", "used", "given_back", "expired"]
Slips = Annotated[
    list[CodeOrSlip],
    Field(
        max_length=20, description="Numbers of credit slips; empty: all store credit may be used"
    ),
]


class StoreCreditLot(Value):
    """An amount of store credit that was issued or given back."""

    lot_id: UUID
    at: AwareDatetime = Field(description="When it was issued or given back")
    amount: Money = Field(description="Amount issued")
    unused: Money = Field(description="Amount that was not used yet")
    expires_at: AwareDatetime | None = Field(default=None, description="Null: it does not expire")
    code: str = Field(
        default="",
        description=(
            "Number of the credit slip that issued it, which works as a code in `order.place`;"
            " empty: none"
        ),
    )
    order_id: UUID | None = Field(default=None, description="Order that it comes from; null: none")


class StoreCreditEntry(Value):
    """An entry of the store credit ledger; entries are never changed or deleted."""

    kind: CreditKind = Field(
        description="`issued` and `given_back` add to the account, `used` and `expired` reduce it"
    )
    amount: Money = Field(description="Amount of the entry, positive")
    balance: Money = Field(description="Balance of the account after the entry")
    lot_id: UUID
    at: AwareDatetime
    by: str
    reason: str = Field(default="", description="Why it was issued or given back")
    order_id: UUID | None = Field(
        default=None, description="Order that was paid, or that it comes from; null: none"
    )
    refund_id: UUID | None = Field(
        default=None, description="Refund that it comes from; null: none"
    )


class IssueStoreCredit(Command, name="store_credit.issue", subject="customer_id", key="credit_id"):
    """Issue store credit to a customer by hand. The same `credit_id` with the same content changes
    nothing; with other content it is refused.
    """

    example: ClassVar[dict[str, Any]] = credit_samples.ISSUE
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "balance_too_large credit_exists expired not_positive unknown_shop"
    )

    credit_id: UUID = Field(
        description="Chosen by the sender; use the same one when you repeat the command"
    )
    customer_id: CustomerKey
    amount: Money = Field(description="Amount to issue; must be positive")
    reason: str = Field(
        min_length=1,
        max_length=500,
        description="Recorded in the ledger, and part of the mail to the customer",
    )
    expires_at: Moment | None = Field(
        default=None,
        description="Null: after the shop's `store_credit_days`, or never if that is not set",
    )
    by: By = "system"


class UseStoreCredit(Command, name="store_credit.use", subject="order_id", key="payment_id"):
    """Pay an order, in full or in part, with the customer's store credit, up to the amount due. An
    order that is paid in full moves on from a state that waits for payment.
    """

    example: ClassVar[dict[str, Any]] = credit_samples.USE
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "balance_too_large "
        "already_in_state already_recorded customer_erased guard_objects more_than_due "
        "move_not_possible no_store_credit not_enough_store_credit not_privileged nothing_due "
        "nothing_left order_credited order_ended other_currency other_customer out_of_stock "
        "reason_missing refund_under_way store_credit_gone unknown_credit_slip unknown_order "
        "unknown_state "
        "wrong_currency"
    )

    order_id: OrderId
    payment_id: UUID = Field(
        description="Chosen by the sender; use the same one when you repeat the command"
    )
    amount: PositiveMoney | None = Field(
        default=None, description="Null: all available credit, up to the amount due"
    )
    credit_slips: Slips = Field(
        default=[],
        description="Numbers of credit slips to use; empty: all store credit may be used",
    )
    by: By = "system"


class ExpireStoreCredit(Command, name="store_credit.expire", subject="customer_id", internal=True):
    """Expire the store credit of a customer at the end of its validity. Sent by `orders` to
    itself.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "currency": "EUR"}

    customer_id: CustomerKey
    currency: Currency


class _StoreCreditChanged(Event):
    """Store credit of a customer changed."""

    customer_id: CustomerKey
    amount: Money = Field(description="Amount of the change, positive")
    balance: Money = Field(description="Balance of the customer in this currency afterwards")
    lot_id: UUID
    order_id: UUID | None = Field(
        default=None, description="Order that was paid, or that it comes from; null: none"
    )
    at: AwareDatetime
    by: str
    customer: Customer | None = Field(
        default=None,
        description="Name and address for the mail; null: the shop does not know the customer",
    )
    language: Language = Field(description="Language of the mail to the customer")
    shop: ShopProfile


class StoreCreditIssued(_StoreCreditChanged, name="store_credit.issued", subject="customer_id"):
    """Store credit was issued to a customer, by hand or as a refund."""

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {
        "reason": "The parcel was late.",
        "code": "CR000001",
        "expires_at": "2027-11-21T12:00:00Z",
    }

    reason: str = Field(default="", description="Why it was issued")
    refund_id: UUID | None = Field(default=None, description="Refund that issued it; null: by hand")
    code: str = Field(
        default="", description="Number of the credit slip that issued it; empty: none"
    )
    expires_at: AwareDatetime | None = Field(default=None, description="Null: it does not expire")


class StoreCreditUsed(_StoreCreditChanged, name="store_credit.used", subject="customer_id"):
    """An order was paid with store credit, in full or in part."""

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {"order_id": samples.ORDER_ID}


class StoreCreditGivenBack(
    _StoreCreditChanged, name="store_credit.given_back", subject="customer_id"
):
    """Store credit that had paid an order was given back to the customer. The order was refunded,
    or cancelled before its invoice.
    """

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {"order_id": samples.ORDER_ID}

    reason: str = Field(default="", description="Why it was given back")
    refund_id: UUID | None = Field(
        default=None, description="Refund that gave it back; null: the order was cancelled"
    )
    code: str = Field(
        default="", description="Number of the credit slip that issued it; empty: none"
    )
    expires_at: AwareDatetime | None = Field(default=None, description="Null: it does not expire")


class StoreCreditExpired(_StoreCreditChanged, name="store_credit.expired", subject="customer_id"):
    """The rest of a customer's store credit expired."""

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {"balance": samples.euro(0)}


class StoreCreditAccount(Value):
    """The store credit of a customer in one currency."""

    customer_id: CustomerKey
    balance: Money = Field(description="Sum of the lots")
    lots: list[StoreCreditLot] = Field(description="Lots with credit left, in the order of use")


class StoreCreditAnswer(Answer, name="store_credit.get_answered"):
    """The store credit of a customer: accounts and ledger."""

    example: ClassVar[dict[str, Any]] = {
        "accounts": [credit_samples.ACCOUNT],
        "entries": [credit_samples.ENTRY],
        "next": None,
    }

    accounts: list[StoreCreditAccount] = Field(
        description="One per currency in which the customer ever had credit"
    )
    entries: list[StoreCreditEntry] = Field(description="Entries of the ledger, newest first")
    next: str | None = None


class GetStoreCredit(
    Query, name="store_credit.get", answer=StoreCreditAnswer, subject="customer_id"
):
    """Return the store credit of a customer, with its ledger."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "limit": 50}

    customer_id: CustomerKey
    cursor: NumberCursor | None = None
    limit: int = Field(
        default=50, ge=1, le=200, strict=True, description="Entries of the ledger in a page"
    )


class StoreCreditList(Answer, name="store_credit.list_answered"):
    """A page of customers with store credit, sorted by key."""

    example: ClassVar[dict[str, Any]] = {"accounts": [credit_samples.ACCOUNT], "next": "c-1001"}

    accounts: list[StoreCreditAccount] = Field(description="Accounts of this page")
    next: CustomerKey | None = None


class ListStoreCredit(Query, name="store_credit.list", answer=StoreCreditList):
    """Return the customers with store credit in a currency, page by page. The sum is the shop's
    debt to them.
    """

    example: ClassVar[dict[str, Any]] = {"currency": "EUR", "limit": 50}

    currency: Currency = Field(description="Currency of the accounts")
    cursor: CustomerKey | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
