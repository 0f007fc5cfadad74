"""Store credit: money of a customer that a shop holds for later orders. It pays like money, and is
no discount.
"""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders import credit_samples
from shared.contracts.orders.cart_rules import CodeOrSlip
from shared.contracts.orders.lists import CustomerKey, Moment
from shared.contracts.orders.parts import By
from shared.contracts.references import OrderId
from shared.contracts.values import Currency, Customer, Language, Money, ShopProfile

CreditKind = Literal["issued", "used", "given_back", "expired"]
Slips = Annotated[
    list[CodeOrSlip],
    Field(
        max_length=20, description="Numbers of credit slips; empty: all store credit may be used"
    ),
]
PartOfTotal = Annotated[
    int, Field(gt=0, lt=2**53, strict=True, description="Minor units of the order's currency")
]


class StoreCreditLot(Value):
    """An amount of store credit that was issued or given back, and what is left of it."""

    lot_id: UUID
    at: AwareDatetime
    amount: Money
    left: Money
    expires_at: AwareDatetime | None = Field(default=None, description="Null: never")
    code: str = Field(
        default="", description="Number of the credit slip that it was issued with; works as a code"
    )
    order_id: UUID | None = Field(default=None, description="The order that it comes from")


class StoreCreditEntry(Value):
    """An entry of the ledger: never changed, never deleted. `balance` is that of the account after
    it.
    """

    kind: CreditKind
    amount: Money = Field(description="Always positive; the kind says which way")
    balance: Money
    lot_id: UUID
    at: AwareDatetime
    by: str
    reason: str = ""
    order_id: UUID | None = Field(
        default=None, description="The order that was paid, or that it comes from"
    )
    refund_id: UUID | None = None


class IssueStoreCredit(Command, name="store_credit.issue", subject="customer_id"):
    """Gives a customer store credit by hand. The same `credit_id` with the same content changes
    nothing; with other content it is refused.
    """

    example: ClassVar[dict[str, Any]] = credit_samples.ISSUE

    credit_id: UUID = Field(
        description="Chosen by who sends it, so that a repeated command is recognised"
    )
    customer_id: CustomerKey
    amount: Money
    reason: str = Field(
        min_length=1, max_length=500, description="For the ledger and the customer's mail"
    )
    expires_at: Moment | None = Field(
        default=None,
        description="Null: after the shop's `store_credit_days`, or never where it sets none",
    )
    by: By = "system"


class UseStoreCredit(Command, name="store_credit.use", subject="order_id"):
    """Pays an order, or a part of it, with the customer's store credit: at most what is still due.
    An order that is paid in full goes on from a state that waits for that.
    """

    example: ClassVar[dict[str, Any]] = credit_samples.USE

    order_id: OrderId
    payment_id: UUID = Field(
        description="Chosen by who sends it, so that a repeated command is recognised"
    )
    amount: PartOfTotal | None = Field(
        default=None, description="Null: all there is, up to what is due"
    )
    credit_slips: Slips = []
    by: By = "system"


class ExpireStoreCredit(Command, name="store_credit.expire", subject="customer_id", internal=True):
    """Sent by `orders` to itself when store credit comes to its end."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "currency": "EUR"}

    customer_id: CustomerKey
    currency: Currency


class _StoreCreditChanged(Event):
    """Store credit changed. `customer` is there where the shop knows the customer."""

    customer_id: CustomerKey
    amount: Money
    balance: Money = Field(description="What the customer has in this currency after it")
    lot_id: UUID
    order_id: UUID | None = None
    at: AwareDatetime
    by: str
    customer: Customer | None = None
    language: Language
    shop: ShopProfile


class StoreCreditIssued(_StoreCreditChanged, name="store_credit.issued", subject="customer_id"):
    """A customer got store credit: by hand, or as a refund (`refund_id`)."""

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {
        "reason": "The parcel was late.",
        "code": "CR000001",
        "expires_at": "2027-11-21T12:00:00Z",
    }

    reason: str = ""
    refund_id: UUID | None = None
    code: str = Field(default="", description="Number of the credit slip that it was issued with")
    expires_at: AwareDatetime | None = None


class StoreCreditUsed(_StoreCreditChanged, name="store_credit.used", subject="customer_id"):
    """An order was paid with store credit, wholly or in part."""

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {"order_id": samples.ORDER_ID}


class StoreCreditGivenBack(
    _StoreCreditChanged, name="store_credit.given_back", subject="customer_id"
):
    """Store credit that an order was paid with is the customer's again: the order was refunded
    (`refund_id`), or came to nothing before it was invoiced.
    """

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {"order_id": samples.ORDER_ID}

    reason: str = ""
    refund_id: UUID | None = None
    code: str = ""
    expires_at: AwareDatetime | None = None


class StoreCreditExpired(_StoreCreditChanged, name="store_credit.expired", subject="customer_id"):
    """What was left of some store credit can be used no more."""

    example: ClassVar[dict[str, Any]] = credit_samples.CHANGED | {"balance": samples.euro(0)}


class StoreCreditAccount(Value):
    """What a customer has in a currency."""

    customer_id: CustomerKey
    balance: Money
    lots: list[StoreCreditLot] = Field(
        description="Those of which something is left, in the order of their use"
    )


class StoreCreditAnswer(Answer, name="store_credit.get_answered"):
    """A customer's store credit."""

    example: ClassVar[dict[str, Any]] = {
        "accounts": [credit_samples.ACCOUNT],
        "entries": [credit_samples.ENTRY],
        "next": None,
    }

    accounts: list[StoreCreditAccount] = Field(
        description="One per currency that the customer ever had credit in"
    )
    entries: list[StoreCreditEntry] = Field(description="Newest first")
    next: int | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class GetStoreCredit(
    Query, name="store_credit.get", answer=StoreCreditAnswer, subject="customer_id"
):
    """Asks what store credit a customer has, and what became of it."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "limit": 50}

    customer_id: CustomerKey
    cursor: int | None = Field(
        default=None, ge=1, strict=True, description="`next` of the page before"
    )
    limit: int = Field(default=50, ge=1, le=200, strict=True, description="Entries")


class StoreCreditList(Answer, name="store_credit.list_answered"):
    """A page of customers with store credit, by their keys."""

    example: ClassVar[dict[str, Any]] = {"accounts": [credit_samples.ACCOUNT], "next": "c-1001"}

    accounts: list[StoreCreditAccount]
    next: CustomerKey | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListStoreCredit(Query, name="store_credit.list", answer=StoreCreditList):
    """Asks which customers have store credit in a currency: what the shop owes them."""

    example: ClassVar[dict[str, Any]] = {"currency": "EUR", "limit": 50}

    currency: Currency
    cursor: CustomerKey | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
