"""Find the threads and orders that a mail names, strongest evidence first."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail, Unreadable
from services.ingest.domain.signatures import is_our_own, signed_evidence
from services.ingest.domain.subject import order_references, thread_ranges
from services.ingest.domain.thread import thread_id_of
from services.ingest.domain.thread_matching import Candidate, Evidence
from services.ingest.store.customers import KnownOrders
from services.ingest.store.forwards import Forwards
from services.ingest.store.mails import Inbounds
from services.ingest.store.tables import threads as threads_table
from services.ingest.store.threads import KnownMails, Threads
from shared.contracts.conversation import Conversation, SigningKeys

MAX_THREADS = 2  # named by one token in a subject


class ThreadCandidates:
    """Loads the candidates for the thread of each mail."""

    def __init__(
        self,
        connection: Connection,
        keys: SigningKeys,
        inbounds: Inbounds,
        orders: KnownOrders,
        threads: Threads,
        known_mails: KnownMails,
        forwards: Forwards,
    ) -> None:
        self.connection, self.keys, self.inbounds = connection, keys, inbounds
        self.orders, self.threads, self.known_mails = orders, threads, known_mails
        self.forwards = forwards
        self._orders: dict[tuple[str, str], UUID | None] = {}
        self._signed: dict[UUID, list[Evidence] | None] = {}

    def preload(self, mails: Sequence[tuple[Inbound, Mail]]) -> None:
        """Load the rows that a batch of mails names together."""
        message_ids: list[tuple[str, str]] = []
        references: list[tuple[str, str]] = []
        for inbound, mail in mails:
            message_ids += _message_ids(inbound.shop, mail)
            references += _references(inbound.shop, mail.subject)
        self.known_mails.preload(message_ids)
        self._load_orders(references)
        forward_ids: list[UUID] = []
        for inbound, _ in mails:
            for evidence in self.named(inbound):
                if evidence.conversation.kind == "forward":
                    forward_ids.append(evidence.conversation.id)
        self.forwards.preload(forward_ids)

    def conversations(self, inbound: Inbound) -> list[Conversation]:
        """Return the conversations of orders and threads that a mail names."""
        homes = []
        for evidence in self.named(inbound):
            home = self._home(evidence.conversation)
            if home:
                homes.append(home)
        return homes

    def _home(self, conversation: Conversation) -> Conversation | None:
        """Return the conversation with the customer; None if a forward is unknown."""
        if conversation.kind != "forward":
            return conversation
        forward = self.forwards.get(conversation.id)
        return None if forward is None else forward.home

    def named(self, inbound: Inbound) -> tuple[Evidence, ...]:
        """Return the conversations that a mail names, each once, strongest evidence first; mails of
        the same batch count.
        """
        mail = self.inbounds.read(inbound)
        if isinstance(mail, Unreadable):
            return ()
        signed = self._signed_by_us(inbound.inbound_id, mail)
        if signed is None:
            return ()
        return _distinct(self._found(inbound.shop, mail, signed))

    def _signed_by_us(self, inbound_id: UUID, mail: Mail) -> list[Evidence] | None:
        """Return the evidence of our signatures; None for a copy of our own mail. Both never
        change.
        """
        if inbound_id not in self._signed:
            own = is_our_own(mail, self.keys)
            self._signed[inbound_id] = None if own else signed_evidence(mail, self.keys)
        return self._signed[inbound_id]

    def _found(self, shop: str, mail: Mail, signed: Sequence[Evidence]) -> Iterator[Evidence]:
        yield from signed
        self.known_mails.preload(_message_ids(shop, mail))
        for message_id in mail.answers:
            conversation = self.known_mails.get((shop, message_id))
            if conversation:
                yield Evidence(Conversation.parse(conversation), "known_id")
        for named in self._in_subject(shop, mail.subject):
            yield Evidence(named, "subject")

    def _in_subject(self, shop: str, subject: str) -> Iterator[Conversation]:
        for lowest, highest in thread_ranges(subject):
            query = select(threads_table.c.conversation).where(
                threads_table.c.shop == shop, threads_table.c.thread_id.between(lowest, highest)
            )
            found = self.connection.execute(query.limit(MAX_THREADS)).scalars()
            yield from map(Conversation.parse, found)
        references = _references(shop, subject)
        self._load_orders(references)
        for reference in references:
            order_id = self._orders[reference]
            if order_id:
                yield Conversation("order", order_id)

    def _load_orders(self, references: Iterable[tuple[str, str]]) -> None:
        """Load orders by shop and reference, each once in a batch."""
        missing = set(references) - self._orders.keys()
        if missing:
            self._orders.update(dict.fromkeys(missing))
            self._orders.update(self.orders.with_references(sorted(missing)))

    def of(self, inbound: Inbound) -> list[Candidate]:
        """Return the existing candidates of the mail's shop."""
        candidates = map(self._candidate, self.named(inbound))
        return [candidate for candidate in candidates if candidate.shops == {inbound.shop}]

    def _candidate(self, evidence: Evidence) -> Candidate:
        named = evidence.conversation
        home = self._home(named)
        if home is None:
            return Candidate(evidence)
        forward = order = None
        if named.kind == "forward":
            forward = self.forwards.get(named.id)
        if home.kind == "order":
            order = self.orders.get(home.id)
        thread = self.threads.get(thread_id_of(home))
        if thread:
            thread = self.threads.merged(thread)
        return Candidate(evidence, order, thread, forward)


def _distinct(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    first: dict[Conversation, Evidence] = {}
    for evidence in found:
        first.setdefault(evidence.conversation, evidence)
    return tuple(first.values())


def _message_ids(shop: str, mail: Mail) -> list[tuple[str, str]]:
    """Return the keys of the mails that a mail answers, and of the mail itself."""
    return [(shop, message_id) for message_id in (*mail.answers, mail.message_id) if message_id]


def _references(shop: str, subject: str) -> list[tuple[str, str]]:
    return [(shop, reference) for reference in order_references(subject)]
