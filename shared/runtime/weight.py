"""The weight of a message: how long its handling may take, and with what it shares a queue."""

from enum import Enum


class Weight(Enum):
    """Each weight has a queue and threads of its own, so that no message waits behind a heavier
    one.
    """

    WORK = "work"  # commands and events
    QUESTION = "questions"  # queries: they change nothing, and somebody waits for the answer
    BULK = "bulk"  # what may take long: batches, summaries, previews
