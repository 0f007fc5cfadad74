"""Recent claims of mails, for the sending limits."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select

from services.notify.store.mails import Address, Mails
from services.notify.store.tables import mails as table
from shared.runtime.storage.database import among, lock_names


class Claims:
    """Recent claims of mails by recipient, read for a whole batch at once, and by shop."""

    def __init__(self, connection: Connection, mails: Mails) -> None:
        self.connection = connection
        self._mails = mails
        self._batch: list[Address] = []
        self._by_recipient: dict[Address, dict[UUID, datetime]] = {}
        self._by_shop: dict[str, dict[UUID, datetime]] = {}

    def lock(self, mail_ids: Iterable[UUID], *, whole_shops: bool) -> None:
        """Lock the recipients of a batch's mails, or their whole shops, so that no other process
        claims mails that this one does not see.
        """
        self._batch = self._mails.recipients(mail_ids)
        names = set()
        for shop, email in self._batch:
            recipient = email
            if whole_shops:
                recipient = ""
            names.add(f"limits/{shop}/{recipient}")
        lock_names(self.connection, sorted(names))

    def to(self, shop: str, recipient: str, since: datetime) -> list[datetime]:
        """Return when mails to a recipient were claimed, latest first, including claims made in
        this batch.
        """
        address = (shop, recipient.lower())
        if address not in self._by_recipient:
            self._read_recipients({*self._batch, address}, since)
        found = dict(self._by_recipient[address])
        for mail in self._mails.known():
            if (mail.occasion.shop, mail.recipient.lower()) == address:
                _note(found, mail.mail_id, mail.claimed_at)
        return _latest_first(found, since)

    def of(self, shop: str, since: datetime) -> list[datetime]:
        """Return when mails of a shop were claimed, latest first, including claims made in this
        batch.
        """
        if shop not in self._by_shop:
            rows = self._rows(table.c.shop == shop, since)
            self._by_shop[shop] = {mail_id: claimed_at for _, mail_id, claimed_at in rows}
        found = dict(self._by_shop[shop])
        for mail in self._mails.known():
            if mail.occasion.shop == shop:
                _note(found, mail.mail_id, mail.claimed_at)
        return _latest_first(found, since)

    def _read_recipients(self, addresses: set[Address], since: datetime) -> None:
        self._by_recipient = {address: {} for address in addresses}
        context = (table.c.shop, table.c.recipient_key)
        for address, mail_id, claimed_at in self._rows(among(context, addresses), since):
            self._by_recipient[address][mail_id] = claimed_at

    def _rows(
        self, where: ColumnElement[bool], since: datetime
    ) -> list[tuple[Address, UUID, datetime]]:
        query = select(table.c.shop, table.c.recipient_key, table.c.mail_id, table.c.claimed_at)
        rows = self.connection.execute(query.where(where, table.c.claimed_at > since))
        return [((row.shop, row.recipient_key), row.mail_id, row.claimed_at) for row in rows]


def _note(found: dict[UUID, datetime], mail_id: UUID, claimed_at: datetime | None) -> None:
    found.pop(mail_id, None)
    if claimed_at:
        found[mail_id] = claimed_at


def _latest_first(found: dict[UUID, datetime], since: datetime) -> list[datetime]:
    return sorted((at for at in found.values() if at > since), reverse=True)
