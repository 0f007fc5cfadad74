"""A shop's settings: put, asked for, announced; its carriers and payment methods as lists to choose
from.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.links import ParcelPage
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.parts import Prefix, Price
from shared.contracts.orders.settings import Calendar, Numberings, Rounding
from shared.contracts.values import (
    Country,
    Currency,
    Language,
    Money,
    ShopProfile,
    StateKey,
    TaxRate,
    Text,
)

PriceKind = Literal["tax_included", "tax_excluded"]
Coins = dict[Currency, Annotated[int, Field(ge=1, le=1_000_000, strict=True)]]


class CarrierPrice(Value):
    """What a carrier costs in one currency and kind of prices."""

    currency: Currency
    price: Price
    prices: PriceKind = "tax_included"


class ShopCarrier(Value):
    """A carrier that the shop offers. Orders name it by its name."""

    name: Text
    rates: list[CarrierPrice] = Field(
        default=[], max_length=50, description="One for each currency and kind of prices"
    )
    tax_rate: TaxRate = Field(default="0", validate_default=True)
    countries: list[Country] = Field(
        default=[], max_length=250, description="Where it delivers; empty: everywhere"
    )
    tracking_url: ParcelPage = ""
    delivery_days: Annotated[int, Field(ge=0, le=365, strict=True)] | None = Field(
        default=None, description="Working days that a parcel takes at most; null: not stated"
    )


PaymentMeans = Literal["", "10", "20", "57", "68", "97"]


class PaymentMethod(Value):
    """A payment method that the shop offers. Orders name it by its name."""

    name: Text
    initial_state: StateKey = Field(
        default="awaiting_bank_wire", description="State that an order paid like this begins in"
    )
    refundable: bool = Field(
        default=False, description="Whether its system gives money back when it is asked"
    )
    refund_on_cancel: bool = Field(
        default=True,
        description=(
            "Whether a `refundable` system is asked for the money as soon as a paid order is"
            " cancelled; false: an employee gives it back and marks the refund"
        ),
    )
    cash: bool = Field(
        default=False,
        description="Whether the customer pays in coins and notes, such as at the door",
    )
    means: PaymentMeans = Field(
        default="",
        description=(
            "Code on e-invoices (UNTDID 4461): 10 in cash, 20 by cheque, 57 by standing agreement,"
            " 68 by an online payment service (also by card there), 97 settled between partners;"
            " empty: 10 where `cash` is set, else not defined. What is paid to the account of the"
            " shop's profile needs none"
        ),
    )
    transfer: bool | None = Field(
        default=None,
        description=(
            "Whether the customer transfers the money to the account of the shop's profile, which"
            " unpaid invoices then print; null: where none of `cash`, `means` and `refundable` says"
            " that it is paid in another way"
        ),
    )


class ShopOptions(Value):
    """How a shop numbers its documents, rounds its taxes, keeps its records, delivers and is
    paid.
    """

    default_language: Language = "en"
    invoice_prefix: Prefix = "IN"
    delivery_prefix: Prefix = "DE"
    credit_prefix: Prefix = "CR"
    return_prefix: Prefix = "RT"
    numbering: Numberings = Numberings()
    calendar: Calendar = Field(
        default="gregorian",
        description=(
            "Whose years numbers show, begin anew with, and `legal_years` counts; they begin in the"
            " time zone of the profile"
        ),
    )
    rounding: Rounding = Field(default=Rounding(), description="Of orders placed from now on")
    legal_years: int = Field(
        default=10,
        ge=0,
        le=100,
        strict=True,
        description=(
            "How long the law wants paid or documented orders kept, after the year of their last"
            " change"
        ),
    )
    backorders: bool = Field(
        default=False, description="Whether orders may wait for stock that is not there"
    )
    returns: bool = Field(default=False, description="Whether customers may send goods back")
    return_days: int = Field(
        default=14,
        ge=1,
        le=3650,
        strict=True,
        description=(
            "How long after the goods were sent a return may be asked for, and how long a package"
            " may take"
        ),
    )
    carriers: list[ShopCarrier] = Field(
        default=[], max_length=100, description="In the order in which they are shown"
    )
    payment_methods: list[PaymentMethod] = Field(
        default=[], max_length=100, description="In the order in which they are shown"
    )
    invoice_notes: dict[Language, Annotated[str, Field(min_length=1, max_length=2000)]] = Field(
        default={},
        max_length=50,
        description=(
            "By language: printed on the invoices of orders that bring no note of their own; not"
            " all languages need one"
        ),
    )
    coins: Coins = Field(
        default={},
        max_length=200,
        description=(
            'The smallest coin of a currency in minor units, such as `{"CHF": 5}`. What is paid or'
            " given back by a payment method of `cash` is rounded to it, of orders placed from now"
            " on; prices and taxes are not"
        ),
    )
    store_credit_days: Annotated[int, Field(ge=1, le=36500, strict=True)] | None = Field(
        default=None,
        description="How long store credit is valid; null: for ever",
    )


class ShopSettings(ShopOptions):
    """All settings of a shop, with its profile."""

    profile: ShopProfile


class PutShop(Command, ShopOptions, name="shop.put"):
    """Sets the profile of the shop that the envelope names (`shop`), and its options. What is left
    out stays as it is, also within `profile`, `numbering` and `rounding`; lists and addresses are
    replaced whole. A new shop needs a `profile`, and starts with the defaults. What was placed or
    issued before stays as it is.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_SHOP

    profile: ShopProfile | None = Field(default=None, description="Required for a new shop")


class ShopChanged(Event, ShopSettings, name="shop.changed"):
    """The settings of the shop that the envelope names are now these."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_SHOP


class ShopAnswer(Answer, ShopSettings, name="shop.get_answered"):
    """The settings of the shop. `shop.put` with the same fields changes nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_SHOP


class GetShop(Query, name="shop.get", answer=ShopAnswer):
    """Asks for the settings of the shop that the envelope names."""

    example: ClassVar[dict[str, Any]] = {}


class ListedCarrier(ShopCarrier):
    """A carrier that can be chosen."""

    price: Money | None = Field(
        default=None, description="In the currency and kind of prices that was asked for"
    )


class CarrierList(Answer, name="carrier.list_answered"):
    """Carriers of the shop that can be chosen, in the shop's order."""

    example: ClassVar[dict[str, Any]] = {
        "carriers": [samples.CARRIER | {"price": {"amount": 490, "currency": "EUR"}}],
    }

    carriers: list[ListedCarrier]


class ListCarriers(Query, name="carrier.list", answer=CarrierList):
    """Asks for the carriers of the shop; with a country or currency those that deliver there and
    have a price in it.
    """

    example: ClassVar[dict[str, Any]] = {"delivery_country": "GB", "currency": "EUR"}

    delivery_country: Country | None = None
    currency: Currency | None = None
    prices: PriceKind = "tax_included"


class PaymentMethodList(Answer, name="payment_method.list_answered"):
    """Payment methods of the shop, in the shop's order."""

    example: ClassVar[dict[str, Any]] = {"payment_methods": [samples.PAYMENT_METHOD]}

    payment_methods: list[PaymentMethod]


class ListPaymentMethods(Query, name="payment_method.list", answer=PaymentMethodList):
    """Asks for the payment methods of the shop."""

    example: ClassVar[dict[str, Any]] = {}
