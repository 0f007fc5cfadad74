"""Choose dead letter queues by service, count them, and read them with progress."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from shared.cli.services import Installation
from shared.cli.terminal import print_note, progress
from shared.clients.dead_letters import (
    UNROUTED_SERVICE,
    DeadLetter,
    DeadLetterQueue,
    DeadLetters,
    open_dead_letters,
)
from shared.clients.phrases import suggestion
from shared.runtime.errors import AftercartError
from shared.runtime.settings import administrator_url

Counts = Mapping[DeadLetterQueue, int]


@contextmanager
def open_as_administrator() -> Iterator[DeadLetters]:
    """Open the dead letters with the administrator's URL in the settings."""
    with open_dead_letters(administrator_url()) as dead_letters:
        yield dead_letters


def queues(installation: Installation, service: str | None) -> list[DeadLetterQueue]:
    """Return the queue of a service, or of all. Raises `AftercartError` for an unknown service."""
    known = [*installation.names, UNROUTED_SERVICE]
    if service is None:
        return [DeadLetterQueue(name) for name in known]
    if service not in known:
        raise AftercartError(f"There is no service '{service}'{suggestion(service, known)}")
    return [DeadLetterQueue(service)]


def count_all(dead_letters: DeadLetters, wanted: list[DeadLetterQueue]) -> Counts:
    """Count the letters in each queue, without those that another reader holds.

    A missing queue is left out, with a note.
    """
    counts: dict[DeadLetterQueue, int] = {}
    for queue in wanted:
        count = dead_letters.count(queue)
        if count is None:
            print_note(
                f"The queue '{queue.name}' is missing: run `aftercart topology apply`.",
                style="yellow",
            )
        else:
            counts[queue] = count
    return counts


def read_all(dead_letters: DeadLetters, counts: Counts, label: str) -> Iterator[DeadLetter]:
    """Yield every letter that was counted, with a progress bar on a terminal."""

    def read() -> Iterator[DeadLetter]:
        for queue, count in counts.items():
            yield from dead_letters.read(queue, count)

    yield from progress(read(), sum(counts.values()), label)
