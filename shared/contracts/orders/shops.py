"""Define the settings of a shop, and the lists of its carriers and payment methods."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.links import ParcelPage
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.numbering import Calendar, Numberings
from shared.contracts.orders.rounding import Rounding
from shared.contracts.orders.values import Prefix
from shared.contracts.refusals import codes
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import (
    Country,
    Currency,
    Language,
    Money,
    Price,
    StateKey,
    TaxRate,
    Text,
)

PriceKind = Literal["tax_included", "tax_excluded"]


class Coin(Money):
    """The smallest coin of a currency: `{"amount": 5, "currency": "CHF"}` is five centimes."""

    amount: int = Field(
        ge=1,
        le=1_000_000,
        strict=True,
        description="In minor units, from 1 to 1,000,000",
    )


class CarrierPrice(Value):
    """The price of a carrier in one currency and kind of prices."""

    price: Price = Field(description="Price of shipping")
    prices: PriceKind = Field(default="tax_included", description="Whether the price includes tax")


class ShopCarrier(Value):
    """A carrier that the shop offers."""

    name: Text = Field(description="Name by which orders refer to the carrier")
    rates: list[CarrierPrice] = Field(
        default=[], max_length=50, description="One price per currency and kind of prices"
    )
    tax_rate: TaxRate = Field(
        default="0", validate_default=True, description="Tax rate on shipping"
    )
    countries: list[Country] = Field(
        default=[], max_length=250, description="Countries that it delivers to; empty: all"
    )
    tracking_url: ParcelPage = Field(
        default="", description="Page that tracks a parcel; empty: none"
    )
    delivery_days: Annotated[int, Field(ge=0, le=365, strict=True)] | None = Field(
        default=None, description="Working days that a parcel takes at most; null: not stated"
    )


PaymentMeans = Literal["", "10", "20", "57", "68", "97"]


class PaymentMethod(Value):
    """A payment method that the shop offers."""

    name: Text = Field(description="Name by which orders refer to the payment method")
    initial_state: StateKey = Field(
        default="awaiting_bank_wire", description="State of new orders with this payment method"
    )
    refundable: bool = Field(
        default=False, description="Whether its payment system can give money back on request"
    )
    refund_on_cancel: bool = Field(
        default=True,
        description=(
            "Whether a `refundable` payment system gives the money back as soon as a paid order"
            " is cancelled; false: an employee gives it back and marks the refund"
        ),
    )
    cash: bool = Field(
        default=False,
        description="Whether the customer pays in coins and notes, such as on delivery",
    )
    means: PaymentMeans = Field(
        default="",
        description=(
            "Code on e-invoices (UNTDID 4461): 10 cash, 20 cheque, 57 standing agreement, 68"
            " online payment service (including cards there), 97 clearing between partners;"
            " empty: 10 if `cash` is set, else undefined. Transfers to the account in the shop's"
            " profile need none"
        ),
    )
    transfer: bool | None = Field(
        default=None,
        description=(
            "Whether the customer transfers the money to the account in the shop's profile, which"
            " unpaid invoices then print; null: yes, unless `cash`, `means` or `refundable` imply"
            " another way"
        ),
    )


class ShopOptions(Value):
    """How a shop numbers its documents, rounds its taxes, retains its records, delivers and is
    paid.
    """

    default_language: Language = Field(
        default="en",
        description="Language where a customer or order names none, or a name is missing in theirs",
    )
    invoice_prefix: Prefix = Field(default="IN", description="Prefix of invoice numbers")
    delivery_prefix: Prefix = Field(default="DE", description="Prefix of delivery slip numbers")
    credit_prefix: Prefix = Field(default="CR", description="Prefix of credit slip numbers")
    return_prefix: Prefix = Field(default="RT", description="Prefix of return slip numbers")
    numbering: Numberings = Field(
        default=Numberings(), description="Number series of each kind of document"
    )
    calendar: Calendar = Field(
        default="gregorian",
        description=(
            "Calendar of the years in document numbers and in `legal_years`; a year begins in the"
            " profile's time zone"
        ),
    )
    rounding: Rounding = Field(
        default=Rounding(), description="How taxes are rounded, for orders placed from now on"
    )
    legal_years: int = Field(
        default=10,
        ge=0,
        le=100,
        strict=True,
        description=(
            "Years that the law requires paid or invoiced orders to be retained, after the year"
            " of their last change"
        ),
    )
    backorders: bool = Field(default=False, description="Whether orders may wait for stock")
    accepts_returns: bool = Field(
        default=False, description="Whether customers may request returns"
    )
    return_days: int = Field(
        default=14,
        ge=1,
        le=3650,
        strict=True,
        description=(
            "Days after shipping in which a return may be requested, and days that its package"
            " may take"
        ),
    )
    carriers: list[ShopCarrier] = Field(
        default=[], max_length=100, description="Carriers in display order"
    )
    payment_methods: list[PaymentMethod] = Field(
        default=[], max_length=100, description="Payment methods in display order"
    )
    invoice_notes: dict[Language, Annotated[str, Field(min_length=1, max_length=2000)]] = Field(
        default={},
        max_length=50,
        description=(
            "Note per language, printed on invoices of orders without a note of their own;"
            " languages may be missing"
        ),
    )
    coins: list[Coin] = Field(
        default=[],
        max_length=200,
        description=(
            "Smallest coin of currencies, one of each. Amounts paid or given back by a `cash`"
            " payment method are rounded to it, for orders placed from now on; prices and taxes are"
            " not"
        ),
    )
    store_credit_days: Annotated[int, Field(ge=1, le=36500, strict=True)] | None = Field(
        default=None,
        description="Days that store credit is valid; null: it does not expire",
    )


class ShopSettings(ShopOptions):
    """All settings of a shop, with its profile."""

    profile: ShopProfile = Field(description="Name, address and texts of the shop")


class PutShop(Command, ShopOptions, name="shop.put"):
    """Set the profile and options of the shop that the envelope's `shop` names. Fields that are
    left out stay as they are, also within `profile`, `numbering` and `rounding`; lists and
    addresses are replaced whole. A new shop needs a `profile` and starts with the defaults.
    Existing orders and documents do not change.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_SHOP
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "named_twice numbers_ambiguous numbers_taken profile_missing year_missing"
    )

    profile: ShopProfile | None = Field(
        default=None, description="Name, address and texts of the shop; required for a new shop"
    )


class ShopChanged(Event, ShopSettings, name="shop.changed", fixed_subject="settings"):
    """The settings of a shop were set; the event contains all of them."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_SHOP


class ShopAnswer(Answer, ShopSettings, name="shop.get_answered"):
    """The settings of the shop. Sent back as `shop.put`, they change nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_SHOP


class GetShop(Query, name="shop.get", answer=ShopAnswer):
    """Return the settings of the shop that the envelope's `shop` names."""

    example: ClassVar[dict[str, Any]] = {}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_shop")


class ListedCarrier(ShopCarrier):
    """A carrier that the customer can choose."""

    price: Money | None = Field(
        default=None,
        description="Price in the requested currency and kind of prices; null: none requested",
    )


class CarrierList(Answer, name="carrier.list_answered"):
    """The carriers that can be chosen, in display order."""

    example: ClassVar[dict[str, Any]] = {
        "carriers": [samples.CARRIER | {"price": {"amount": 490, "currency": "EUR"}}],
    }

    carriers: list[ListedCarrier] = Field(description="Carriers in display order")


class ListCarriers(Query, name="carrier.list", answer=CarrierList):
    """Return the carriers of the shop; with a country or a currency, only those that deliver there
    and have a price in it.
    """

    example: ClassVar[dict[str, Any]] = {"delivery_country": "GB", "currency": "EUR"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_shop")

    delivery_country: Country | None = Field(
        default=None, description="Country to deliver to; null: any"
    )
    currency: Currency | None = Field(default=None, description="Currency of the price; null: any")
    prices: PriceKind = Field(
        default="tax_included", description="Whether the price is to include tax"
    )


class PaymentMethodList(Answer, name="payment_method.list_answered"):
    """The payment methods of the shop, in display order."""

    example: ClassVar[dict[str, Any]] = {"payment_methods": [samples.PAYMENT_METHOD]}

    payment_methods: list[PaymentMethod] = Field(description="Payment methods in display order")


class ListPaymentMethods(Query, name="payment_method.list", answer=PaymentMethodList):
    """Return the payment methods of the shop."""

    example: ClassVar[dict[str, Any]] = {}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_shop")
