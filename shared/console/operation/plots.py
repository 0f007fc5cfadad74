"""Draw small plots as paths of SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120, 28
MARGIN = 2


@dataclass(frozen=True)
class Plot:
    """The points of lines in one scale, as the attribute `points` of `<polyline>`."""

    lines: list[str]
    top: float
    width: int = WIDTH
    height: int = HEIGHT


def plot(*rows: Sequence[float], samples: int, width: int = WIDTH, height: int = HEIGHT) -> Plot:
    """Return the lines of rows that end now; `samples` is the number of values of a full row."""
    top = max((max(row, default=0) for row in rows), default=0)
    lines: list[str] = []
    for row in rows:
        lines.append(_points(row, top or 1, max(samples, 2), width, height))
    return Plot(lines, top, width, height)


def _points(row: Sequence[float], top: float, samples: int, width: int, height: int) -> str:
    step = (width - 2 * MARGIN) / (samples - 1)
    reach = height - 2 * MARGIN
    points: list[str] = []
    for position, value in enumerate(row[-samples:]):
        across = width - MARGIN - (min(len(row), samples) - 1 - position) * step
        down = height - MARGIN - value / top * reach
        points.append(f"{across:.1f},{down:.1f}")
    return " ".join(points)
