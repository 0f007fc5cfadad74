"""Products: put, found, listed, and what moved their stock."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.cart_rules import Labels
from shared.contracts.orders.lists import FirstLetters
from shared.contracts.references import OrderId
from shared.contracts.values import Language, Money, Sku, TaxRate, Text


class ProductDefinition(Value):
    """A product or combination of the catalogue."""

    sku: Sku
    names: dict[Language, Text] = Field(min_length=1, description="Name per language")
    price: Money = Field(
        description="Unit price, tax included or not as `prices` of the order says"
    )
    tax_rate: TaxRate
    weight_grams: int = Field(default=0, ge=0, le=10_000_000, strict=True)
    categories: Labels = Field(
        default=[], description="These four are what cart rules choose products by"
    )
    brand: str = Field(default="", max_length=100)
    suppliers: Labels = []
    attributes: Labels = Field(default=[], description="Such as `colour: blue`")


class PutProduct(Command, ProductDefinition, name="product.put", subject="sku"):
    """Adds a product (or combination) to the catalogue, or changes it: what is left out stays as it
    is. Placed orders keep what they were sold at.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT


class ProductChanged(Event, ProductDefinition, name="product.changed", subject="sku"):
    """A product of the catalogue is now this."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT


class FoundProduct(ProductDefinition):
    """A product (or combination) with the stock left."""

    available: int = Field(description="Stock left")


class ProductAnswer(Answer, FoundProduct, name="product.get_answered"):
    """A product with the stock left."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT | {"available": 23}


class GetProduct(Query, name="product.get", answer=ProductAnswer, subject="sku"):
    """Asks for a product by its reference."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE"}

    sku: Sku


class ProductList(Answer, name="product.list_answered"):
    """A page of products, sorted by their references."""

    example: ClassVar[dict[str, Any]] = {
        "products": [samples.PUT_PRODUCT | {"available": 23}],
        "next": None,
    }

    products: list[FoundProduct]
    next: Sku | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListProducts(Query, name="product.list", answer=ProductList):
    """Asks for the products of the shop, a page at a time, sorted by their references."""

    example: ClassVar[dict[str, Any]] = {"limit": 50}

    cursor: Sku | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)


class ProductsFound(Answer, name="product.search_answered"):
    """The products that were found, by reference."""

    example: ClassVar[dict[str, Any]] = {
        "products": [samples.PUT_PRODUCT | {"available": 23}],
        "more": False,
    }

    products: list[FoundProduct]
    more: bool = Field(description="Whether there are others: more letters find fewer")


class SearchProducts(Query, name="product.search", answer=ProductsFound):
    """Asks for products by the first letters of words of their reference, or of their name in any
    language.
    """

    example: ClassVar[dict[str, Any]] = {"text": "mug", "limit": 10}

    text: FirstLetters
    limit: int = Field(default=10, ge=1, le=50, strict=True)


class StockLevel(Answer, name="stock.get_answered"):
    """How many are left."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "available": 23}

    sku: Sku
    available: int


class GetStock(Query, name="stock.get", answer=StockLevel, subject="sku"):
    """Asks how many of a product are left."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE"}

    sku: Sku


class StockMovement(Value):
    """One change of the available stock: never rewritten."""

    number: int = Field(
        description="Counts the movements of all shops; later ones have higher numbers"
    )
    sku: Sku
    change: int = Field(description="Pieces; negative: fewer")
    cause: str = Field(
        description="Name of the command or state that moved them, or the employee's words"
    )
    order_id: UUID | None = None
    at: AwareDatetime


class StockMovements(Answer, name="stock.movements_answered"):
    """A page of movements, newest first."""

    example: ClassVar[dict[str, Any]] = {
        "movements": [
            {
                "number": 17,
                "sku": "MUG-BLUE",
                "change": -2,
                "cause": "order.place",
                "order_id": samples.ORDER_ID,
                "at": samples.NOON,
            },
        ],
        "next": None,
    }

    movements: list[StockMovement]
    next: int | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListStockMovements(Query, name="stock.movements", answer=StockMovements):
    """Asks what moved the stock of the shop, of a product or for an order: newest first, a page at
    a time.
    """

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "limit": 50}

    sku: Sku | None = None
    order_id: OrderId | None = None
    cursor: int | None = Field(default=None, ge=1, lt=2**63, strict=True)
    limit: int = Field(default=50, ge=1, le=200, strict=True)
