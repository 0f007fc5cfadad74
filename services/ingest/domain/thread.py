"""A thread: one conversation with a customer. Every function returns the new value."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from shared.contracts.conversation import Conversation
from shared.contracts.ingest import ThreadMessage, ThreadView

LONGEST_CHAIN = 20  # Message-IDs; a header that grows for ever is refused by some servers
_NAMES = UUID("5d6c4f6e-43b3-4b0c-9a0a-6e0f6b1b7a52")


@dataclass(frozen=True, slots=True)
class Thread:
    """`last_mail`: the Message-ID that an answer answers; `chain`: all ids so far, oldest first."""

    shop: str
    view: ThreadView
    last_mail: str = ""
    chain: tuple[str, ...] = ()

    @property
    def id(self) -> UUID:
        return self.view.thread_id

    def heard(self, ids: Iterable[str], last_mail: str, *, wakes: bool, answered: bool) -> "Thread":
        """After a mail that came: `wakes` reopens it when it was closed, `answered` makes it the one to answer."""
        status = "open" if wakes and self.view.status == "closed" else self.view.status
        woken = replace(self, view=self.view.model_copy(update={"status": status}))
        if not answered:
            return woken
        return replace(woken, chain=grown(self.chain, ids), last_mail=last_mail or self.last_mail)

    def replied(self, by: str) -> "Thread":
        """After an employee's answer: who answers first owns it, and it is closed."""
        changes = {"owner": self.view.owner or by, "status": "closed"}
        return replace(self, view=self.view.model_copy(update=changes))

    def sent(self, message_id: str) -> "Thread":
        """After an answer left as the mail of that id."""
        return replace(self, chain=grown(self.chain, [message_id]))

    @property
    def references(self) -> list[str]:
        """What an answer refers to: the chain, with the mail that it answers at the end."""
        return [*(known for known in self.chain if known != self.last_mail), *filter(None, [self.last_mail])]


def grown(chain: tuple[str, ...], ids: Iterable[str]) -> tuple[str, ...]:
    """The chain with new ids at its end; when it is too long, the first and the latest stay."""
    all_ids = tuple(dict.fromkeys([*chain, *ids]))
    return all_ids if len(all_ids) <= LONGEST_CHAIN else (all_ids[0], *all_ids[1 - LONGEST_CHAIN :])


def derived_id(*parts: object) -> UUID:
    """The same parts have the same id, so that nothing is made twice, whoever makes it."""
    return uuid5(_NAMES, "/".join(map(str, parts)))


def thread_id_of(conversation: Conversation) -> UUID:
    """The thread of a conversation; an order has one."""
    return conversation.id if conversation.kind == "thread" else derived_id(conversation)


def employee_message(message_id: UUID, by: str, text: str, at: datetime) -> ThreadMessage:
    """An answer; its Message-ID is known when it was sent."""
    return ThreadMessage(message_id=message_id, direction="employee", author=by, text=text, at=at)
