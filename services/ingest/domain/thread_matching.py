"""Choose the thread of a mail among the candidates that its evidence names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.ingest.domain.authentication import Verdict
from services.ingest.domain.forwards import Forward
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.mail import Mail
from services.ingest.domain.subject import is_forwarded, is_passed_on
from services.ingest.domain.thread import Thread
from shared.contracts.conversation import Conversation

FoundBy = Literal["reply_address", "signed_id", "bounced_mail", "known_id", "subject", "new"]
ORDER_WAIT = timedelta(minutes=10)
"""How long a mail waits for an order that it names but that has not arrived here; then it opens a
thread of its own.
"""
SIGNED: tuple[FoundBy, ...] = ("reply_address", "signed_id", "bounced_mail")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A conversation that a mail names, and the kind of evidence."""

    conversation: Conversation
    found_by: FoundBy

    def __str__(self) -> str:
        return f"{self.found_by} {self.conversation}"


def awaits_order(evidence: Evidence | None, inbound: Inbound, now: datetime) -> bool:
    """Return whether a mail waits for the order that its first evidence names, if that has not
    arrived here: a signed address names no order that does not exist.
    """
    if evidence is None or evidence.found_by not in SIGNED:
        return False
    return evidence.conversation.kind == "order" and now < inbound.fetched_at + ORDER_WAIT


@dataclass(frozen=True, slots=True)
class Candidate:
    """The existing order and thread of a piece of evidence, and the `forward` if it names one."""

    evidence: Evidence | None = None
    order: KnownOrder | None = None
    thread: Thread | None = None
    forward: Forward | None = None

    @property
    def target(self) -> object:
        """Return a key of the conversation with the customer, independent of the evidence."""
        if self.thread:
            return self.thread.id
        if self.evidence:
            return self.evidence.conversation
        return None

    @property
    def shops(self) -> set[str]:
        """Return the shop of the candidate; empty if nothing exists."""
        shops = set()
        for found in (self.order, self.thread, self.forward):
            if found:
                shops.add(found.shop)
        return shops

    @property
    def participants(self) -> frozenset[str]:
        """Return the addresses that may post to the thread: the customer and anyone an employee
        approved.
        """
        addresses: list[str] = []
        if self.thread:
            addresses = [self.thread.view.customer_email, *self.thread.view.participants]
        elif self.order:
            addresses = [self.order.customer_email]
        return frozenset(map(str.lower, filter(None, addresses)))

    def takes(self, mail: Mail, verdict: Verdict) -> bool:
        """Return whether the sender may post to the thread."""
        return mail.certain and mail.sender in self.participants and verdict != "fail"

    def leads(self, mail: Mail, verdict: Verdict) -> bool:
        """Return whether evidence that others may know leads the sender to this thread: a
        participant, or the recipient of a forward; by a known Message-ID also a further recipient
        named by the customer.
        """
        if self.forward and self.forward.is_answered_by(mail, verdict):
            return not is_passed_on(mail.subject)
        if is_forwarded(mail.subject):
            return False
        if self.takes(mail, verdict):
            return True
        known = self.evidence is not None and self.evidence.found_by == "known_id"
        return known and mail.certain and verdict != "fail" and self.names(mail.sender)

    def names(self, sender: str) -> bool:
        """Return whether a verified mail of the thread named the sender as a recipient."""
        is_copied = self.thread is not None and sender in self.thread.copied
        return is_copied and sender not in self.participants


NO_CANDIDATE = Candidate()


@dataclass(frozen=True, slots=True)
class Match:
    """The thread of a mail. `related`: a thread that it names without proof; `conflict`: it names
    several.
    """

    candidate: Candidate = NO_CANDIDATE
    related: UUID | None = None
    conflict: bool = False


def match_thread(mail: Mail, candidates: Sequence[Candidate], verdict: Verdict) -> Match:
    """Return the candidate with the strongest evidence that may lead this sender.

    Our signature leads every sender, since we wrote to that conversation. Evidence that others may
    know or guess leads only participants and recipients of their mails, and no forwarded mail;
    otherwise it is a hint.
    """
    conflict = len({candidate.target for candidate in candidates}) > 1
    hint: UUID | None = None
    for candidate in candidates:
        signed = candidate.evidence and candidate.evidence.found_by in SIGNED
        if signed or candidate.leads(mail, verdict):
            return Match(candidate, None, conflict)
        if candidate.thread and hint is None:
            hint = candidate.thread.id
    return Match(related=hint)
