"""One run: load and faults for some seconds, then heal, drain, gather, judge."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from tests.house.cluster_storm import Probe
from tests.house.facts import rows
from tests.system.fire.customer import Customer
from tests.system.fire.employee import Employee
from tests.system.fire.gather import digest, drain, gather
from tests.system.fire.judge import judge
from tests.system.fire.nemesis import Nemesis
from tests.system.fire.report import Report, Sample
from tests.system.fire.stack import SHOPS, FireStack
from tests.system.fire.storefront import Storefront, together

STOCK = 1_000_000
HANDLED = "SELECT count(*) FROM (SELECT DISTINCT source, id FROM inbox) AS handled"


@dataclass(frozen=True)
class Plan:
    """What a run does, for so many seconds and at least so many strikes. `rate`: orders per second
    of each storefront; `pause` and `hold`: seconds between two faults, and of one; `names`: faults,
    all without.
    """

    seconds: float
    seed: int
    strikes: int = 0
    storefronts: int = 3
    rate: float = 0.4
    mail_pause: float = 3.0
    reply_pause: float = 4.0
    probe: float = 0.05
    pause: float = 4.0
    hold: float = 6.0
    drain: float = 600.0
    names: Sequence[str] = ()


class Sampler(threading.Thread):
    """Counts each second how many messages `orders` has handled."""

    def __init__(self, stack: FireStack, began: float) -> None:
        super().__init__(daemon=True, name="sampler")
        self.stack, self.began = stack, began
        self.samples: list[Sample] = []
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(1):
            try:
                handled = int(rows(self.stack, "orders", HANDLED)[0][0])
            except SQLAlchemyError:  # the database is struck
                continue
            self.samples.append((time.monotonic() - self.began, handled))

    def stop(self) -> None:
        self._stopping.set()
        self.join(30)


class Fire:
    """The parts of one run on a stack that works."""

    def __init__(self, stack: FireStack, plan: Plan) -> None:
        self.stack, self.plan = stack, plan
        self.storefronts = []
        for number in range(plan.storefronts):
            user, shop = f"storefront-{number}", SHOPS[number]
            url = add_storefront(stack, user, shop)
            self.storefronts.append(Storefront(url, user, shop, plan.rate, plan.seed))
        self.customer = Customer(stack, plan.mail_pause, plan.seed)
        self.employee = Employee(stack, plan.reply_pause, plan.seed)
        self.probe = Probe(stack, plan.probe)
        self.nemesis = Nemesis(
            stack, self.probe, plan.seed, pause=plan.pause, hold=plan.hold, names=plan.names
        )
        self.sampler = Sampler(stack, self.nemesis.began)
        self.errors: list[str] = []

    def burn(self) -> None:
        """Load and strike for the time of the plan."""
        together([partial(front.set_up, STOCK) for front in self.storefronts])
        self.probe.start()
        people: list[Any] = [self.customer, self.employee, *self.storefronts]
        running: list[Any] = [*people, self.nemesis, self.sampler]
        for thread in running:
            thread.start()
        deadline = time.monotonic() + self.plan.seconds
        while time.monotonic() < deadline or len(self.nemesis.strikes) < self.plan.strikes:
            if not all(thread.is_alive() for thread in running):
                break
            time.sleep(0.2)
        for stop in (self.nemesis.stop, self.probe.stop, *(person.stop for person in people)):
            try:
                stop()
            except Exception as error:  # the evidence of the others counts
                self.errors.append(f"{type(error).__name__}: {error}")

    def write(self, directory: Path) -> None:
        """Drain, and write down what was done and what the system shows."""
        drained = drain(self.stack, self.customer.accepted(), self.plan.drain)
        self.sampler.stop()
        directory.mkdir(parents=True, exist_ok=True)
        run = {
            "seconds": self.plan.seconds,
            "seed": self.plan.seed,
            "nodes": len(self.stack.nodes),
            "database": "PostgreSQL" if self.stack.postgres else "SQLite",
            "control": self.stack.control,
            "drained": drained,
            "errors": self.errors,
            "strikes": list(map(asdict, self.nemesis.strikes)),
            "samples": self.sampler.samples,
        }
        sent = list(self.employee.sender.sent.values())
        for front in self.storefronts:
            sent += front.sender.sent.values()
        load = {
            "sent": list(map(asdict, sent)),
            "written": list(map(asdict, self.customer.written)),
            "poison": Counter(map(digest, self.nemesis.poison)),
        }
        (directory / "run.json").write_text(json.dumps(run))
        (directory / "load.json").write_text(json.dumps(load))
        gather(self.stack, directory)


def run(stack: FireStack, plan: Plan, directory: Path) -> Report:
    """Set the stack on fire, write the evidence to a directory, and judge it."""
    fire = Fire(stack, plan)
    fire.burn()
    fire.write(directory)
    return judge(directory)


def add_storefront(stack: FireStack, name: str, shop: str) -> str:
    """Create the RabbitMQ user of a storefront that speaks for one shop, and return its URL."""
    command = [sys.executable, "-m", "shared.cli.main", "storefront", "add", name]
    done = subprocess.run(
        [*command, "--shop", shop, "--json"],
        env={**os.environ, "AFTERCART_ENV_FILE": str(stack.env_file)},
        capture_output=True,
        text=True,
        check=True,
    )
    return stack.rabbit.amqp_url(name, json.loads(done.stdout)["password"])
