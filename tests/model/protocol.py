"""The delivery protocol as a model: one step for each thing that the code does by itself.

Commands of a client wait in a queue. A worker claims each in the inbox, locks and loads its
aggregate, and commits effect, claim and outbox row together; then it acknowledges. A relay, which
holds the lease of a partition, publishes the rows of the partition one after another, and deletes
each after its confirm. A sender mails each event: it claims the event, notes that the side effect
starts, mails, and stores the outcome. Between any two steps a process may be killed, a connection
lost, a confirm lost, a lease taken away from a frozen process.
"""

from dataclasses import replace

from tests.model.handling import Handling
from tests.model.mailing import Mailing
from tests.model.relaying import Relaying
from tests.model.states import Next, Protocol, State


class Model:
    """The steps of a protocol."""

    def __init__(self, protocol: Protocol) -> None:
        self.handling, self.relaying = Handling(protocol), Relaying(protocol)
        self.mailing = Mailing(protocol)

    def steps(self, state: State) -> Next:
        """Return every step that can come next."""
        yield from self.handling.client(state)
        for number in range(len(state.workers)):
            yield from self.handling.worker(state, number)
        for number in range(len(state.relays)):
            yield from self.relaying.relay(state, number)
        for number in range(len(state.senders)):
            yield from self.mailing.sender(state, number)


SAFE = Model(Protocol())


def without(part: str) -> Model:
    """Return the model without one of its safe parts: a negative control."""
    return Model(replace(Protocol(), **{part: False}))
