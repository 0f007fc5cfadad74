"""Let handlers fail in several ways while personal data is in their hands, and log it as a worker
does: `python -m tests.shared.runtime.process.log_failures FORMAT DATABASE_URL PERSONAL`.
"""

import logging
import sys
import traceback

from shared.runtime.process import log
from shared.runtime.settings import CommonSettings
from tests.toy.contracts import Added
from tests.toy.service import toy
from tests.toy.world import World
from tests.words import delivery, harness


class Failing(World):
    def pass_by(self, key: str) -> None:
        if "wrong" in key:
            Added(key=key, total=key)
        if "foreign" in key:
            try:
                raise LookupError("not there")
            except LookupError:
                logging.getLogger("library").exception("failed")


def main(log_format: str, url: str, personal: str) -> None:
    log.configure(CommonSettings(log_format=log_format))
    service = harness(toy, url, Failing())
    for data in (
        {"amount": 1, "fail": "bug"},
        {"amount": 2_000_000},
        {"key": f"wrong {personal}", "amount": 1},
        {"key": f"foreign {personal}", "amount": 1},
    ):
        (verdict,) = service.deliver(delivery("toy.add", {"key": personal, **data}))
        if verdict.error:  # as a dead letter states it
            traceback.print_exception(verdict.error)
    service.engine.dispose()


main(*sys.argv[1:])
