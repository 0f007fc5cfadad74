"""Shops, products and stock, by shop and SKU."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select

from services.orders.domain.numbering import Series
from services.orders.domain.shop import Product, Shop
from services.orders.store.catalogue_tables import (
    counters,
    product_words,
    products,
    shops,
    stock,
    stock_movements,
)
from shared.contracts.orders import (
    ListStockMovements,
    Numbering,
    PaymentMethod,
    Rounding,
    ShopCarrier,
    StockMovement,
)
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Money
from shared.runtime.storage.database import among, locking, write_rows
from shared.runtime.storage.prefix_index import matches, replace_terms
from shared.runtime.storage.unit_of_work import Ledger, ReadStore, Store
from shared.writing.search import wanted, words

Key = tuple[str, str]
"""Shop and SKU."""
SeriesKey = tuple[str, str, str, int]
"""Shop, kind, series, and the year or 0."""
TRAITS = (
    "categories",
    "suppliers",
    "attributes",
)  # sets by which cart rules choose, beside the brand
COUNTED = ("shop", "kind", "series", "year")


class Shops(ReadStore[str, Shop]):
    """Profiles by shop. A shop's row is the lock of its numbers: who issues a document or changes a
    series holds it.
    """

    def load(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        return self._shops(_of_shops(keys))

    def load_locked(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        return self._shops(locking(self.connection, _of_shops(keys)))

    def _shops(self, query: Select[Any]) -> dict[str, Shop]:
        return {row.shop: _shop(row) for row in self.connection.execute(query)}

    def put(self, new: Mapping[str, Shop], changed: Mapping[str, Shop]) -> None:
        write_rows(self.connection, shops, _shop_rows(new), _shop_rows(changed))


class Products(ReadStore[Key, Product]):
    """The catalogue."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Product]:
        return self._products(_of_products(keys))

    def load_locked(self, keys: Sequence[Key]) -> Mapping[Key, Product]:
        return self._products(locking(self.connection, _of_products(keys)))

    def _products(self, query: Select[Any]) -> dict[Key, Product]:
        return {(row.shop, row.sku): _product(row) for row in self.connection.execute(query)}

    def put(self, new: Mapping[Key, Product], changed: Mapping[Key, Product]) -> None:
        write_rows(self.connection, products, _product_rows(new), _product_rows(changed))
        replace_terms(self.connection, product_words, _product_words(new), _product_words(changed))

    def search(self, shop: str, text: str, limit: int) -> list[tuple[Product, int]]:
        """Products with the stock left, by reference; one more than `limit` where there are
        more.
        """
        return self._found(shop, matches(products.c.sku, product_words, shop, wanted(text)), limit)

    def page(self, shop: str, after: str | None, limit: int) -> list[tuple[Product, int]]:
        """All products behind a reference with the stock left; one more than `limit` where there
        are more.
        """
        return self._found(shop, [products.c.sku > after] if after else [], limit)

    def _found(
        self, shop: str, conditions: Sequence[ColumnElement[bool]], limit: int
    ) -> list[tuple[Product, int]]:
        left = (stock.c.shop == products.c.shop) & (stock.c.sku == products.c.sku)
        query = (
            select(products, func.coalesce(stock.c.available, 0).label("available"))
            .select_from(products.outerjoin(stock, left))
            .where(products.c.shop == shop, *conditions)
            .order_by(products.c.sku)
            .limit(limit + 1)
        )
        return [(_product(row), row.available) for row in self.connection.execute(query)]


class Stock(Store[Key, int]):
    """Available quantities; locked from load to commit."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, int]:
        query = select(stock).where(_among(stock, "sku", keys)).order_by(stock.c.shop, stock.c.sku)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.sku): row.available for row in rows}

    def put(self, new: Mapping[Key, int], changed: Mapping[Key, int]) -> None:
        def rows(values: Mapping[Key, int]) -> list[dict[str, Any]]:
            return [
                {"shop": shop, "sku": sku, "available": value}
                for (shop, sku), value in values.items()
            ]

        write_rows(self.connection, stock, rows(new), rows(changed))


class Movements(Ledger):
    """Every change of the stock, with its cause."""

    def page(self, shop: str, query: ListStockMovements) -> list[StockMovement]:
        """Movements that are asked for, newest first; one more than the limit where there are
        more.
        """
        row = stock_movements.c
        chosen = [
            row[name] == value
            for name, value in (("sku", query.sku), ("order_id", query.order_id))
            if value is not None
        ]
        chosen += [row.number < query.cursor] if query.cursor else []
        found = select(stock_movements).where(row.shop == shop, *chosen)
        rows = self.connection.execute(found.order_by(row.number.desc()).limit(query.limit + 1))
        return [
            StockMovement(
                number=each.number,
                sku=each.sku,
                change=each.change,
                cause=each.cause,
                order_id=each.order_id,
                at=each.at,
            )
            for each in rows
        ]


class Counters(Store[SeriesKey, int]):
    """The last number of each series. Whoever touches one holds its shop's row, from before until
    the commit.
    """

    def load(self, keys: Sequence[SeriesKey]) -> Mapping[SeriesKey, int]:
        key = [counters.c[name] for name in COUNTED]
        rows = self.connection.execute(select(counters).where(among(key, keys)))
        return {(row.shop, row.kind, row.series, row.year): row.last for row in rows}

    def put(self, new: Mapping[SeriesKey, int], changed: Mapping[SeriesKey, int]) -> None:
        def rows(values: Mapping[SeriesKey, int]) -> list[dict[str, Any]]:
            return [
                {**dict(zip(COUNTED, key, strict=True)), "last": last}
                for key, last in values.items()
            ]

        write_rows(self.connection, counters, rows(new), rows(changed))

    def next(self, key: SeriesKey) -> int:
        """Counts on. The number is given for good only with the commit: no gap and no duplicate."""
        number = (self.get(key) or 0) + 1
        self.save(key, number)
        return number


def _of_shops(keys: Sequence[str]) -> Select[Any]:
    return select(shops).where(shops.c.shop.in_(keys)).order_by(shops.c.shop)


def _of_products(keys: Sequence[Key]) -> Select[Any]:
    return (
        select(products)
        .where(_among(products, "sku", keys))
        .order_by(products.c.shop, products.c.sku)
    )


def _among(table: Table, column: str, keys: Sequence[Key]) -> Any:
    return among((table.c.shop, table.c[column]), keys)


def _shop(row: Any) -> Shop:
    numbering = {
        kind: Series(series["prefix"], Numbering.model_validate(series["rules"]))
        for kind, series in row.numbering.items()
    }
    return Shop(
        row.shop,
        ShopProfile.model_validate(row.profile),
        row.default_language,
        numbering,
        row.calendar,
        Rounding.model_validate(row.rounding),
        row.legal_years,
        row.backorders,
        row.returns,
        row.return_days,
        row.store_credit_days,
        tuple(map(ShopCarrier.model_validate, row.carriers or ())),
        tuple(map(PaymentMethod.model_validate, row.payment_methods or ())),
        row.invoice_notes or {},
        row.coins or {},
    )


def _shop_rows(values: Mapping[str, Shop]) -> list[dict[str, Any]]:
    # sorted, as the products are: rows that are not locked before are locked in one order when
    # written
    return [
        {
            "shop": shop.key,
            "profile": shop.profile.model_dump(mode="json"),
            "default_language": shop.default_language,
            "calendar": shop.calendar,
            "numbering": {
                kind: {"prefix": series.prefix, "rules": series.rules.model_dump()}
                for kind, series in shop.numbering.items()
            },
            "rounding": shop.rounding.model_dump(),
            "legal_years": shop.legal_years,
            "backorders": shop.backorders,
            "returns": shop.returns,
            "return_days": shop.return_days,
            "store_credit_days": shop.store_credit_days,
            "invoice_notes": dict(shop.invoice_notes),
            "carriers": [carrier.model_dump(mode="json") for carrier in shop.carriers],
            "payment_methods": [method.model_dump(mode="json") for method in shop.payment_methods],
            "coins": dict(shop.coins),
        }
        for _, shop in sorted(values.items(), key=itemgetter(0))
    ]


def _product(row: Any) -> Product:
    price, traits = Money(amount=row.price, currency=row.currency), row.traits or {}
    sets: dict[str, Any] = {name: frozenset(traits.get(name, ())) for name in TRAITS}
    return Product(
        row.sku,
        row.names,
        price,
        Decimal(row.tax_rate),
        row.weight_grams,
        brand=traits.get("brand", ""),
        **sets,
    )


def _product_rows(values: Mapping[Key, Product]) -> list[dict[str, Any]]:
    return [
        {
            "shop": shop,
            "sku": sku,
            "names": product.names,
            "price": product.price.amount,
            "currency": product.price.currency,
            "tax_rate": str(product.tax_rate),
            "weight_grams": product.weight_grams,
            "traits": _traits(product) or None,
        }
        for (shop, sku), product in sorted(values.items(), key=itemgetter(0))
    ]


def _traits(product: Product) -> dict[str, Any]:
    found = {"brand": product.brand} | {name: sorted(getattr(product, name)) for name in TRAITS}
    return {name: value for name, value in found.items() if value}


def _product_words(values: Mapping[Key, Product]) -> dict[Key, list[tuple[str]]]:
    return {
        key: [(word,) for word in words(key[1], *product.names.values(), whole=True)]
        for key, product in values.items()
    }
