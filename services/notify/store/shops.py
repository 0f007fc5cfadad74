"""Shops by name."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from services.notify.domain.shop import Shop
from services.notify.store.tables import shops
from shared.contracts.shop_profile import ShopProfile
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by
from shared.runtime.storage.stores import Store


class Shops(Store[str, Shop]):
    """Shop profiles, for mails of threads; events about orders contain the profile themselves."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        rows = locked_by(self.connection, shops.c.shop, keys, shops.c.shop)
        found = {}
        for row in rows:
            profile = ShopProfile.model_validate(row.profile)
            found[row.shop] = Shop(profile, row.sequence, row.language)
        return found

    def put(self, new: Mapping[str, Shop], changed: Mapping[str, Shop]) -> None:
        write_rows(self.connection, shops, _rows(new), _rows(changed))


def language_of(connection: Connection, shop: str) -> str | None:
    """Read the language of a shop without locking it; None before its profile arrived."""
    return connection.execute(select(shops.c.language).where(shops.c.shop == shop)).scalar()


def _rows(values: Mapping[str, Shop]) -> list[dict[str, Any]]:
    rows = []
    for key, shop in values.items():
        row = {
            "shop": key,
            "profile": shop.profile.model_dump(mode="json"),
            "sequence": shop.sequence,
            "language": shop.language,
        }
        rows.append(row)
    return rows
