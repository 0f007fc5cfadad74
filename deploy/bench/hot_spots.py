"""Measure where the processor time of a document goes, by stages and by functions.

A timer interrupts the process while it renders, and each interruption counts for the function that
runs. Measuring each call instead would take longer than most of the calls.
"""

import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from deploy.bench.documents import mixed_invoices, ours

INTERVAL = 0.001  # seconds of processor time; many kernels interrupt every 4 ms at most
PACKAGES = (
    "weasyprint",
    "pydyf",
    "services",
    "shared",
    "segno",
    "jinja2",
    "cssselect2",
    "tinycss2",
)
STAGES = {
    "services.documents.adapters.templates:Templates.write": "text in the language",
    "services.documents.adapters.templates:Templates.fill": "HTML by the template",
    "services.documents.adapters.engine:einvoice_of": "e-invoice",
    "services.documents.adapters.asset_fetcher:pay_code": "pay code",
    "services.documents.adapters.engine:Engine._read": "parsing the HTML",
    "weasyprint.css:get_all_computed_styles": "matching style rules",
    "weasyprint.formatting_structure.build:build_formatting_structure": "boxes and their styles",
    "weasyprint.layout:layout_document": "layout",
    "weasyprint.document:Page.paint": "drawing",
    "weasyprint.pdf.fonts:build_fonts_dictionary": "subsets of fonts",
    "weasyprint.pdf.tags:add_tags": "tags",
    "pydyf:PDF.write": "serializing and compressing",
    "services.documents.adapters.weasyprint_patches:write": "serializing and compressing",
}
"""Functions that begin a stage, by the name of the stage. Everything else is the stage `REST`."""
REST = "the rest"


class HotSpot(NamedTuple):
    """A function with its shares of all samples: without, and with the functions it calls."""

    function: str
    own: float
    total: float


class Sampler:
    """Counts samples of the functions that run while it is on."""

    def __init__(self) -> None:
        self.samples, self._milliseconds, self._documents = 0, 0.0, 0
        self._stages, self._own, self._total = Counter[str](), Counter[str](), Counter[str]()

    @contextmanager
    def document(self) -> Iterator[None]:
        """Take samples of the main thread, which renders one document, while the timer runs."""
        before = signal.signal(signal.SIGPROF, self._take)
        start = time.process_time()
        try:
            yield
        finally:
            signal.signal(signal.SIGPROF, before)
            self._milliseconds += (time.process_time() - start) * 1000
            self._documents += 1

    @property
    def milliseconds(self) -> float:
        """Return the processor time of a document."""
        return self._milliseconds / self._documents

    def stage(self, name: str) -> float:
        """Return the milliseconds of a stage of a document."""
        return self.milliseconds * self._stages[name] / self.samples

    def add(self, other: "Sampler") -> None:
        """Count the samples of another one, too."""
        self.samples += other.samples
        self._own += other._own
        self._total += other._total

    def hot_spots(self, count: int) -> list[HotSpot]:
        """Return the functions with most samples of their own."""
        found = []
        for function, own in self._own.most_common(count):
            shares = own / self.samples, self._total[function] / self.samples
            found.append(HotSpot(function, *shares))
        return found

    def _take(self, _signal: int, frame: FrameType | None) -> None:
        names = list(_names(frame))
        self.samples += 1
        # a function of the standard library counts for its caller
        self._own[next(filter(_is_counted, names), "")] += 1
        self._total.update(set(names))
        self._stages[_stage(names)] += 1


def profile(count: int) -> dict[str, Sampler]:
    """Render mixed invoices in turn, each `count` times; return the samples of each."""
    render, pages = ours(), mixed_invoices()
    for page in pages.values():
        render(page)
    taken = {name: Sampler() for name in pages}
    with timer():
        for _ in range(count):
            for name, page in pages.items():
                with taken[name].document():
                    render(page)
    return taken


@contextmanager
def timer() -> Iterator[None]:
    """Interrupt this process regularly. A timer that started with each document would miss its
    first stages, since the kernel adds a tick of its clock to the first interval.
    """
    before = signal.signal(signal.SIGPROF, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def together(samplers: Iterable[Sampler]) -> Sampler:
    """Return the samples of all."""
    found = Sampler()
    for sampler in samplers:
        found.add(sampler)
    return found


def _names(frame: FrameType | None) -> Iterator[str]:
    """Return the names of a function and of its callers, from the inside out."""
    while frame is not None:
        yield f"{frame.f_globals.get('__name__')}:{frame.f_code.co_qualname}"
        frame = frame.f_back


def _is_counted(name: str) -> bool:
    return name.partition(":")[0].partition(".")[0] in PACKAGES


def _stage(names: list[str]) -> str:
    for name in reversed(names):
        if name in STAGES:
            return STAGES[name]
    return REST
