"""Define the counters that a service reports, for `service.health` and for Prometheus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A counter. `values` is keyed by the value of `label`; without a label, the only key is "".
    `meaning` is one sentence.
    """

    name: str
    meaning: str
    values: Mapping[str, float]
    label: str = ""


def by_name(figures: Iterable[Figure]) -> dict[str, float]:
    """Return every value under its Prometheus name: `mails{state="failed"}`."""
    found: dict[str, float] = {}
    for figure in figures:
        for value, number in figure.values.items():
            label = f'{{{figure.label}="{value}"}}' if figure.label else ""
            found[f"{figure.name}{label}"] = number
    return found
