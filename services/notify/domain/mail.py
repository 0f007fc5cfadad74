"""A mail with its life: waiting for documents, queued, claimed, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from services.notify.domain.facts import Facts
from services.notify.domain.mime import MailContent
from services.notify.domain.wording import MailBody
from shared.contracts.cursor import Cursor
from shared.contracts.notify import MailState, MailView
from shared.contracts.values import DocumentReference

ERASED = "@erased.invalid"
MAX_UNKNOWN_OUTCOMES = 2
"""How often the answer to a whole mail may be lost."""

Purpose = Literal["first", "resend", "late_document"]
"""Why there is a mail: something happened, somebody asked for it again, or a document came late."""


class Writer(Protocol):
    """Who finds the words."""

    def write(self, facts: Facts, documents: Sequence[DocumentReference] = ()) -> MailBody:
        """The content of a mail that takes `documents` along."""


@dataclass(frozen=True)
class Occasion:
    """The event that a mail answers. The same shop, event, recipient and template are the same
    mail, for ever.
    """

    shop: str
    event_key: str
    at: datetime

    def mail_id(self, recipient: str, template: str) -> UUID:
        return uuid5(NAMESPACE_URL, "\n".join((self.shop, self.event_key, recipient, template)))


@dataclass(frozen=True)
class Mail:
    """One mail, written once. `wanted`: documents it takes along; `missing`: those of them that
    have not arrived; `enclosed`: other files, by their keys.

    `attempts` counts claims, `doubts` lost answers; `reason` is the last answer of a server.
    `position` orders the mails of one event; `changed_at` is when it came into its state; `bounced`
    says why it came back.
    """

    mail_id: UUID
    occasion: Occasion
    facts: Facts
    content: MailContent
    conversation: str
    order_id: UUID | None = None
    thread_id: UUID | None = None
    position: int = 0
    wanted: tuple[DocumentReference, ...] = ()
    missing: frozenset[UUID] = frozenset()
    attached: tuple[str, ...] = ()
    state: MailState = "queued"
    attempts: int = 0
    doubts: int = 0
    reason: str = ""
    changed_at: datetime | None = None
    claimed_at: datetime | None = None
    enclosed: tuple[UUID, ...] = ()
    purpose: Purpose = "first"
    resend_of: UUID | None = None
    customer_id: str | None = None
    bounced: str = ""

    @property
    def template(self) -> str:
        return self.facts.template

    @property
    def recipient(self) -> str:
        return self.content.recipient.address

    @property
    def copy_of(self) -> str:
        """Return who the mail is to, where this is a copy; else nothing."""
        return self.content.to.address if self.content.to else ""

    @property
    def cursor(self) -> Cursor:
        """Where a list goes on behind this mail."""
        return Cursor(self.occasion.at, self.mail_id)

    @property
    def order_reference(self) -> str:
        """The reference of its order, empty where it is not known."""
        return self.facts.order.reference if self.facts.order else self.facts.reference

    @property
    def customer_email(self) -> str:
        """Of the customer whom it is about, in lower case; mails to employees are about one,
        too.
        """
        return (self.facts.email or self.recipient).lower()

    @property
    def finished(self) -> bool:
        """Whether nothing more is going to happen with it by itself."""
        doubtful = self.state == "unknown" and self.doubts >= MAX_UNKNOWN_OUTCOMES
        return doubtful or self.state in ("sent", "failed", "suppressed")

    @property
    def erased(self) -> bool:
        """Whether its customer was erased: nothing in it is personal any more."""
        return self.recipient.endswith(ERASED)

    @property
    def available_documents(self) -> list[DocumentReference]:
        """The documents that it can take along now."""
        return [document for document in self.wanted if document.document_id not in self.missing]

    def has_same_content(self, other: "Mail") -> bool:
        """Whether another state of this mail was not written anew."""
        return (
            self.content is other.content
            and self.facts is other.facts
            and self.customer_id == other.customer_id
        )

    def waiting_for(self, missing: frozenset[UUID], at: datetime) -> "Mail":
        """With its documents looked up; it is queued when there is nothing (any more) to wait
        for.
        """
        return replace(
            self, missing=missing, state="waiting" if missing else "queued", changed_at=at
        )

    def with_missing(self, missing: frozenset[UUID]) -> "Mail":
        """With its documents looked up, in the state that it is in."""
        return replace(self, missing=missing)

    def with_claim_released(self) -> "Mail":
        """As before a claim whose attempt never began."""
        return replace(self, state="queued", attempts=self.attempts - 1, claimed_at=None)

    def with_unknown_outcome(self) -> "Mail":
        """As after a claim of which nobody will ever say how it ended."""
        return replace(self, state="unknown")

    def rewritten(self, writer: Writer) -> "Mail":
        """For the documents that are there, since no mail may speak of one that it does not take
        along.
        """
        return replace(
            self,
            content=self.content.model_copy(
                update={"body": writer.write(self.facts, self.available_documents)}
            ),
        )

    def view(self) -> MailView:
        """As others are told of it."""
        return MailView(
            mail_id=self.mail_id,
            template=self.template,
            conversation=self.conversation,
            order_id=self.order_id,
            thread_id=self.thread_id,
            recipient=self.recipient,
            subject=self.content.body.subject,
            message_id=self.content.message_id,
            attachments=list(self.attached),
            missing=[document for document in self.wanted if document.document_id in self.missing],
            state=self.state,
            attempts=self.attempts,
            reason=self.reason,
            bounced=self.bounced,
            resend_of=self.resend_of,
            copy_of=self.copy_of,
            at=self.changed_at or self.occasion.at,
        )
