"""Run a worker process of the toy (`python -m tests.toy`), or its supervisor (`python -m tests.toy
supervise`).
"""

import sys

from shared.runtime.process import log
from shared.runtime.process.supervisor import Supervisor
from shared.runtime.process.worker_process import run
from shared.runtime.settings import CommonSettings
from tests.toy.service import toy

if sys.argv[1:] == ["supervise"]:
    log.configure(CommonSettings(log_format="json"))
    sys.exit(Supervisor([sys.executable, "-m", "tests.toy"], 1).run())
sys.exit(run(toy, toy.settings.load(toy.name), 1))
