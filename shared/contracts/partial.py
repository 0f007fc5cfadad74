"""Partial changes: a `put` command changes the fields that it names, and leaves the rest as it
is.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.contracts.message import Value

V = TypeVar("V", bound=BaseModel)


class Settings(Value):
    """A part of a message whose fields are changed one by one; any other value is replaced
    whole.
    """


def merged(before: V, change: BaseModel, *, without: Collection[str] = ()) -> V:
    """Return `before` with the values of the fields that `change` was given. Fields that `before`
    lacks are left out, as are those in `without`.
    """
    named = (change.model_fields_set & type(before).model_fields.keys()) - set(without)
    return before.model_copy(
        update={name: _value(getattr(before, name), getattr(change, name)) for name in named}
    )


def _value(before: Any, after: Any) -> Any:
    if isinstance(before, Settings) and isinstance(after, type(before)):
        return merged(before, after)
    return after
