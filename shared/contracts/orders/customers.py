"""Define customers and their carts: commands, queries and events."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.cart_rules import Labels
from shared.contracts.orders.lists import Cursor, CustomerKey, FirstLetters
from shared.contracts.orders.values import WantedLine
from shared.contracts.refusals import codes
from shared.contracts.values import Address, Email, Language, Text


class CustomerAddress(Address):
    """An address of a customer. Its id does not change when the address does."""

    address_id: UUID | None = Field(
        default=None,
        description="Null in a command: the id of the same address if it exists, else a new one",
    )


class CustomerRecord(Value):
    """A customer with their addresses."""

    customer_id: CustomerKey
    email: Email = Field(description="Address that mails go to")
    full_name: Text = Field(description="Full name of the customer")
    language: Language = Field(
        default="en",
        description=(
            "Language of mails and documents, BCP 47; a new customer without one has the shop's"
            " `default_language`"
        ),
    )
    addresses: list[CustomerAddress] = Field(
        default=[], max_length=50, description="Addresses of the customer"
    )
    groups: Labels = Field(
        default=[], description="Groups of the customer, for conditions of cart rules"
    )
    registered_at: AwareDatetime | None = Field(
        default=None,
        description=(
            "When the customer became known to the shop; null in a command: unchanged, or now for"
            " a new customer"
        ),
    )


class PutCustomer(Command, CustomerRecord, name="customer.put", subject="customer_id"):
    """Add a customer, or change one. Fields that are left out stay as they are; `addresses` are
    replaced whole, `customer.put_address` and `customer.remove_address` change a single one. Placed
    orders do not change.
    """

    example: ClassVar[dict[str, Any]] = samples.KNOWN_CUSTOMER
    refusal_codes: ClassVar[tuple[str, ...]] = codes("same_id")


class PutAddress(Command, name="customer.put_address", subject="customer_id"):
    """Add an address of a customer, or change the address with this id. The customer's other
    addresses stay.
    """

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "address": samples.KNOWN_ADDRESS}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("too_many_addresses unknown_customer")

    customer_id: CustomerKey
    address: CustomerAddress = Field(description="The address")


class RemoveAddress(Command, name="customer.remove_address", subject="customer_id"):
    """Remove an address of a customer. Placed orders keep theirs."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "address_id": samples.ADDRESS_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_address unknown_customer")

    customer_id: CustomerKey
    address_id: UUID = Field(description="Id of the address to remove")


class CustomerChanged(Event, CustomerRecord, name="customer.changed", subject="customer_id"):
    """A customer was added or changed: by `customer.put`, a first order, or a new address. The
    event contains all their data.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.KNOWN_CUSTOMER


class CustomerAnswer(Answer, CustomerRecord, name="customer.get_answered"):
    """A customer with their addresses."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.KNOWN_CUSTOMER


class GetCustomer(Query, name="customer.get", answer=CustomerAnswer, subject="customer_id"):
    """Return a customer by the storefront's key."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_customer")

    customer_id: CustomerKey


class CustomerList(Answer, name="customer.list_answered"):
    """A page of customers, sorted by key."""

    example: ClassVar[dict[str, Any]] = {"customers": [samples.KNOWN_CUSTOMER], "next": None}

    customers: list[CustomerRecord] = Field(description="Customers of this page")
    next: CustomerKey | None = None


class ListCustomers(Query, name="customer.list", answer=CustomerList):
    """Return the customers of the shop, page by page, sorted by key."""

    example: ClassVar[dict[str, Any]] = {"limit": 50}

    cursor: CustomerKey | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)


class CustomersFound(Answer, name="customer.search_answered"):
    """The customers that match, sorted by name."""

    example: ClassVar[dict[str, Any]] = {"customers": [samples.KNOWN_CUSTOMER], "more": False}

    customers: list[CustomerRecord] = Field(description="Customers that match, at most `limit`")
    more: bool = Field(description="Whether there are more matches; refine the text to find them")


class SearchCustomers(Query, name="customer.search", answer=CustomersFound):
    """Return the customers with words in their name, e-mail or addresses that begin with the given
    letters, or with the given phone number in any notation.
    """

    example: ClassVar[dict[str, Any]] = {"text": "ada by", "limit": 10}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("nothing_to_search")

    text: FirstLetters = Field(
        description="Words or beginnings of words, all of which must match, or a phone number"
    )
    limit: int = Field(default=10, ge=1, le=50, strict=True)


class PutCart(Command, name="cart.put", subject="cart_id"):
    """Store a customer's cart as it is now, so that an order can start from it later. No stock is
    reserved.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_CART
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_product")

    cart_id: UUID = Field(description="Chosen by the storefront; the same id replaces the cart")
    customer_id: CustomerKey
    lines: list[WantedLine] = Field(max_length=1000, description="Products in the cart")


class CartChanged(Event, name="cart.changed", subject="cart_id"):
    """A customer's cart was stored; the event contains its products."""

    example: ClassVar[dict[str, Any]] = samples.PUT_CART

    cart_id: UUID
    customer_id: CustomerKey
    lines: list[WantedLine] = Field(description="Products in the cart")


class Cart(Value):
    """A cart as it was last stored."""

    cart_id: UUID
    customer_id: CustomerKey
    lines: list[WantedLine] = Field(description="Products in the cart")
    changed_at: AwareDatetime = Field(description="When the cart was last stored")


class CartAnswer(Answer, Cart, name="cart.get_answered"):
    """A cart as it was last stored."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_CART | {"changed_at": samples.NOON}


class GetCart(Query, name="cart.get", answer=CartAnswer, subject="cart_id"):
    """Return a cart by its id."""

    example: ClassVar[dict[str, Any]] = {"cart_id": samples.CART_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_cart")

    cart_id: UUID


class CartList(Answer, name="cart.list_answered"):
    """A page of a customer's carts, the last changed first."""

    example: ClassVar[dict[str, Any]] = {"carts": [samples.PUT_CART | {"changed_at": samples.NOON}]}

    carts: list[Cart] = Field(description="Carts of this page")
    next: str | None = None


class ListCarts(Query, name="cart.list", answer=CartList, subject="customer_id"):
    """Return the stored carts of a customer, the last changed first."""

    example: ClassVar[dict[str, Any]] = {"customer_id": "c-1001", "limit": 20}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_cursor")

    customer_id: CustomerKey
    limit: int = Field(default=20, ge=1, le=100, strict=True)
    cursor: Cursor | None = None
