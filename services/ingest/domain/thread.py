"""A thread: one conversation with a customer. Every method returns a new value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.conversation import Conversation
from shared.contracts.ingest import ThreadMessage, ThreadStatus, ThreadStatusChanged, ThreadView

NOWHERE = ".invalid"  # RFC 2606: never a real domain
MAX_COPIED = 50  # addresses
MAX_CHAIN = 20  # Message-IDs; some servers refuse long headers
_NAMES = UUID("5d6c4f6e-43b3-4b0c-9a0a-6e0f6b1b7a52")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counters of a thread. `first_response`: whole seconds from its opening to the first answer at
    `answered_at`, if the customer began the thread.
    """

    customer_messages: int = 0
    employee_messages: int = 0
    answered_at: datetime | None = None
    first_response: int | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread with data that is not shown. `last_mail`: the Message-ID that an answer refers to;
    `chain`: all ids so far, oldest first. `copied`: recipients named by verified mails; their mails
    find the thread, unverified.
    """

    shop: str
    view: ThreadView
    last_mail: str = ""
    chain: tuple[str, ...] = ()
    tally: Tally = Tally()
    copied: tuple[str, ...] = ()

    @property
    def id(self) -> UUID:
        return self.view.thread_id

    @property
    def can_be_answered(self) -> bool:
        """Return whether answers have a recipient: the customer may be erased, or a mail server."""
        return not self.view.customer_email.endswith(NOWHERE)

    def with_mail(
        self, ids: Iterable[str], last_mail: str, *, at: datetime, wakes: bool, answered: bool
    ) -> "Thread":
        """Return the thread after a mail arrived. `wakes`: it needs an answer, and opens a closed
        or pending thread; `answered`: later answers refer to it.
        """
        if wakes:
            thread = self.with_question(at)
        else:
            thread = self._counted(customer_messages=self.tally.customer_messages + 1)
        if not answered:
            return thread
        chain = extended(self.chain, ids)
        return replace(thread, chain=chain, last_mail=last_mail or self.last_mail)

    def with_question(self, at: datetime) -> "Thread":
        """Return the thread after a message that needs an answer: it is open, whatever its status
        was.
        """
        view = self.view
        asked = self._viewed(
            status="open",
            unread_messages=view.unread_messages + 1,
            waits_since=view.waits_since or at,
        )
        return asked._counted(
            customer_messages=self.tally.customer_messages + 1, closed_at=asked._closed_at(at)
        )

    def replied(self, by: str, status: ThreadStatus, at: datetime) -> "Thread":
        """Return the thread after an employee's answer; the first to answer becomes its owner."""
        tally, view = self.tally, self.view
        first_response = tally.first_response
        if tally.answered_at is None and tally.customer_messages > 0:
            first_response = _seconds(view.opened_at, at)
        replied = self._viewed(owner=view.owner or by, status=status, waits_since=None)
        return replied._counted(
            employee_messages=tally.employee_messages + 1,
            answered_at=tally.answered_at or at,
            first_response=first_response,
            closed_at=replied._closed_at(at),
        )

    def unanswered(self, at: datetime) -> "Thread":
        """Return the thread after an answer did not reach the customer: they still wait."""
        changed = self._viewed(status="open", waits_since=self.view.waits_since or at)
        return changed._counted(closed_at=changed._closed_at(at))

    def with_delivered_answer(self) -> "Thread":
        """Return the thread after an answer arrived on a later attempt: the customer no longer
        waits.
        """
        return self._viewed(waits_since=None)

    def with_unread_note(self) -> "Thread":
        """Return the thread with one more unread message that needs no answer."""
        return self._viewed(unread_messages=self.view.unread_messages + 1)

    def with_mailed_note(self) -> "Thread":
        """Return the thread after a note arrived by mail: it is open and has an unread message."""
        return self._viewed(status="open", unread_messages=self.view.unread_messages + 1)._counted(
            closed_at=None
        )

    def with_named_recipients(self, emails: Iterable[str]) -> "Thread":
        """Return the thread after a verified mail named others as its recipients."""
        known = tuple(dict.fromkeys([*self.copied, *emails]))
        return replace(self, copied=known[:MAX_COPIED])

    def with_status(self, status: ThreadStatus, at: datetime) -> "Thread":
        """Return the thread with another status. Closing ends the waiting; reopening starts it."""
        waits_since = self.view.waits_since
        if status == "closed":
            waits_since = None
        elif self.view.status == "closed" and status == "open":
            waits_since = at
        changed = self._viewed(status=status, waits_since=waits_since)
        return changed._counted(closed_at=changed._closed_at(at))

    def may_post(self, email: str) -> bool:
        """Return whether an address may post to the thread: the customer's, or one an employee
        approved.
        """
        return email.lower() in map(str.lower, (self.view.customer_email, *self.view.participants))

    def with_participant(self, email: str) -> "Thread":
        """Return the thread with a further address that may post."""
        return self._viewed(participants=[*self.view.participants, email])

    def with_copies_to(self, emails: Iterable[str]) -> "Thread":
        """Return the thread after an employee sent copies of an answer to others: they may post as
        well.
        """
        new = [email for email in emails if not self.may_post(email)]
        if not new:
            return self
        return self._viewed(participants=[*self.view.participants, *new])

    def with_customer(self, email: str, name: str) -> "Thread":
        """Return the thread with the customer's corrected e-mail and name."""
        return self._viewed(customer_email=email, customer_name=name)

    def assigned(self, owner: str | None) -> "Thread":
        """Return the thread with another owner, or without one."""
        return self._viewed(owner=owner)

    def read(self, missed: Sequence[ThreadMessage] = ()) -> "Thread":
        """Return the thread after an employee read all of it but the messages `missed`."""
        return self._viewed(unread_messages=len(missed))

    def reopened_for(self, messages: Sequence[ThreadMessage]) -> "Thread":
        """Return the thread after an answer that was written without knowledge of `messages`: the
        customer waits for another, so it does not stay closed.
        """
        if not messages:
            return self
        open_again = self._viewed(
            status="open", waits_since=min(message.at for message in messages)
        )
        return open_again._counted(closed_at=None)

    def _viewed(self, **changes: object) -> "Thread":
        return replace(self, view=self.view.model_copy(update=changes))

    def _counted(self, **changes: Any) -> "Thread":
        return replace(self, tally=replace(self.tally, **changes))

    def _closed_at(self, at: datetime) -> datetime | None:
        if self.view.status != "closed":
            return None
        return self.tally.closed_at or at

    def with_sent_mail(self, message_id: str) -> "Thread":
        """Return the thread after an answer was sent with that Message-ID."""
        return replace(self, chain=extended(self.chain, [message_id]))

    @property
    def references(self) -> list[str]:
        """Return the References of an answer: the chain, with the answered mail at the end."""
        references = [message_id for message_id in self.chain if message_id != self.last_mail]
        if self.last_mail:
            references.append(self.last_mail)
        return references


def status_events(
    before: Thread, after: Thread, *, by: str, at: datetime
) -> list[ThreadStatusChanged]:
    """Return the event for a changed status; none if it is unchanged."""
    came_from, status = before.view.status, after.view.status
    if came_from == status:
        return []
    return [
        ThreadStatusChanged(thread_id=after.id, came_from=came_from, status=status, by=by, at=at)
    ]


def extended(chain: tuple[str, ...], ids: Iterable[str]) -> tuple[str, ...]:
    """Return the chain with new ids at its end; when it is too long, the first and the latest
    remain.
    """
    all_ids = tuple(dict.fromkeys([*chain, *ids]))
    if len(all_ids) <= MAX_CHAIN:
        return all_ids
    return (all_ids[0], *all_ids[1 - MAX_CHAIN :])


def derived_id(*parts: object) -> UUID:
    """Return the id derived from some parts. The same parts give the same id in every process, so
    nothing is stored twice.
    """
    return uuid5(_NAMES, "/".join(map(str, parts)))


def thread_id_of(conversation: Conversation) -> UUID:
    """Return the id of the thread of a conversation; an order has one thread."""
    if conversation.kind == "thread":
        return conversation.id
    return derived_id(conversation)


def employee_message(
    message_id: UUID, by: str, text: str, at: datetime, *, private: bool = False, **more: Any
) -> ThreadMessage:
    """Return a message of an employee; the Message-ID of an answer is known after it was sent."""
    return ThreadMessage(
        message_id=message_id,
        direction="employee",
        author=by,
        text=text,
        at=at,
        private=private,
        **more,
    )


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))
