"""`aftercart worker`, with a clock that can be moved, and where the environment says so, without
one of the safe parts or with a failpoint.
"""

import sys

from tests.system.fire import moving_clock

moving_clock.install()

from tests.system.fire import controls  # noqa: E402 - everything imports the clock

controls.install()

from shared.cli.main import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
