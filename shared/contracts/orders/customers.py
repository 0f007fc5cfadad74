"""Customers and their carts: put, asked for, found."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.cart_rules import Labels
from shared.contracts.orders.lists import Cursor, CustomerKey, FirstLetters
from shared.contracts.orders.parts import WantedLine
from shared.contracts.values import Address, Email, Language, Text


class KnownAddress(Address):
    """An address of a customer. Its id stays the same, whatever changes in it."""

    address_id: UUID | None = Field(
        default=None,
        description="null where it is put: that of the same address if it is known, else a new one",
    )


class KnownCustomer(Value):
    """A customer with the addresses that are known of them."""

    customer_id: CustomerKey
    email: Email
    full_name: Text
    language: Language = "en"
    addresses: list[KnownAddress] = Field(default=[], max_length=50)
    groups: Labels = Field(default=[], description="Which cart rules may be for")
    registered_at: AwareDatetime | None = Field(
        default=None,
        description=(
            "Since when the shop knows them. null where they are put: as it is, of a new one now"
        ),
    )


class PutCustomer(Command, KnownCustomer, name="customer.put", subject="customer_id"):
    """Makes a customer known, or changes what is known of them: what is left out stays as it is.
    `addresses` are replaced whole; `customer.put_address` and `customer.remove_address` change one
    and leave the others. Placed orders keep what they say.
    """

    example: ClassVar[dict[str, Any]] = samples.KNOWN_CUSTOMER


class PutAddress(Command, name="customer.put_address", subject="customer_id"):
    """Changes the address of a customer that has this id, or adds one. The customer's other
    addresses stay.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "address": samples.KNOWN_ADDRESS}

    customer_id: CustomerKey
    address: KnownAddress


class RemoveAddress(Command, name="customer.remove_address", subject="customer_id"):
    """Removes an address of a customer. Orders keep theirs."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "address_id": samples.ADDRESS_ID}

    customer_id: CustomerKey
    address_id: UUID


class CustomerChanged(Event, KnownCustomer, name="customer.changed", subject="customer_id"):
    """What is known of a customer is now this: they were put, placed their first order, or used a
    new address.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.KNOWN_CUSTOMER


class CustomerAnswer(Answer, KnownCustomer, name="customer.get_answered"):
    """A customer."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.KNOWN_CUSTOMER


class GetCustomer(Query, name="customer.get", answer=CustomerAnswer, subject="customer_id"):
    """Asks for a customer by the storefront's key."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001"}

    customer_id: CustomerKey


class CustomerList(Answer, name="customer.list_answered"):
    """A page of customers, sorted by their keys."""

    example: ClassVar[dict[str, Any]] = {"customers": [samples.KNOWN_CUSTOMER], "next": None}

    customers: list[KnownCustomer]
    next: CustomerKey | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListCustomers(Query, name="customer.list", answer=CustomerList):
    """Asks for the customers of the shop, a page at a time, sorted by their keys."""

    example: ClassVar[dict[str, Any]] = {"limit": 50}

    cursor: CustomerKey | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)


class CustomersFound(Answer, name="customer.search_answered"):
    """The customers that were found, by name."""

    example: ClassVar[dict[str, Any]] = {"customers": [samples.KNOWN_CUSTOMER], "more": False}

    customers: list[KnownCustomer]
    more: bool = Field(description="Whether there are others: more letters find fewer")


class SearchCustomers(Query, name="customer.search", answer=CustomersFound):
    """Asks for customers by the first letters of words of their name, their e-mail or their
    addresses, or by a phone number, however it is written.
    """

    example: ClassVar[dict[str, Any]] = {"text": "ada by", "limit": 10}

    text: FirstLetters
    limit: int = Field(default=10, ge=1, le=50, strict=True)


class PutCart(Command, name="cart.put", subject="cart_id"):
    """Stores a customer's cart as it is now, so that an order can be begun from it later. It
    reserves no stock.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_CART

    cart_id: UUID = Field(description="Chosen by the storefront")
    customer_id: CustomerKey
    lines: list[WantedLine] = Field(max_length=1000)


class CartChanged(Event, name="cart.changed", subject="cart_id"):
    """A customer's cart was put; it holds these products now."""

    example: ClassVar[dict[str, Any]] = samples.PUT_CART

    cart_id: UUID
    customer_id: CustomerKey
    lines: list[WantedLine]


class Cart(Value):
    """A cart as it was last put."""

    cart_id: UUID
    customer_id: CustomerKey
    lines: list[WantedLine]
    changed_at: AwareDatetime


class CartAnswer(Answer, Cart, name="cart.get_answered"):
    """A cart as it was last put."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_CART | {"changed_at": samples.NOON}


class GetCart(Query, name="cart.get", answer=CartAnswer, subject="cart_id"):
    """Asks for a cart by its id."""

    example: ClassVar[dict[str, Any]] = {"cart_id": samples.CART_ID}

    cart_id: UUID


class CartList(Answer, name="cart.list_answered"):
    """A page of a customer's carts, the last changed first."""

    example: ClassVar[dict[str, Any]] = {"carts": [samples.PUT_CART | {"changed_at": samples.NOON}]}

    carts: list[Cart]
    next: str | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListCarts(Query, name="cart.list", answer=CartList, subject="customer_id"):
    """Asks for the earlier carts of a customer, the last changed first."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "limit": 20}

    customer_id: CustomerKey
    limit: int = Field(default=20, ge=1, le=100, strict=True)
    cursor: Cursor | None = None
