"""The unit of work of `notify`: its stores, adapters and lock order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar, Protocol
from uuid import UUID

from sqlalchemy import Connection

from services.notify.domain import queue_health
from services.notify.domain.branding import LAYOUT, Branding, MailWriter, ShopWriter
from services.notify.domain.composing.composer import Composer
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.mime import Attachment, OutgoingMail
from services.notify.domain.pictures import Picture, to_attach, used_in
from services.notify.domain.sending import Outcome, WhenUnknown
from services.notify.domain.sending_limits import HOUR, MINUTE, RecentClaims, SendingLimits
from services.notify.domain.suppression import Suppression
from services.notify.store.attempts import Attempts
from services.notify.store.claims import Claims
from services.notify.store.documents import DocumentContents, ExpectedDocuments
from services.notify.store.erasing import Erasing
from services.notify.store.mails import EventKey, Mails
from services.notify.store.pictures import PictureKey, Pictures
from services.notify.store.shops import Shops, language_of
from services.notify.store.state_mails import StateKey, StateMails
from services.notify.store.suppressions import Key as AddressKey, Suppressions
from services.notify.store.tables import versions
from services.notify.store.templates import Templates
from shared.contracts.envelope import Envelope
from shared.contracts.figures import Figure
from shared.runtime.errors import BatchFull
from shared.runtime.handlers import Aggregate
from shared.runtime.storage.locks import LockKind, Taker
from shared.runtime.storage.template_versions import TemplateKey, TemplateVersions
from shared.runtime.storage.unit_of_work import UnitOfWork, locked_store, store

DEFAULT_LANGUAGE = "en"
MAX_ATTACHMENT_BYTES = 32 * 2**20
"""Limit on the attachments of all mails in a batch; a single mail may have more."""


@dataclass(frozen=True)
class SendingRules:
    """Settings for sending. `document_wait`: how long a mail waits for its documents; `lease`: how
    long a claim is valid; `when_unknown`: what happens if the answer to a whole mail was lost;
    `mailbox_full`: how long a full mailbox gets no mail; `connections`: how many mails a thread
    sends at the same time.
    """

    document_wait: timedelta
    lease: timedelta
    limits: SendingLimits = field(default_factory=SendingLimits)
    when_unknown: WhenUnknown = "once_more"
    mailbox_full: timedelta = timedelta(days=3)
    connections: int = 1


class Adapters(Protocol):
    """The outside world: SMTP servers, settings and language files."""

    rules: SendingRules
    composer: Composer
    mail_writer: MailWriter

    def send(self, mail: OutgoingMail) -> Outcome:
        """Send a mail. Errors of the server or the network are returned as an outcome, never
        raised.
        """


LIMITS = LockKind[UUID]("limits")
"""Locks the sending limits that a mail counts towards, by mail ID."""
DOCUMENTS = LockKind[UUID]("documents")
EVENTS = LockKind[EventKey]("events")
"""Reads which mails of an event exist; nothing is locked."""
MAILS = LockKind[UUID]("mails")
SHOPS = LockKind[str]("shops")
SUPPRESSIONS = LockKind[AddressKey]("suppressions")
TEMPLATES = LockKind[TemplateKey]("templates")
PICTURES = LockKind[PictureKey]("pictures")
STATE_MAILS = LockKind[StateKey]("state mails")
LOCK_ORDER = (
    LIMITS,
    DOCUMENTS,
    EVENTS,
    MAILS,
    SHOPS,
    SUPPRESSIONS,
    TEMPLATES,
    PICTURES,
    STATE_MAILS,
)


class Work(UnitOfWork):
    """The unit of work."""

    lock_order = LOCK_ORDER
    adapters: Adapters
    documents = locked_store(ExpectedDocuments, DOCUMENTS)
    contents = store(DocumentContents)
    mails = locked_store(Mails, MAILS)
    attempts = store(Attempts)
    shops = locked_store(Shops, SHOPS)
    suppressions = locked_store(Suppressions, SUPPRESSIONS)
    templates = locked_store(Templates, TEMPLATES)
    versions = store(lambda connection: TemplateVersions(connection, versions))
    pictures = locked_store(Pictures, PICTURES)
    state_mails = locked_store(StateMails, STATE_MAILS)
    erasing = store(Erasing)
    takers: ClassVar[Mapping[LockKind[Any], Taker]] = {
        LIMITS: lambda work, mail_ids: work.lock_limits(mail_ids),
        EVENTS: lambda work, keys: work.mails.read_events(keys),
    }

    def __init__(self, connection: Connection, adapters: Adapters) -> None:
        super().__init__(connection, adapters)
        self._branding: dict[str, Branding] = {}
        self._attachment_bytes = 0

    @cached_property
    def claims(self) -> Claims:
        """The claims of mails that count towards the sending limits."""
        return Claims(self.connection, self.mails)

    @property
    def rules(self) -> SendingRules:
        return self.adapters.rules

    @property
    def mail_writer(self) -> MailWriter:
        return self.adapters.mail_writer

    @property
    def branding(self) -> Branding:
        """Return the branding of the message's shop."""
        return self.branding_of(self.shop)

    def branding_of(self, shop: str) -> Branding:
        """Return the branding of a shop as it was before this batch."""
        if shop not in self._branding:
            branding = self.templates.branding(shop)
            self._branding[shop] = replace(branding, pictures=self.pictures.sizes(shop))
        return self._branding[shop]

    @property
    def shop_language(self) -> str:
        """Return the language of the message's shop; English before its profile arrived."""
        return language_of(self.connection, self.shop) or "en"

    @property
    def template_names(self) -> set[str]:
        """Return the names of the mails that the message's shop may have templates for."""
        built_in = self.mail_writer.languages[DEFAULT_LANGUAGE].mails
        own = {name for name, _ in self.branding.parts}
        return {*built_in, *own, *self.state_mails.of_shop(self.shop)} - {LAYOUT}

    @property
    def shop_zone(self) -> str:
        """Return the time zone of the message's shop."""
        shop = self.shops.get(self.shop)
        if shop is None:
            return "UTC"
        return shop.profile.timezone

    @property
    def composer(self) -> Composer:
        """Return a composer that uses the branding of the message's shop."""
        return replace(self.adapters.composer, writer=ShopWriter(self.mail_writer, self.branding))

    @property
    def occasion(self) -> Occasion:
        """Return the handled event as the occasion of a mail."""
        return Occasion(self.shop, event_key(self.envelope), self.now)

    def problems(self) -> list[str]:
        """Return problems of the mail queue, for health checks."""
        return queue_health.problems(self.mails.unsent(), self.now)

    def figures(self) -> list[Figure]:
        """Return metrics of mails that are not sent."""
        return queue_health.figures(self.mails.unsent(), self.now)

    def lock_limits(self, mail_ids: Sequence[UUID]) -> None:
        self.claims.lock(mail_ids, whole_shops=bool(self.rules.limits.shop_per_minute))

    def mail(self, mail_id: UUID) -> Mail | None:
        """Return a mail of the message's shop, or None."""
        mail = self.mails.get(mail_id)
        if mail is None or mail.occasion.shop != self.shop:
            return None
        return mail

    def attachments(self, mail: Mail) -> list[Attachment]:
        """Return the documents and files of a mail with their bytes. Raise `BatchFull` if the mails
        before it already hold `MAX_ATTACHMENT_BYTES`.
        """
        full = BatchFull(f"mail {mail.mail_id} is sent when those before it are")
        if self._attachment_bytes > MAX_ATTACHMENT_BYTES:
            raise full
        documents = [document.document_id for document in mail.available_documents]
        found = self.contents.read([*documents, *mail.file_keys])
        before = self._attachment_bytes
        self._attachment_bytes += sum(len(file.content) for file in found)
        if before and self._attachment_bytes > MAX_ATTACHMENT_BYTES:
            raise full
        return found

    def pictures_of(self, mail: Mail) -> dict[str, Picture]:
        """Return the pictures that a mail shows, by name."""
        html = mail.content.body.html
        names = used_in(html)
        if not names:
            return {}
        return to_attach(html, self.pictures.read(mail.occasion.shop, names))

    def suppressed(self, mail: Mail) -> Suppression | None:
        """Return the active suppression of the mail's recipient, or None."""
        known = self.suppressions.get((mail.occasion.shop, mail.recipient.lower()))
        if known is None or not known.holds(self.now):
            return None
        return known

    def recent_claims(self, mail: Mail) -> RecentClaims:
        """Return the claims that count towards the limits of a mail, for each limit that is set."""
        shop, limits, recent = mail.occasion.shop, self.rules.limits, RecentClaims()
        if limits.recipient_per_hour:
            claims = self.claims.to(shop, mail.recipient, self.now - HOUR)
            recent = replace(recent, to_recipient=claims)
        if limits.shop_per_minute:
            recent = replace(recent, of_shop=self.claims.of(shop, self.now - MINUTE))
        return recent


def event_key(envelope: Envelope) -> str:
    """Return a key that identifies a message permanently."""
    return f"{envelope.source}/{envelope.id}"


MAIL = Aggregate("mail", Work.mail, MAILS)
