"""Search longer histories than the tests do, which takes minutes:

    python -m tests.model ["two senders" …]

Without a name, all of them.
"""

import sys
import time
from dataclasses import replace

from tests.model.protocol import SAFE
from tests.model.test_protocol import HISTORIES, explored


def main() -> int:
    """Search each history with one more kill, and print how much was searched."""
    wrong = 0
    for name in sys.argv[1:] or HISTORIES:
        history, began = HISTORIES[name], time.monotonic()
        found = explored(replace(history, kills=history.kills + 1), SAFE)
        size = f"{found.states} states, {found.steps} steps, {found.interleavings:.2g} orders"
        print(f"{name}: {size} in {time.monotonic() - began:.0f} s", flush=True)
        if found.objection:
            wrong += 1
            print(found.objection, *found.history, sep="\n  ")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
