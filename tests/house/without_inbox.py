"""A worker whose inbox takes every message for new. For the negative control only: the judge must
notice.
"""

import os
import sys
from typing import Any

from shared.cli.main import main
from shared.runtime.storage import inbox

real = inbox.claim


def forgetful(connection: Any, keys: Any, at: Any) -> Any:
    real(connection, keys, at)
    return set(keys)


os.environ["AFTERCART_ORDERS_BATCH"] = (
    "1"  # two copies in one batch are recognised without the inbox
)
inbox.claim = forgetful
inbox.handled = lambda connection, keys: set()

if __name__ == "__main__":
    sys.exit(main())
