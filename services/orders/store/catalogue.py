"""Shops, products and stock, by shop and SKU."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, func, select, tuple_

from services.orders.domain.order import Product, Shop
from services.orders.domain.search import wanted, words
from services.orders.store.tables import counters, product_words, products, shops, stock
from services.orders.store.words import begun, rewrite
from shared.contracts.values import Money, ShopProfile
from shared.runtime.database import insert, locking, write_rows
from shared.runtime.store import Store

Key = tuple[str, str]
"""Shop and SKU; or shop and series."""
SERIES = ("delivery_slip", "invoice")
"""All that is numbered."""


class Shops(Store[str, Shop]):
    """Profiles by shop."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        rows = self.connection.execute(select(shops).where(shops.c.shop.in_(keys)))
        return {
            row.shop: Shop(row.shop, ShopProfile.model_validate(row.profile), row.default_language, row.prefixes)
            for row in rows
        }

    def put(self, new: Mapping[str, Shop], changed: Mapping[str, Shop]) -> None:
        write_rows(self.connection, shops, _shop_rows(new), _shop_rows(changed))


class Products(Store[Key, Product]):
    """The catalogue."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Product]:
        rows = self.connection.execute(select(products).where(_among(products, "sku", keys)))
        return {(row.shop, row.sku): _product(row) for row in rows}

    def put(self, new: Mapping[Key, Product], changed: Mapping[Key, Product]) -> None:
        write_rows(self.connection, products, _product_rows(new), _product_rows(changed))
        rewrite(self.connection, product_words, _product_words(new), _product_words(changed))

    def search(self, shop: str, text: str, limit: int) -> list[tuple[Product, int]]:
        """Products with the stock left, by reference; one more than `limit` where there are more."""
        left = (stock.c.shop == products.c.shop) & (stock.c.sku == products.c.sku)
        found = begun(products.c.sku, product_words, shop, wanted(text))
        query = (
            select(products, func.coalesce(stock.c.available, 0).label("available"))
            .select_from(products.outerjoin(stock, left))
            .where(products.c.shop == shop, *found).order_by(products.c.sku).limit(limit + 1)
        )
        return [(_product(row), row.available) for row in self.connection.execute(query)]


class Stock(Store[Key, int]):
    """Available quantities; locked from load to commit."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, int]:
        return self._locked(_among(stock, "sku", keys))

    def lock(self, skus: Iterable[str]) -> None:
        """Locks all that a batch will change, at once and so in one order; whose shop it is, is not known yet."""
        wanted = sorted(set(skus))
        found = self._locked(stock.c.sku.in_(wanted)) if wanted else {}
        self._known.update(found)
        self._stored.update(found)

    def _locked(self, condition: Any) -> Mapping[Key, int]:
        query = select(stock).where(condition).order_by(stock.c.sku, stock.c.shop)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.sku): row.available for row in rows}

    def put(self, new: Mapping[Key, int], changed: Mapping[Key, int]) -> None:
        def rows(values: Mapping[Key, int]) -> list[dict[str, Any]]:
            return [{"shop": shop, "sku": sku, "available": value} for (shop, sku), value in values.items()]

        write_rows(self.connection, stock, rows(new), rows(changed))


class Counters(Store[Key, int]):
    """The last number of each series; locked from load to commit, so taken last."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, int]:
        query = select(counters).where(_among(counters, "series", keys)).order_by(counters.c.shop, counters.c.series)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.series): row.last for row in rows}

    def put(self, new: Mapping[Key, int], changed: Mapping[Key, int]) -> None:
        def rows(values: Mapping[Key, int]) -> list[dict[str, Any]]:
            return [{"shop": shop, "series": series, "last": last} for (shop, series), last in values.items()]

        write_rows(self.connection, counters, rows(new), rows(changed))

    def lock(self, some: Iterable[str]) -> None:
        """Locks all series of some shops together, so that nobody holds one and waits for another."""
        self.preload((shop, series) for shop in some for series in SERIES)

    def next(self, shop: str, series: str) -> int:
        """Counts on. The number is given for good only with the commit: no gap and no duplicate."""
        self.lock([shop])
        if self.get((shop, series)) is None:
            self._begin(shop)
        number = (self.get((shop, series)) or 0) + 1
        self.save((shop, series), number)
        return number

    def _begin(self, shop: str) -> None:
        """The first number of a shop: its rows come to be, once, even if others want them at the same moment."""
        keys = [(shop, series) for series in SERIES if self._known[shop, series] is None]
        rows = [{"shop": shop, "series": series, "last": 0} for _, series in keys]
        self.connection.execute(insert(self.connection, counters).on_conflict_do_nothing(), rows)
        found = self.load(keys)
        self._known.update(found)
        self._stored.update(found)


def _among(table: Table, column: str, keys: Sequence[Key]) -> Any:
    return tuple_(table.c.shop, table.c[column]).in_(keys)


def _shop_rows(values: Mapping[str, Shop]) -> list[dict[str, Any]]:
    return [  # sorted, as the products are: rows that are not locked before are locked in one order when written
        {
            "shop": shop.key, "profile": shop.profile.model_dump(mode="json"),
            "default_language": shop.default_language, "prefixes": shop.prefixes,
        }
        for _, shop in sorted(values.items(), key=itemgetter(0))
    ]


def _product(row: Any) -> Product:
    price = Money(amount=row.price, currency=row.currency)
    return Product(row.sku, row.names, price, Decimal(row.tax_rate), row.weight_grams)


def _product_rows(values: Mapping[Key, Product]) -> list[dict[str, Any]]:
    return [
        {
            "shop": shop, "sku": sku, "names": product.names, "price": product.price.amount,
            "currency": product.price.currency, "tax_rate": str(product.tax_rate),
            "weight_grams": product.weight_grams,
        }
        for (shop, sku), product in sorted(values.items(), key=itemgetter(0))
    ]


def _product_words(values: Mapping[Key, Product]) -> dict[Key, list[tuple[str]]]:
    return {key: [(word,) for word in words(key[1], *product.names.values())] for key, product in values.items()}
