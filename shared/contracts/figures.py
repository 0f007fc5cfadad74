"""What a service counts in its database, for `service.health` and for Prometheus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`values` by the value of `label`; without a label there is one value, under "". `meaning` is
    one sentence.
    """

    name: str
    meaning: str
    values: Mapping[str, float]
    label: str = ""


def flat(figures: Iterable[Figure]) -> dict[str, float]:
    """Every value by its name, as Prometheus writes it: `mails{state="failed"}`."""
    return {
        f'{figure.name}{{{figure.label}="{value}"}}' if figure.label else figure.name: number
        for figure in figures
        for value, number in figure.values.items()
    }
