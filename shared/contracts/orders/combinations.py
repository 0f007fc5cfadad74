"""Define the combinations of a product: the sizes, colours and so on in which it is sold."""

from typing import Annotated

from pydantic import Field

from shared.contracts.message import Value
from shared.contracts.values import Language, Money, Price, Sku, Text

Barcode = Annotated[
    str,
    Field(
        pattern="^[A-Za-z0-9-]{0,48}$",
        description="Barcode, such as a GTIN of 13 digits; empty: none",
    ),
]
PictureUrl = Annotated[
    str,
    Field(
        pattern=r"""^(https://[^\s\x00-\x1f\x7f<>"]{1,490})?$""",
        description="Web address of a picture, with https; empty: none",
    ),
]
OtherPrices = Annotated[
    list[Price],
    Field(
        max_length=200,
        description="Prices of one piece in other currencies than that of `price`, one for each",
    ),
]
Grams = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]


class Option(Value):
    """An attribute of a combination, such as the size L."""

    names: dict[Language, Text] = Field(
        min_length=1,
        max_length=50,
        description="Name of the attribute per language, such as `Size`",
    )
    values: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Value of the attribute per language, such as `L`"
    )


class Combination(Value):
    """One of the forms in which a product is sold. It has a SKU and a stock of its own, and the
    price of the product, a difference to it, or its own.
    """

    sku: Sku
    options: list[Option] = Field(
        min_length=1,
        max_length=10,
        description="Attributes, such as size and colour, printed after the name of the product",
    )
    price: Price | None = Field(
        default=None, description="Price of one piece; null: that of the product"
    )
    other_prices: OtherPrices = []
    price_differences: list[Money] = Field(
        default=[],
        max_length=200,
        description=(
            "Amounts added to the prices of the product, one for each currency; negative: cheaper."
            " Not together with a `price` or `other_prices`"
        ),
    )
    weight_grams: Grams | None = Field(
        default=None, description="Weight of one piece in grams; null: that of the product"
    )
    barcode: Barcode = ""
    picture_url: PictureUrl = ""


class CombinationWithStock(Combination):
    """A combination with its stock."""

    available: int = Field(description="Pieces available")
