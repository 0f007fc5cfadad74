"""What a handler of `notify` may touch during one message.

Locks in one order: limits, papers, mails, shops, suppressions, templates, logos.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from services.notify.domain import visibility
from services.notify.domain.commands import DeliverMail
from services.notify.domain.drafts.desk import Carrying, enclosures
from services.notify.domain.drafts.drafter import Drafter
from services.notify.domain.letter import Attachment, Parcel
from services.notify.domain.look import Look, Press, ShopWriter
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.sending import Outcome, WhenUnknown
from services.notify.domain.suppression import Suppression
from services.notify.store.attempts import Attempts
from services.notify.store.claims import Claims
from services.notify.store.erasing import Erasing
from services.notify.store.logos import Logos
from services.notify.store.mails import Mails
from services.notify.store.papers import Contents, Papers
from services.notify.store.shops import Shops
from services.notify.store.suppressions import Suppressions
from services.notify.store.templates import Templates
from shared.contracts.documents import DocumentContent
from shared.contracts.envelope import Envelope
from shared.contracts.figures import Figure
from shared.contracts.ingest import (
    ContactSubmitted,
    MailBounced,
    OrderMessagePosted,
    ThreadForwarded,
    ThreadReplied,
)
from shared.contracts.message import Message
from shared.contracts.notify import OfferDownloads, ReleaseSuppression, ResendMail
from shared.contracts.orders import (
    DocumentMailRequested,
    InvoiceCorrected,
    OrderDiscounted,
    OrderEdited,
    OrderExemptionChanged,
    OrderPlaced,
    OrderShippingChanged,
    OrderTransitioned,
    RefundCreated,
    ReturnConfirmed,
    ShopChanged,
)
from shared.runtime.errors import BatchFull
from shared.runtime.storage.unit_of_work import Arrived, UnitOfWork

MAX_ATTACHMENT_BYTES = (
    32 * 2**20
)  # bytes of attachments that the mails of one turn take along; one mail may take more
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OF_MAILS = (DeliverMail, ResendMail, MailBounced)
WITH_DOCUMENTS = (
    ReturnConfirmed,
    OrderEdited,
    OrderDiscounted,
    OrderShippingChanged,
    OrderExemptionChanged,
    DocumentMailRequested,
)
OF_SHOPS = (
    ContactSubmitted,
    OfferDownloads,
    OrderMessagePosted,
    ShopChanged,
    ThreadForwarded,
    ThreadReplied,
)


@dataclass(frozen=True)
class Limits:
    """So many mails at most, of each shop; 0 is no limit. Mails that share a limit (those to one
    recipient, or all of a shop) are claimed by one process at a time: two would not see what the
    other takes.
    """

    recipient_per_hour: int = 0
    shop_per_minute: int = 0

    @property
    def any(self) -> bool:
        return bool(self.recipient_per_hour or self.shop_per_minute)


@dataclass(frozen=True)
class Rules:
    """What an operator decides. `document_wait`: how long a mail waits for what it takes along;
    `lease`: how long a claim is respected without a word from its process; `when_unknown`: what is
    done when the answer to a whole mail was lost; `mailbox_full`: how long nothing is sent to a
    mailbox that is full.
    """

    document_wait: timedelta
    lease: timedelta
    limits: Limits = field(default_factory=Limits)
    when_unknown: WhenUnknown = "once_more"
    mailbox_full: timedelta = timedelta(days=3)


class Outside(Protocol):
    """The world: an SMTP server, and what the settings and language files say."""

    rules: Rules
    drafter: Drafter
    press: Press

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
        self.claims = Claims(connection, self.mails)
        self.attempts = self.part(Attempts(connection))
        self.shops = self.part(Shops(connection))
        self.suppressions = self.part(Suppressions(connection))
        self.templates = self.part(Templates(connection))
        self.logos = self.part(Logos(connection))
        self.erasing = self.part(Erasing(connection))
        self._looks: dict[str, Look] = {}
        self._attachment_bytes = 0

    @property
    def rules(self) -> Rules:
        return self.adapters.rules

    @property
    def press(self) -> Press:
        return self.adapters.press

    @property
    def look(self) -> Look:
        """How the mails of the shop of the message in hand look."""
        return self.look_of(self.shop)

    def look_of(self, shop: str) -> Look:
        """Return how the mails of a shop look, as it was before this batch."""
        if shop not in self._looks:
            self._looks[shop] = replace(self.templates.look(shop), logo=self.logos.of(shop))
        return self._looks[shop]

    @property
    def drafter(self) -> Drafter:
        """Writes in the look of the shop."""
        return replace(self.adapters.drafter, writer=ShopWriter(self.press, self.look))

    @property
    def occasion(self) -> Occasion:
        """The event in hand, as the reason of a mail."""
        return Occasion(self.shop, event_key(self.envelope), self.now)

    def problems(self) -> list[str]:
        """Mails that nobody takes up."""
        return visibility.problems(self.mails.unsent(), self.now)

    def figures(self) -> list[Figure]:
        """Mails that did not arrive, or not yet."""
        return visibility.figures(self.mails.unsent(), self.now)

    def preload(self, batch: Sequence[Arrived]) -> None:
        """Locks all that a batch needs, in one order, so that no two batches wait for each
        other.
        """
        messages = [message for _, message in batch]
        limits = self.rules.limits
        if limits.any:
            delivered = (
                message.mail_id for message in messages if isinstance(message, DeliverMail)
            )
            self.claims.lock(delivered, whole_shops=bool(limits.shop_per_minute))
        arriving = [
            message.document_id for message in messages if isinstance(message, DocumentContent)
        ]
        repeated = [message.mail_id for message in messages if isinstance(message, ResendMail)]
        again = self.mails.taken_along(repeated) if repeated else []
        self.papers.preload(
            [*arriving, *again, *(key for message in messages for key in _attached(message))]
        )
        known = [self.papers.get(key) for key in arriving]
        released = [mail_id for paper in known if paper for mail_id in paper.awaited_by]
        named = (message.mail_id for message in messages if isinstance(message, OF_MAILS))
        reasons = [
            (envelope.shop, event_key(envelope))
            for envelope, message in batch
            if not isinstance(message, DeliverMail)
        ]
        self.mails.preload_events([*released, *named], reasons)
        self.shops.preload(
            envelope.shop for envelope, message in batch if isinstance(message, OF_SHOPS)
        )
        self.suppressions.preload(self._addresses(batch))

    def _addresses(self, batch: Sequence[Arrived]) -> Iterator[tuple[str, str]]:
        for envelope, message in batch:
            if isinstance(message, ReleaseSuppression):
                yield envelope.shop, message.email.lower()
            mail = self.mails.get(message.mail_id) if isinstance(message, OF_MAILS) else None
            if mail:
                yield mail.occasion.shop, mail.recipient.lower()

    def attachments(self, mail: Mail) -> list[Attachment]:
        """The documents and files that a mail takes along, with their bytes. Raises `BatchFull`
        where those of the mails before it fill the memory.
        """
        full = BatchFull(f"mail {mail.mail_id} is sent when those before it are")
        if self._attachment_bytes > MAX_ATTACHMENT_BYTES:
            raise full
        found = self.contents.read(
            [*(document.document_id for document in mail.present), *mail.enclosed]
        )
        before, self._attachment_bytes = (
            self._attachment_bytes,
            self._attachment_bytes + sum(len(file.content) for file in found),
        )
        if before and self._attachment_bytes > MAX_ATTACHMENT_BYTES:
            raise full
        return found

    def suppressed(self, mail: Mail) -> Suppression | None:
        """Why nothing is sent to its recipient."""
        known = self.suppressions.get((mail.occasion.shop, mail.recipient.lower()))
        return known if known and known.holds(self.now) else None

    def free_at(self, mail: Mail) -> datetime | None:
        """Return when the limits let the mail go; None where they do now."""
        shop, limits = mail.occasion.shop, self.rules.limits
        times = []
        if limits.recipient_per_hour:
            claims = self.claims.to(shop, mail.recipient, self.now - HOUR)
            times += [at + HOUR for at in claims[limits.recipient_per_hour - 1 :][:1]]
        if limits.shop_per_minute:
            claims = self.claims.of(shop, self.now - MINUTE)
            times += [at + MINUTE for at in claims[limits.shop_per_minute - 1 :][:1]]
        return max(times, default=None)


def event_key(envelope: Envelope) -> str:
    """A message, for ever."""
    return f"{envelope.source}/{envelope.id}"


def _attached(message: Message) -> list[UUID]:
    """The documents that a message's mail takes along."""
    if isinstance(message, OrderPlaced | OrderTransitioned) and message.state.mail_template:
        return [document.document_id for document in message.attach]
    if isinstance(message, InvoiceCorrected):
        return [message.invoice.document_id, message.credit_slip.document_id]
    if isinstance(message, Carrying | ContactSubmitted):
        documents = [] if isinstance(message, ContactSubmitted) else message.documents
        return [*(document.document_id for document in documents), *enclosures(message)]
    if isinstance(message, WITH_DOCUMENTS):
        return [document.document_id for document in message.attach]
    if isinstance(message, RefundCreated) and message.refund.credit_slip:
        return [message.refund.credit_slip.document_id]
    return []
