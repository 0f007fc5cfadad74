"""Stores of shops, products, stock and counters of document numbers."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

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
    Combination,
    ListStockMovements,
    Numbering,
    Option,
    PaymentMethod,
    Rounding,
    ShopCarrier,
    StockMovement,
)
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Money, Price
from shared.runtime.storage.database import among, locking
from shared.runtime.storage.prefix_index import matches, replace_terms
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by, rows_by
from shared.runtime.storage.stores import Ledger, ReadStore, Store
from shared.writing.search import wanted, words

Key = tuple[str, str]
"""Shop and SKU."""
SeriesKey = tuple[str, str, str, int]
"""Shop, kind, series, and the year or 0."""
TRAITS = ("categories", "suppliers", "attributes")
"""Sets that cart rules select products by, besides the brand."""
COUNTED = ("shop", "kind", "series", "year")


class Shops(ReadStore[str, Shop]):
    """Settings by shop. The shop's row is locked to issue a document or to change a series."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        return _shops(rows_by(self.connection, shops.c.shop, keys, shops.c.shop))

    def load_locked(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        return _shops(locked_by(self.connection, shops.c.shop, keys, shops.c.shop))

    def put(self, new: Mapping[str, Shop], changed: Mapping[str, Shop]) -> None:
        write_rows(self.connection, shops, _shop_rows(new), _shop_rows(changed))


class Products(ReadStore[Key, Product]):
    """Products by shop and SKU."""

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
        """Return products that match a text, with their stock, by SKU; one more than `limit` if
        there are more.
        """
        found = matches(products.c.sku, product_words, shop, wanted(text))
        return self._found(shop, found, limit)

    def page(self, shop: str, after: str | None, limit: int) -> list[tuple[Product, int]]:
        """Return products after a SKU, with their stock; one more than `limit` if there are
        more.
        """
        return self._found(shop, [products.c.sku > after] if after else [], limit)

    def _found(
        self, shop: str, conditions: Sequence[ColumnElement[bool]], limit: int
    ) -> list[tuple[Product, int]]:
        same_product = (stock.c.shop == products.c.shop) & (stock.c.sku == products.c.sku)
        query = (
            select(products, func.coalesce(stock.c.available, 0).label("available"))
            .select_from(products.outerjoin(stock, same_product))
            .where(products.c.shop == shop, products.c.parent.is_(None), *conditions)
            .order_by(products.c.sku)
            .limit(limit + 1)
        )
        return [(_product(row), row.available) for row in self.connection.execute(query)]

    def combined_stock(self, shop: str, parents: Sequence[str]) -> dict[str, int]:
        """Return the available stock of the combinations of some products, by their SKUs."""
        row, left = products.c, stock.c
        query = (
            select(left.sku, left.available)
            .join(products, (row.shop == left.shop) & (row.sku == left.sku))
            .where(row.shop == shop, row.parent.in_(parents))
        )
        return {found.sku: found.available for found in self.connection.execute(query)}


class Stock(Store[Key, int]):
    """Available quantities, locked from load to commit."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, int]:
        query = select(stock).where(_among(stock, "sku", keys)).order_by(stock.c.shop, stock.c.sku)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.sku): row.available for row in rows}

    def put(self, new: Mapping[Key, int], changed: Mapping[Key, int]) -> None:
        write_rows(self.connection, stock, _stock_rows(new), _stock_rows(changed))


class Movements(Ledger):
    """The journal of stock changes, with their causes."""

    def page(self, shop: str, query: ListStockMovements) -> list[StockMovement]:
        """Return a page of movements, newest first; one more than the limit if there are more."""
        row = stock_movements.c
        found = select(stock_movements).where(row.shop == shop)
        if query.sku is not None:
            found = found.where(row.sku == query.sku)
        if query.order_id is not None:
            found = found.where(row.order_id == query.order_id)
        if query.cursor:
            found = found.where(row.number < int(query.cursor))
        rows = self.connection.execute(found.order_by(row.number.desc()).limit(query.limit + 1))
        return list(map(_movement, rows))


class Counters(Store[SeriesKey, int]):
    """The last number of each series. The shop's row is locked before one is read or changed."""

    def load(self, keys: Sequence[SeriesKey]) -> Mapping[SeriesKey, int]:
        key = [counters.c[name] for name in COUNTED]
        rows = self.connection.execute(select(counters).where(among(key, keys)))
        return {(row.shop, row.kind, row.series, row.year): row.last for row in rows}

    def put(self, new: Mapping[SeriesKey, int], changed: Mapping[SeriesKey, int]) -> None:
        write_rows(self.connection, counters, _counter_rows(new), _counter_rows(changed))

    def next(self, key: SeriesKey) -> int:
        """Return the next number. It is used up only by the commit: no gap and no duplicate."""
        number = (self.get(key) or 0) + 1
        self.save(key, number)
        return number


def _shops(rows: Iterable[Any]) -> dict[str, Shop]:
    return {row.shop: _shop(row) for row in rows}


def language_of(connection: Connection, shop: str) -> str | None:
    """Read the language of a shop without locking it; None before it was put."""
    query = select(shops.c.default_language).where(shops.c.shop == shop)
    return connection.execute(query).scalar()


def _of_products(keys: Sequence[Key]) -> Select[Any]:
    return (
        select(products)
        .where(_among(products, "sku", keys))
        .order_by(products.c.shop, products.c.sku)
    )


def _among(table: Table, column: str, keys: Sequence[Key]) -> Any:
    return among((table.c.shop, table.c[column]), keys)


def _shop(row: Any) -> Shop:
    numbering = {}
    for kind, series in row.numbering.items():
        numbering[kind] = Series(series["prefix"], Numbering.model_validate(series["rules"]))
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
    return list(map(_shop_row, values.values()))


def _shop_row(shop: Shop) -> dict[str, Any]:
    numbering = {}
    for kind, series in shop.numbering.items():
        numbering[kind] = {"prefix": series.prefix, "rules": series.rules.model_dump()}
    return {
        "shop": shop.key,
        "profile": shop.profile.model_dump(mode="json"),
        "default_language": shop.default_language,
        "calendar": shop.calendar,
        "numbering": numbering,
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
        parent=row.parent,
        withdrawn=row.withdrawn,
        **sets,
        **_details_of(row.details or {}),
    )


def _details_of(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "other_prices": tuple(map(Price.model_validate, stored.get("other_prices", ()))),
        "barcode": stored.get("barcode", ""),
        "picture_url": stored.get("picture_url", ""),
        "options": tuple(map(Option.model_validate, stored.get("options", ()))),
        "combinations": tuple(map(Combination.model_validate, stored.get("combinations", ()))),
    }


def _details(product: Product) -> dict[str, Any]:
    details: dict[str, Any] = {}
    for name in ("other_prices", "options", "combinations"):
        values = [each.model_dump(mode="json") for each in getattr(product, name)]
        if values:
            details[name] = values
    for name in ("barcode", "picture_url"):
        if getattr(product, name):
            details[name] = getattr(product, name)
    return details


def _product_rows(values: Mapping[Key, Product]) -> list[dict[str, Any]]:
    return [_product_row(shop, product) for (shop, _), product in values.items()]


def _product_row(shop: str, product: Product) -> dict[str, Any]:
    return {
        "shop": shop,
        "sku": product.sku,
        "names": product.names,
        "price": product.price.amount,
        "currency": product.price.currency,
        "tax_rate": str(product.tax_rate),
        "weight_grams": product.weight_grams,
        "traits": _traits(product) or None,
        "parent": product.parent,
        "details": _details(product) or None,
        "withdrawn": product.withdrawn,
    }


def _traits(product: Product) -> dict[str, Any]:
    traits: dict[str, Any] = {"brand": product.brand} if product.brand else {}
    for name in TRAITS:
        if getattr(product, name):
            traits[name] = sorted(getattr(product, name))
    return traits


def _product_words(values: Mapping[Key, Product]) -> dict[Key, list[tuple[str]]]:
    found = {}
    for key, product in values.items():
        terms = words(*_search_texts(product), whole=True)
        found[key] = [(word,) for word in terms]
    return found


def _search_texts(product: Product) -> list[str]:
    """Return the texts that a product is found by, those of its combinations too."""
    texts = [product.sku, product.barcode, *product.names.values()]
    for combination in product.combinations:
        texts += [combination.sku, combination.barcode]
        for option in combination.options:
            texts += option.values.values()
    return texts


def _stock_rows(values: Mapping[Key, int]) -> list[dict[str, Any]]:
    rows = []
    for (shop, sku), available in values.items():
        rows.append({"shop": shop, "sku": sku, "available": available})
    return rows


def _movement(row: Any) -> StockMovement:
    return StockMovement(
        movement_number=row.number,
        sku=row.sku,
        change=row.change,
        cause=row.cause,
        order_id=row.order_id,
        at=row.at,
    )


def _counter_rows(values: Mapping[SeriesKey, int]) -> list[dict[str, Any]]:
    return [dict(zip(COUNTED, key, strict=True), last=last) for key, last in values.items()]
