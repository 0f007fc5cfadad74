"""Why something is not done: one value for all that decide, which becomes a refusal at the end."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Reason:
    """`code` is for programs, `sentence` for people. `field` names the field of the message that is
    wrong, `details` hold values that programs need.
    """

    code: str
    sentence: str
    field: str | None = None
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def at(self, field: str) -> "Reason":
        """Return the reason with the field of the message in hand."""
        return dataclasses.replace(self, field=field)
