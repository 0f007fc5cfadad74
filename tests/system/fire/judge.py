"""Judge a finished run by the files that it left."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from services.notify.worker import NotifySettings
from tests.system.fire.checker import Finding, findings
from tests.system.fire.nemesis import RECOVERY, Strike
from tests.system.fire.read import read
from tests.system.fire.report import Report, operations, summary

# that a thread of `notify` sends by default: each may be in doubt after a kill
MAILS_AT_ONCE = NotifySettings.model_fields["smtp_connections"].default


def judge(directory: Path) -> Report:
    """Return the report of the run whose evidence is in a directory."""
    run: dict[str, Any] = json.loads((directory / "run.json").read_text())
    strikes = [Strike(**each) for each in run.pop("strikes")]
    evidence = read(directory)
    evidence.doubtful = MAILS_AT_ONCE * sum(strike.in_doubt for strike in strikes)
    evidence.disruptions = sum(strike.disrupts for strike in strikes)
    found = findings(evidence)
    if not run.pop("drained"):
        found.append(Finding("drained", "the system still worked on something at the end"))
    for error in run.pop("errors"):
        found.append(Finding("load", error))
    for strike in strikes:
        if strike.recovered is None:
            sentence = f"{strike.fault} ({strike.target}): not within {RECOVERY:.0f} s"
            found.append(Finding("recovery", sentence))
    counts: dict[str, Any] = summary(evidence)
    return Report(
        **run,
        **counts,
        operations=operations(evidence),
        answers=dict(Counter(sent.answer for sent in evidence.sent)),
        strikes=strikes,
        findings=found,
        lost=evidence.lost,
    )
