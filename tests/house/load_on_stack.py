"""A whole stack under load, and the facts once everything that was begun is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.local import LocalStack
from tests.conditions import stays, until
from tests.house.facts import FILED, STALE, Facts, gather, outboxes, queue_depths, rows
from tests.house.load import Load


@contextmanager
def a_stack(directory: Path) -> Iterator[LocalStack]:
    stack = LocalStack(directory, processes=2)
    try:
        stack.up(lambda _part: None)
        # a node that is killed with its first queues not yet on disk may lose them
        stack.rabbit.flush()
        yield stack
    finally:
        stack.down()


def quiet(stack: LocalStack) -> bool:
    """Nothing waits anywhere but for the next look into the mailbox."""
    return not any(outboxes(stack).values()) and not any(queue_depths(stack).values())


def mails_sent(stack: LocalStack) -> int:
    return int(rows(stack, "notify", "SELECT count(*) FROM mails WHERE state = 'sent'")[0][0])


def settled(stack: LocalStack, load: Load) -> Facts:
    """The facts, when everything that was begun is done."""
    load.close()
    until(lambda: mails_sent(stack) >= 4 * len(load.orders), pause=0.2)
    until(lambda: len(rows(stack, "ingest", FILED)) >= len(load.written), pause=0.2)
    until(lambda: stays(lambda: quiet(stack), STALE, pause=0.2), pause=0.2)
    return gather(stack, [order["order_id"] for order in load.orders], load.written)
