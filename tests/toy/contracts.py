from typing import Annotated

from pydantic import Field

from shared.contracts.claims import Claim
from shared.contracts.message import Answer, Command, Event, Query, Value


class Add(Command, name="toy.add", subject="key"):
    """Add to a counter. `fail` makes the handler fail in that way, `later` delays it by so many
    seconds, `tidy` sends a message to the service itself.
    """

    refusal_codes = ("unlucky",)

    key: str
    amount: Annotated[int, Field(gt=0)]
    fail: str = ""
    later: float = 0
    tidy: bool = False
    by: Annotated[str, Claim.EMPLOYEE] = "system"
    force: Annotated[bool, Claim.FORCE] = False
    agreed: Annotated[bool, Claim.CONSENT] = False


class Act(Command, name="toy.act", subject="key"):
    key: str


class ActOnce(Command, name="toy.act_once", subject="key"):
    """A side effect that must not be repeated."""

    key: str


class Print(Command, name="toy.print", subject="key"):
    """Bulk work: add one to a counter."""

    key: str


class Counted(Answer, name="toy.get_answered"):
    total: int


class Get(Query, name="toy.get", answer=Counted):
    refusal_codes = ("unknown",)

    key: str


class Probed(Answer, name="toy.probe_answered"):
    key: str
    total: int


class Probe(Query, name="toy.probe", answer=Probed):
    """A query that takes long: it touches the world."""

    key: str


class Added(Event, name="toy.added", subject="key", publishers=("toy",)):
    key: str
    total: int


class Weight(Value):
    grams: int


class Weighed(Event, name="toy.weighed", subject="key", publishers=("scales",)):
    """An event of another service; the toy adds the grams to the counter."""

    key: str
    weight: Weight


class Tidy(Command, name="toy.tidy", subject="key", internal=True):
    """Set a counter to zero; internal."""

    key: str
