"""A clock that the nemesis moves: the offset is read from the file that FIRE_CLOCK names."""

import os
from datetime import UTC, datetime, timedelta

from shared.runtime import clock

FILE = "FIRE_CLOCK"


def install() -> None:
    """Replace the clock of this process, before other modules import it."""
    path = os.environ.get(FILE)
    if not path:
        return

    def now() -> datetime:
        with open(path) as file:
            return datetime.now(UTC) + timedelta(seconds=float(file.read() or 0))

    clock.utc_now = now
