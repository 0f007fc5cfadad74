"""What a handler of `notify` may touch during one message. Locks in one order: papers, mails, shops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from services.notify.domain.commands import DeliverMail
from services.notify.domain.drafts import Drafter
from services.notify.domain.letter import Attachment, Parcel
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.sending import Outcome
from services.notify.store.mails import Mails
from services.notify.store.papers import Contents, Papers
from services.notify.store.shops import Shops
from shared.contracts.documents import DocumentContent
from shared.contracts.message import Message
from shared.contracts.orders import OrderPlaced, OrderTransitioned
from shared.runtime.store import Arrived, UnitOfWork


@dataclass(frozen=True)
class Rules:
    """What an operator decides. `document_wait`: how long a mail waits for what it takes along; `lease`: how long a
    claim is respected without a word from its process.
    """

    document_wait: timedelta
    lease: timedelta


class Outside(Protocol):
    """The world: an SMTP server, and what the settings and language files say."""

    rules: Rules
    drafter: Drafter

    def send(self, parcel: Parcel) -> Outcome:
        """One conversation with the server. Raises nothing for its sake or the network's."""


class Work(UnitOfWork):
    """The unit of work."""

    adapters: Outside

    def __init__(self, connection: Connection, adapters: Outside) -> None:
        super().__init__(connection, adapters)
        self.papers = self.part(Papers(connection))
        self.contents = self.part(Contents(connection))
        self.mails = self.part(Mails(connection))
        self.shops = self.part(Shops(connection))

    @property
    def rules(self) -> Rules:
        return self.adapters.rules

    @property
    def drafter(self) -> Drafter:
        return self.adapters.drafter

    @property
    def occasion(self) -> Occasion:
        """The event in hand, as the reason of a mail."""
        return Occasion(self.shop, f"{self.envelope.source}/{self.envelope.id}", self.now)

    def preload(self, batch: Sequence[Arrived]) -> None:
        """Locks the papers of a batch, then its mails: one order, so that no two batches wait for each other."""
        messages = [message for _, message in batch]
        arriving = [message.document_id for message in messages if isinstance(message, DocumentContent)]
        self.papers.preload([*arriving, *(key for message in messages for key in _attached(message))])
        known = [self.papers.get(key) for key in arriving]
        released = [mail_id for paper in known if paper for mail_id in paper.awaited_by]
        self.mails.preload([*released, *(message.mail_id for message in messages if isinstance(message, DeliverMail))])

    def attachments(self, mail: Mail) -> list[Attachment]:
        """The documents that a mail takes along, with their bytes."""
        return self.contents.read(document.document_id for document in mail.present)


def _attached(message: Message) -> list[UUID]:
    """The documents that a message's mail takes along."""
    if isinstance(message, OrderPlaced | OrderTransitioned) and message.state.mail_template:
        return [document.document_id for document in message.attach]
    return []
