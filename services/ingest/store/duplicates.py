"""Mails that were filed already, by what makes another one their copy."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail
from services.ingest.store.mails import Inbounds, read_inbound
from services.ingest.store.tables import inbound_mails
from shared.runtime.storage.database import among, lock_names

Key = tuple[str, str]
"""Shop and Message-ID."""
_FOUND = inbound_mails.c


class Copies:
    """Looks mails up once for a batch, whose own are known."""

    def __init__(self, connection: Connection, inbounds: Inbounds) -> None:
        self.connection, self.inbounds = connection, inbounds
        self._stored: dict[Key, list[Inbound]] = {}

    def expect(self, mails: Iterable[tuple[Inbound, Mail]]) -> None:
        """Look up mails with these ids. They are locked, since two processes may hold two copies at
        the same moment.
        """
        keys = {
            (inbound.shop, mail.message_id) for inbound, mail in mails if mail.message_id
        } - self._stored.keys()
        if not keys:
            return
        lock_names(
            self.connection, [f"mail/{shop}/{message_id}" for shop, message_id in sorted(keys)]
        )
        self._stored |= {key: [] for key in keys}
        query = select(inbound_mails).where(
            _FOUND.state == "filed", among((_FOUND.shop, _FOUND.message_id), keys)
        )
        for row in self.connection.execute(query.order_by(_FOUND.fetched_at, _FOUND.uid)):
            self._stored[row.shop, row.message_id].append(read_inbound(row))

    def original_of(self, inbound: Inbound, mail: Mail) -> Inbound | None:
        """Return the mail that was filed before this copy of it; None for a mail without a
        Message-ID.
        """
        if not mail.message_id:
            return None
        self.expect([(inbound, mail)])
        batch = [other for other in self.inbounds.known() if other.state == "filed"]
        wanted = (inbound.shop, mail.message_id, mail.sender, mail.content)
        for other in [*self._stored[inbound.shop, mail.message_id], *batch]:
            if (other.shop, other.message_id, other.sender, other.content) == wanted:
                return other
        return None
