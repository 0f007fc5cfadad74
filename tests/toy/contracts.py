from typing import Annotated

from pydantic import Field

from shared.contracts.message import Answer, Command, Event, Query


class Add(Command, name="toy.add", subject="key"):
    """Adds to a counter; `fail` makes the handler fail in that way, `later` puts it off by that many seconds."""

    key: str
    amount: Annotated[int, Field(gt=0)]
    fail: str = ""
    later: float = 0


class Act(Command, name="toy.act", subject="key"):
    key: str


class Counted(Answer, name="toy.get_answered"):
    total: int


class Get(Query, name="toy.get", answer=Counted):
    key: str


class Added(Event, name="toy.added", subject="key"):
    key: str
    total: int
