"""A mail and its states: waiting for documents, queued, claimed, and the results of its
attempts.
"""

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
"""How many attempts at one mail may end without the server's answer."""

Purpose = Literal["first", "resend", "late_document"]
"""Why a mail exists: an event, a request to resend, or a document that arrived late."""


class Writer(Protocol):
    """Writes the text of mails."""

    def write(self, facts: Facts, documents: Sequence[DocumentReference] = ()) -> MailBody:
        """Return the written mail, which mentions the attached `documents`."""


@dataclass(frozen=True)
class Occasion:
    """The event that a mail is about. The same shop, event, recipient and template always give the
    same mail ID.
    """

    shop: str
    event_key: str
    at: datetime

    def mail_id(self, recipient: str, template: str) -> UUID:
        return uuid5(NAMESPACE_URL, "\n".join((self.shop, self.event_key, recipient, template)))


@dataclass(frozen=True)
class Mail:
    """One mail. `documents` are those to attach, `missing` those that have not arrived yet,
    `file_keys` the keys of other files.

    `attempts` counts claims, `doubts` attempts without an answer; `reason` is the last answer of a
    server. `position` orders the mails of one event; `changed_at` is the time of the last change of
    state; `bounced` is the reason of a bounce.
    """

    mail_id: UUID
    occasion: Occasion
    facts: Facts
    content: MailContent
    conversation: str
    order_id: UUID | None = None
    thread_id: UUID | None = None
    position: int = 0
    documents: tuple[DocumentReference, ...] = ()
    missing: frozenset[UUID] = frozenset()
    attached: tuple[str, ...] = ()
    state: MailState = "queued"
    attempts: int = 0
    doubts: int = 0
    reason: str = ""
    changed_at: datetime | None = None
    claimed_at: datetime | None = None
    file_keys: tuple[UUID, ...] = ()
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
        """Return the address of the original recipient if this mail is a copy, else ""."""
        if self.content.to is None:
            return ""
        return self.content.to.address

    @property
    def cursor(self) -> Cursor:
        """Return the position of this mail in a list."""
        return Cursor(self.occasion.at, self.mail_id)

    @property
    def order_reference(self) -> str:
        """Return the reference of the order, or ""."""
        if self.facts.order:
            return self.facts.order.reference
        return self.facts.reference

    @property
    def customer_email(self) -> str:
        """Return the address of the customer in lower case; mails to employees are also about a
        customer.
        """
        return (self.facts.email or self.recipient).lower()

    @property
    def finished(self) -> bool:
        """Return whether the mail will not be sent again without a request."""
        doubtful = self.state == "unknown" and self.doubts >= MAX_UNKNOWN_OUTCOMES
        return doubtful or self.state in ("sent", "failed", "suppressed")

    @property
    def erased(self) -> bool:
        """Return whether the customer was erased: nothing in the mail is personal any more."""
        return self.recipient.endswith(ERASED)

    @property
    def available_documents(self) -> list[DocumentReference]:
        """Return the documents that can be attached now."""
        return self._documents(missing=False)

    def _documents(self, *, missing: bool) -> list[DocumentReference]:
        found = []
        for document in self.documents:
            if (document.document_id in self.missing) == missing:
                found.append(document)
        return found

    def has_same_content(self, other: "Mail") -> bool:
        """Return whether another version of this mail has the same content."""
        return (
            self.content is other.content
            and self.facts is other.facts
            and self.customer_id == other.customer_id
        )

    def waiting_for(self, missing: frozenset[UUID], at: datetime) -> "Mail":
        """Return the mail waiting for `missing` documents, or queued if there are none."""
        state: MailState = "queued"
        if missing:
            state = "waiting"
        return replace(self, missing=missing, state=state, changed_at=at)

    def with_missing(self, missing: frozenset[UUID]) -> "Mail":
        """Return the mail with other missing documents, in the same state."""
        return replace(self, missing=missing)

    def with_claim_released(self) -> "Mail":
        """Return the mail as it was before a claim that no attempt followed."""
        return replace(self, state="queued", attempts=self.attempts - 1, claimed_at=None)

    def with_unknown_outcome(self) -> "Mail":
        """Return the mail after a claim with an outcome that will never be known."""
        return replace(self, state="unknown")

    def rewritten(self, writer: Writer) -> "Mail":
        """Return the mail written for its available documents: no mail may mention one that is not
        attached.
        """
        return replace(
            self,
            content=self.content.model_copy(
                update={"body": writer.write(self.facts, self.available_documents)}
            ),
        )

    def view(self) -> MailView:
        """Return the mail as it is published."""
        return MailView(
            mail_id=self.mail_id,
            template=self.template,
            conversation=self.conversation,
            order_id=self.order_id,
            thread_id=self.thread_id,
            recipient=self.recipient,
            subject=self.content.body.subject,
            mail_message_id=self.content.message_id,
            attachment_names=list(self.attached),
            missing_documents=self._documents(missing=True),
            state=self.state,
            attempt_count=self.attempts,
            reason=self.reason,
            bounced=self.bounced,
            resend_of=self.resend_of,
            copy_of=self.copy_of,
            at=self.changed_at or self.occasion.at,
        )
