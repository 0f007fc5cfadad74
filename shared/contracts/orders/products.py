"""Define products and their stock: commands, queries and events."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.cart_rules import Labels
from shared.contracts.orders.combinations import (
    Barcode,
    Combination,
    CombinationWithStock,
    Option,
    OtherPrices,
    PictureUrl,
)
from shared.contracts.orders.lists import FirstLetters, NumberCursor
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.values import Language, Money, Sku, TaxRate, Text


class ProductDefinition(Value):
    """A product in the catalogue. One with combinations is sold as one of these only."""

    sku: Sku
    names: dict[Language, Text] = Field(min_length=1, description="Name per language")
    price: Money = Field(
        description="Price of one piece; whether it includes tax depends on `prices` of the order"
    )
    other_prices: OtherPrices = []
    tax_rate: TaxRate
    weight_grams: int = Field(
        default=0, ge=0, le=10_000_000, strict=True, description="Weight of one piece in grams"
    )
    categories: Labels = Field(default=[], description="Categories, for conditions of cart rules")
    brand: str = Field(
        default="", max_length=100, description="Brand, for conditions of cart rules"
    )
    suppliers: Labels = Field(default=[], description="Suppliers, for conditions of cart rules")
    attributes: Labels = Field(
        default=[],
        description=(
            "Attributes such as `colour: blue`, for conditions of cart rules. A combination also"
            " has those of its `options`, such as `Colour: Blue`"
        ),
    )
    barcode: Barcode = ""
    picture_url: PictureUrl = ""
    combinations: list[Combination] = Field(
        default=[],
        max_length=1000,
        description="Forms in which the product is sold, in display order; empty: it has none",
    )


class PutProduct(Command, ProductDefinition, name="product.put", subject="sku"):
    """Add a product with its combinations to the catalogue, or change it. Fields that are left out
    stay as they are; `combinations` and `other_prices` are replaced whole. A combination that is
    left out of the new ones is not sold any more. Placed orders keep their prices.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "currency_twice is_combination name_too_long negative_price sku_taken sku_twice two_prices"
    )


class ProductChanged(Event, ProductDefinition, name="product.changed", subject="sku"):
    """A product of the catalogue was added or changed; the event contains all its fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT


class ProductWithStock(ProductDefinition):
    """A product with its available stock, or one of its combinations."""

    available: int = Field(
        description="Pieces available; of a product with combinations, those of all of them"
    )
    parent: Sku | None = Field(
        default=None, description="SKU of the product that it is a combination of; null: none"
    )
    options: list[Option] = Field(
        default=[], description="Attributes of a combination, such as size and colour"
    )
    combinations: list[CombinationWithStock] = Field(  # type: ignore[assignment]
        default=[], description="Forms in which the product is sold, in display order"
    )


class ProductAnswer(Answer, ProductWithStock, name="product.get_answered"):
    """A product with its available stock."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT | {"available": 23}


class GetProduct(Query, name="product.get", answer=ProductAnswer, subject="sku"):
    """Return a product, or a combination, by its SKU."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_product")

    sku: Sku


class ProductList(Answer, name="product.list_answered"):
    """A page of products, sorted by SKU."""

    example: ClassVar[dict[str, Any]] = {
        "products": [samples.PUT_PRODUCT | {"available": 23}],
        "next": None,
    }

    products: list[ProductWithStock] = Field(description="Products of this page")
    next: Sku | None = None


class ListProducts(Query, name="product.list", answer=ProductList):
    """Return the products of the shop, page by page, sorted by SKU."""

    example: ClassVar[dict[str, Any]] = {"limit": 50}

    cursor: Sku | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)


class ProductsFound(Answer, name="product.search_answered"):
    """The products that match, sorted by SKU."""

    example: ClassVar[dict[str, Any]] = {
        "products": [samples.PUT_PRODUCT | {"available": 23}],
        "more": False,
    }

    products: list[ProductWithStock] = Field(description="Products that match, at most `limit`")
    more: bool = Field(description="Whether there are more matches; refine the text to find them")


class SearchProducts(Query, name="product.search", answer=ProductsFound):
    """Return the products with words that begin with the given letters, in their SKU, barcode or
    name in any language, or in those of their combinations.
    """

    example: ClassVar[dict[str, Any]] = {"text": "mug", "limit": 10}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("nothing_to_search")

    text: FirstLetters = Field(description="Words or beginnings of words, all of which must match")
    limit: int = Field(default=10, ge=1, le=50, strict=True)


class StockLevel(Answer, name="stock.get_answered"):
    """The available stock of a product."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "available": 23}

    sku: Sku
    available: int = Field(description="Pieces available")


class GetStock(Query, name="stock.get", answer=StockLevel, subject="sku"):
    """Return the available stock of a product."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_product")

    sku: Sku


class StockMovement(Value):
    """One change of the available stock; movements are never rewritten."""

    movement_number: int = Field(
        description="Number of the movement, across all shops; later ones are higher"
    )
    sku: Sku
    change: int = Field(description="Pieces added; negative: removed")
    cause: str = Field(
        description="Name of the command or state that caused it, or the words of an employee"
    )
    order_id: UUID | None = Field(
        default=None, description="Order that took or returned the stock; null: none"
    )
    at: AwareDatetime


class StockMovements(Answer, name="stock.movements_answered"):
    """A page of stock movements, newest first."""

    example: ClassVar[dict[str, Any]] = {
        "movements": [
            {
                "movement_number": 17,
                "sku": "MUG-BLUE",
                "change": -2,
                "cause": "order.place",
                "order_id": samples.ORDER_ID,
                "at": samples.NOON,
            },
        ],
        "next": None,
    }

    movements: list[StockMovement] = Field(description="Movements of this page")
    next: str | None = None


class ListStockMovements(Query, name="stock.movements", answer=StockMovements):
    """Return the stock movements of the shop, of one product, or of one order, newest first, page
    by page.
    """

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "limit": 50}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_product")

    sku: Sku | None = None
    order_id: OrderId | None = None
    cursor: NumberCursor | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
