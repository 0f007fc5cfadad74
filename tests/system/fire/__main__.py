"""`make prove`: run under fire, print the report and write it to `var/prove`."""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from deploy.bench.guard import guarded_directory
from tests.system.fire.controls import CONTROLS, REVEALED_BY
from tests.system.fire.fire import Plan, run
from tests.system.fire.judge import judge
from tests.system.fire.report import Report
from tests.system.fire.stack import FireStack

EVIDENCE = "evidence"
OF_TIME = {"drained", "recovery", "load"}  # findings that do not show what a control breaks


def main() -> int:
    """Exit with 1 if anything was found. With a control, exit with 1 if nothing was found."""
    given = _arguments()
    if given.judge:
        return _finish(judge(given.judge / EVIDENCE), given.judge)
    plan = Plan(given.seconds, given.seed, names=given.fault)
    if given.control:
        plan = control_plan(plan, given.control)
    with guarded_directory() as directory:
        stack = FireStack(
            directory, nodes=given.nodes, database=given.database, control=given.control
        )
        try:
            _say("starting the stack")
            stack.start()
            _say(f"under fire for {given.seconds:.0f} s, seed {given.seed}")
            report = run(stack, plan, given.output / EVIDENCE)
            if report.findings:
                stack.save_logs(given.output)
        finally:
            stack.end()
    return _finish(report, given.output)


def _finish(report: Report, output: Path) -> int:
    report.write(output)
    print(report.text())
    broken = [found for found in report.findings if found.promise not in OF_TIME]
    return int(not broken) if report.control else int(bool(report.findings))


def control_plan(plan: Plan, control: str) -> Plan:
    """Return a denser plan, with the faults that reveal what is missing; what is lost would never
    be drained.
    """
    names = plan.names or REVEALED_BY[control]
    return replace(plan, names=names, rate=1.5, pause=1.0, hold=2.0, drain=60)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.system.fire")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, default=1, choices=(1, 3))
    parser.add_argument("--database", default="postgresql", choices=("postgresql", "sqlite"))
    parser.add_argument("--control", default="", choices=("", *CONTROLS))
    parser.add_argument("--fault", action="append", default=[], help="only these")
    parser.add_argument("--output", type=Path, default=Path("var/prove"))
    parser.add_argument("--judge", type=Path, help="judge the run in this directory once more")
    return parser.parse_args()


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
