"""Where a mail may belong: everything that it names, strongest evidence first, with what is
there.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail, Unreadable
from services.ingest.domain.signatures import is_our_own, signed_evidence
from services.ingest.domain.subject import order_references, thread_ranges
from services.ingest.domain.thread import thread_id_of
from services.ingest.domain.thread_matching import Evidence, Place
from services.ingest.store.customers import KnownOrders
from services.ingest.store.forwards import Forwards
from services.ingest.store.mails import Inbounds
from services.ingest.store.tables import threads as threads_table
from services.ingest.store.threads import KnownMails, Threads
from shared.contracts.conversation import Conversation, SigningKeys

MOST_THREADS = 2  # that a token in a subject may name


class Places:
    """Reads mails, and looks up what they name."""

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

    def preload(self, mails: Sequence[tuple[Inbound, Mail]]) -> None:
        """Look up what a batch of mails names at once."""
        found = [(inbound.shop, mail) for inbound, mail in mails]
        self.known_mails.preload(
            (shop, key) for shop, mail in found for key in (*mail.answers, mail.message_id) if key
        )
        self._look_up(
            (shop, reference)
            for shop, mail in found
            for reference in order_references(mail.subject)
        )
        named = (found for inbound, _ in mails for found in self.named(inbound))
        conversations = [evidence.conversation for evidence in named]
        self.forwards.preload(each.id for each in conversations if each.kind == "forward")

    def conversations(self, inbound: Inbound) -> list[Conversation]:
        """Return the conversations of orders and threads that a mail names."""
        homes = (self._home(evidence.conversation) for evidence in self.named(inbound))
        return [home for home in homes if home]

    def _home(self, conversation: Conversation) -> Conversation | None:
        """Return the conversation with the customer; None where a forward is not known."""
        if conversation.kind != "forward":
            return conversation
        forward = self.forwards.get(conversation.id)
        return forward.home if forward else None

    def named(self, inbound: Inbound) -> tuple[Evidence, ...]:
        """The conversations that a mail names, each once, strongest evidence first; mails of its
        batch are known.
        """
        mail = self.inbounds.read(inbound)
        if isinstance(mail, Unreadable) or is_our_own(mail, self.keys):
            return ()
        return _distinct(self._found(inbound.shop, mail))

    def _found(self, shop: str, mail: Mail) -> Iterator[Evidence]:
        yield from signed_evidence(mail, self.keys)
        self.known_mails.preload((shop, key) for key in (*mail.answers, mail.message_id) if key)
        known = (self.known_mails.get((shop, key)) for key in mail.answers)
        yield from (Evidence(Conversation.parse(found), "known_id") for found in known if found)
        yield from (Evidence(found, "subject") for found in self._in_subject(shop, mail.subject))

    def _in_subject(self, shop: str, subject: str) -> Iterator[Conversation]:
        for lowest, highest in thread_ranges(subject):
            query = select(threads_table.c.conversation).where(
                threads_table.c.shop == shop, threads_table.c.thread_id.between(lowest, highest)
            )
            yield from map(
                Conversation.parse, self.connection.execute(query.limit(MOST_THREADS)).scalars()
            )
        references = [(shop, reference) for reference in order_references(subject)]
        self._look_up(references)
        found = (self._orders[key] for key in references)
        yield from (Conversation("order", order_id) for order_id in found if order_id)

    def _look_up(self, references: Iterable[tuple[str, str]]) -> None:
        """Finds orders by shop and reference, each once in a batch."""
        missing = set(references) - self._orders.keys()
        if missing:
            found = self.orders.with_references(sorted(missing))
            self._orders.update({key: found.get(key) for key in missing})

    def of(self, inbound: Inbound) -> list[Place]:
        """What is there in this shop of all that a mail names."""
        places = [self._place(evidence) for evidence in self.named(inbound)]
        return [place for place in places if place.shops == {inbound.shop}]

    def _place(self, evidence: Evidence) -> Place:
        named = evidence.conversation
        forward = self.forwards.get(named.id) if named.kind == "forward" else None
        home = self._home(named)
        if home is None:
            return Place(evidence)
        order = self.orders.get(home.id) if home.kind == "order" else None
        thread = self.threads.get(thread_id_of(home))
        return Place(evidence, order, self.threads.merged(thread) if thread else None, forward)


def _distinct(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    first: dict[Conversation, Evidence] = {}
    for evidence in found:
        first.setdefault(evidence.conversation, evidence)
    return tuple(first.values())
