"""Define the reason why a command or query is refused: one value for all decisions."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why something is refused or not possible: `code` for programs, `sentence` for people. `field`
    names the wrong field of the message, `details` hold values for programs.
    """

    code: str
    sentence: str
    field: str | None = None
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def at(self, field: str) -> "Reason":
        """Return the same reason for another field."""
        return dataclasses.replace(self, field=field)
