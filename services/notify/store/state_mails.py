"""The mails that states of a shop send."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select, tuple_

from services.notify.store.tables import state_mails
from shared.runtime.storage.database import locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store

StateKey = tuple[str, str]
"""Shop, and key of the state."""


@dataclass(frozen=True)
class StateMail:
    """The template of the mail that a state sends, "" if none, according to the event with number
    `sequence`.
    """

    template: str
    sequence: int


class StateMails(Store[StateKey, StateMail]):
    """The mails of states, by state."""

    def load(self, keys: Sequence[StateKey]) -> Mapping[StateKey, StateMail]:
        key = tuple_(state_mails.c.shop, state_mails.c.state)
        query = select(state_mails).where(key.in_(keys)).order_by(*key.clauses)
        rows = self.connection.execute(locking(self.connection, query))
        found = {}
        for row in rows:
            found[row.shop, row.state] = StateMail(row.template, row.sequence)
        return found

    def put(self, new: Mapping[StateKey, StateMail], changed: Mapping[StateKey, StateMail]) -> None:
        write_rows(self.connection, state_mails, _rows(new), _rows(changed))

    def of_shop(self, shop: str) -> list[str]:
        """Return the names of the mails that the shop's own definitions of states name, sorted."""
        query = select(state_mails.c.template).distinct()
        query = query.where(state_mails.c.shop == shop, state_mails.c.template != "")
        return sorted(self.connection.scalars(query))


def _rows(values: Mapping[StateKey, StateMail]) -> list[dict[str, Any]]:
    rows = []
    for (shop, state), mail in values.items():
        rows.append({"shop": shop, "state": state, **asdict(mail)})
    return rows
