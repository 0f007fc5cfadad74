"""The mails that states of a shop send."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, tuple_

from services.notify.store.tables import state_mails
from shared.runtime.storage.database import locking, write_rows
from shared.runtime.storage.stores import Store

StateKey = tuple[str, str]
"""Shop, and key of the state."""


class StateMails(Store[StateKey, str]):
    """Names of mails by state; "" if the state sends none."""

    def load(self, keys: Sequence[StateKey]) -> Mapping[StateKey, str]:
        key = tuple_(state_mails.c.shop, state_mails.c.state)
        query = select(state_mails).where(key.in_(keys)).order_by(*key.clauses)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.state): row.template for row in rows}

    def put(self, new: Mapping[StateKey, str], changed: Mapping[StateKey, str]) -> None:
        write_rows(self.connection, state_mails, _rows(new), _rows(changed))

    def of_shop(self, shop: str) -> list[str]:
        """Return the names of the mails that the shop's own definitions of states name, sorted."""
        query = select(state_mails.c.template).distinct()
        query = query.where(state_mails.c.shop == shop, state_mails.c.template != "")
        return sorted(self.connection.scalars(query))


def _rows(values: Mapping[StateKey, str]) -> list[dict[str, str]]:
    rows = []
    for (shop, state), template in values.items():
        rows.append({"shop": shop, "state": state, "template": template})
    return rows
