"""The report of a run, as text, JSON and a picture."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

from tests.system.fire.checker import Finding, firsts
from tests.system.fire.evidence import Evidence
from tests.system.fire.nemesis import Strike

Sample = tuple[float, int]
"""Seconds since the start, and how many messages `orders` had handled."""


@dataclass
class Report:
    """What was done, what was struck, what was found."""

    seconds: float
    seed: int
    nodes: int
    database: str
    control: str
    operations: dict[str, int]
    answers: dict[str, int]
    events: int
    copies: int
    mails: int
    extra_mails: int
    strikes: list[Strike]
    findings: list[Finding]
    lost: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def text(self) -> str:
        """Return the report for people."""
        place = f"RabbitMQ ({self.nodes}), {self.database}"
        lines = [
            f"{self.seconds:.0f} s of faults, seed {self.seed}, {place}"
            + (f", without a safe part: {self.control}" if self.control else ""),
            "",
            f"operations: {sum(self.operations.values())}",
        ]
        for name, count in sorted(self.operations.items()):
            lines.append(f"  {name:24}{count:7}")
        lines.append("publishes: " + ", ".join(f"{n} {a}" for a, n in self.answers.items()))
        lines.append(f"events: {self.events}, and {self.copies} copies")
        if "delivered" not in self.lost:
            lines.append(f"mails accepted: {self.mails}, and {self.extra_mails} copies")
        lines += ["", f"faults: {len(self.strikes)}, seconds until a command was answered again:"]
        lines.append(f"  {'':22}{'times':>6}{'median':>9}{'longest':>9}")
        for name, times in sorted(self._recoveries().items()):
            lines.append(f"  {name:22}{len(times):6}{median(times):9.1f}{max(times):9.1f}")
        lines += ["", f"findings: {len(self.findings)}"]
        for found in self.findings:
            lines.append(f"  {found.promise}: {found.sentence}")
        if self.lost:
            lines.append(f"not judged, since the evidence is missing: {', '.join(self.lost)}")
        return "\n".join(lines) + "\n"

    def _recoveries(self) -> dict[str, list[float]]:
        found = defaultdict(list)
        for strike in self.strikes:
            if strike.recovered is not None:
                found[strike.fault].append(strike.recovered)
        return found

    def write(self, directory: Path) -> None:
        """Write `report.txt`, `report.json` and `report.svg`."""
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "report.txt").write_text(self.text())
        (directory / "report.json").write_text(json.dumps(asdict(self), indent=1))
        (directory / "report.svg").write_text(picture(self.samples, self.strikes))


def operations(evidence: Evidence) -> dict[str, int]:
    """Count what storefronts and customers did."""
    found = Counter(sent.name for sent in evidence.sent)
    found["mail of a customer"] = sum(1 for written in evidence.written if not written.answers)
    found["answer of a customer"] = sum(1 for written in evidence.written if written.answers)
    return dict(found)


def summary(evidence: Evidence) -> dict[str, int]:
    """Count events, mails, and their copies."""
    events = len(firsts(evidence.events))
    mails = len(evidence.delivered)
    return {
        "events": events,
        "copies": len(evidence.events) - events,
        "mails": mails,
        "extra_mails": evidence.delivered.total() - mails,
    }


WIDTH, HEIGHT, LEFT, TOP = 1000, 220, 50, 16
COLOURS = {"kill": "#c0392b", "freeze": "#2980b9", "memory": "#8e44ad", "disk": "#8e44ad"}


def picture(samples: Sequence[Sample], strikes: Sequence[Strike]) -> str:
    """Draw messages per second over time as SVG, with the faults as bars."""
    end = max([at for at, _ in samples] + [strike.healed for strike in strikes] + [1.0])
    rates = []
    for (before, first), (at, now) in pairwise(samples):
        rates.append((at, (now - first) / max(0.1, at - before)))
    highest = max([rate for _, rate in rates] + [1.0])

    def x(at: float) -> float:
        return LEFT + at / end * (WIDTH - LEFT - 10)

    def y(rate: float) -> float:
        return TOP + HEIGHT * (1 - rate / highest)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 70}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT + 70}" fill="white"/>',
    ]
    for strike in strikes:
        colour = COLOURS.get(strike.fault.split()[0], "#d68910")
        title = f"{strike.fault}: {strike.target}, {strike.struck:.0f} s"
        width = max(1.0, x(strike.healed) - x(strike.struck))
        parts.append(
            f'<rect x="{x(strike.struck):.1f}" y="{TOP}" width="{width:.1f}" height="{HEIGHT}"'
            f' fill="{colour}" opacity="0.35"><title>{title}</title></rect>'
        )
    line = " ".join(f"{x(at):.1f},{y(rate):.1f}" for at, rate in rates)
    parts += [
        f'<polyline points="{line}" fill="none" stroke="#222" stroke-width="1"/>',
        f'<text x="4" y="{TOP + 10}">{highest:.0f}/s</text>',
        f'<text x="4" y="{TOP + HEIGHT}">0</text>',
        f'<text x="{LEFT}" y="{TOP + HEIGHT + 16}">0 s</text>',
        f'<text x="{WIDTH - 60}" y="{TOP + HEIGHT + 16}">{end:.0f} s</text>',
        f'<text x="{LEFT}" y="{TOP + HEIGHT + 40}">Messages handled by orders. Faults: kill (red),'
        " freeze (blue), memory or disk (violet), others (orange)</text>",
        "</svg>",
    ]
    return "\n".join(parts)
