"""One run: load and faults for some seconds, then heal, drain, gather, judge."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from tests.house.cluster_storm import Probe
from tests.house.facts import rows
from tests.system.fire.checker import Finding, findings
from tests.system.fire.customer import Customer
from tests.system.fire.evidence import Evidence
from tests.system.fire.gather import digest, drain, gather
from tests.system.fire.nemesis import RECOVERY, Nemesis
from tests.system.fire.report import Report, Sample, operations, summary
from tests.system.fire.stack import FireStack
from tests.system.fire.storefront import Storefront, together

STOCK = 1_000_000
HANDLED = "SELECT count(*) FROM inbox"


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
            shop = f"shop-{number}" if number else "default"
            user = f"storefront-{number}"
            url = add_storefront(stack, user, shop)
            front = Storefront(url, user, shop, plan.rate, plan.seed)
            self.storefronts.append(front)
        self.customer = Customer(stack, plan.mail_pause, plan.seed)
        self.probe = Probe(stack)
        self.nemesis = Nemesis(
            stack, self.probe, plan.seed, pause=plan.pause, hold=plan.hold, names=plan.names
        )
        self.sampler = Sampler(stack, self.nemesis.began)

    def burn(self) -> None:
        """Load and strike for the time of the plan."""
        together([partial(front.set_up, STOCK) for front in self.storefronts])
        self.probe.start()
        running: list[Any] = [self.customer, *self.storefronts, self.nemesis, self.sampler]
        for thread in running:
            thread.start()
        deadline = time.monotonic() + self.plan.seconds
        while time.monotonic() < deadline or len(self.nemesis.strikes) < self.plan.strikes:
            if not all(thread.is_alive() for thread in running):
                break
            time.sleep(0.2)
        self.nemesis.stop()
        self.probe.stop()
        together([self.customer.stop, *(front.stop for front in self.storefronts)])

    def judge(self) -> tuple[Evidence, list[Finding]]:
        """Drain, gather the evidence and judge it."""
        drained = drain(self.stack, len(self.customer.written), self.plan.drain)
        self.sampler.stop()
        strikes = self.nemesis.strikes
        evidence = Evidence(
            sent=[sent for front in self.storefronts for sent in front.sent.values()],
            written=self.customer.written,
            poison=Counter(digest(body) for body in self.nemesis.poison),
            doubtful=sum(strike.in_doubt for strike in strikes),
        )
        gather(self.stack, evidence)
        found = findings(evidence)
        if not drained:
            found.append(Finding("drained", f"not within {self.plan.drain:.0f} s"))
        for strike in strikes:
            if strike.recovered is None:
                sentence = f"{strike.fault} ({strike.target}): not within {RECOVERY:.0f} s"
                found.append(Finding("recovery", sentence))
        return evidence, found

    def report(self, evidence: Evidence, found: list[Finding]) -> Report:
        """Return the report of the run."""
        database = "PostgreSQL" if self.stack.postgres else "SQLite"
        return Report(
            seconds=self.plan.seconds,
            seed=self.plan.seed,
            nodes=len(self.stack.nodes),
            database=database,
            control=self.stack.control,
            operations=operations(evidence),
            answers=dict(Counter(sent.answer for sent in evidence.sent)),
            strikes=self.nemesis.strikes,
            findings=found,
            samples=self.sampler.samples,
            **summary(evidence),
        )


def run(stack: FireStack, plan: Plan) -> Report:
    """Set the stack on fire, and report."""
    fire = Fire(stack, plan)
    fire.burn()
    return fire.report(*fire.judge())


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
