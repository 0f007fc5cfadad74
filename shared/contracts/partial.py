"""Apply partial changes: a `put` command changes the fields that it contains, and leaves the
others.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.contracts.message import Value

V = TypeVar("V", bound=BaseModel)


class Settings(Value):
    """Part of a message in which each field is changed separately; any other value is replaced
    whole.
    """


def merged(before: V, change: BaseModel, *, without: Collection[str] = ()) -> V:
    """Return `before` with the values of the fields that were set in `change`. Fields that `before`
    lacks, and those in `without`, are ignored.
    """
    named = (change.model_fields_set & type(before).model_fields.keys()) - set(without)
    return before.model_copy(
        update={name: _value(getattr(before, name), getattr(change, name)) for name in named}
    )


def _value(before: Any, after: Any) -> Any:
    if isinstance(before, Settings) and isinstance(after, type(before)):
        return merged(before, after)
    return after
