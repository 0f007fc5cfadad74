"""Find filed mails of which another mail is a copy."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail
from services.ingest.store.mails import Inbounds, read_inbound
from services.ingest.store.tables import inbound_mails
from shared.runtime.storage.database import among, lock_names

Key = tuple[str, str]
"""Shop and Message-ID."""
_COLUMNS = inbound_mails.c


class Duplicates:
    """Filed mails by Message-ID, loaded once for a batch and extended by its own mails."""

    def __init__(self, connection: Connection, inbounds: Inbounds) -> None:
        self.connection, self.inbounds = connection, inbounds
        self._stored: dict[Key, list[Inbound]] = {}

    def expect(self, mails: Iterable[tuple[Inbound, Mail]]) -> None:
        """Load the filed mails with these Message-IDs. The ids are locked, since two processes may
        file two copies at the same time.
        """
        keys: set[Key] = set()
        for inbound, mail in mails:
            key = (inbound.shop, mail.message_id)
            if mail.message_id and key not in self._stored:
                keys.add(key)
                self._stored[key] = []
        if not keys:
            return
        lock_names(self.connection, [f"mail/{shop}/{name}" for shop, name in sorted(keys)])
        query = select(inbound_mails).where(
            _COLUMNS.state == "filed", among((_COLUMNS.shop, _COLUMNS.message_id), keys)
        )
        for row in self.connection.execute(query.order_by(_COLUMNS.fetched_at, _COLUMNS.uid)):
            self._stored[row.shop, row.message_id].append(read_inbound(row))

    def original_of(self, inbound: Inbound, mail: Mail) -> Inbound | None:
        """Return the mail filed before this copy of it; None for a mail without a Message-ID."""
        if not mail.message_id:
            return None
        self.expect([(inbound, mail)])
        batch = [other for other in self.inbounds.known() if other.state == "filed"]
        wanted = (inbound.shop, mail.message_id, mail.sender, mail.content)
        for other in [*self._stored[inbound.shop, mail.message_id], *batch]:
            if (other.shop, other.message_id, other.sender, other.content) == wanted:
                return other
        return None
