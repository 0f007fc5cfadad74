"""Measure the processor time of a document, beside WeasyPrint alone, and documents per second."""

import gc
import io
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import median
from typing import Any, NamedTuple

import weasyprint
from PIL import Image
from weasyprint.text.fonts import FontConfiguration

from services.documents.adapters.asset_fetcher import AssetFetcher
from services.documents.adapters.engine import VARIANT
from services.documents.adapters.font_checks import use_own_fonts
from services.documents.adapters.images import shrink
from services.documents.adapters.render_pool import RenderPool
from services.documents.adapters.render_process import engine
from services.documents.adapters.templates import Templates, read_languages, read_templates
from services.documents.domain.branding import Asset, Branding
from services.documents.domain.sample import sample
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot

LINES = 10
LOGO = (600, 150)  # pixels
SIZES, LANGUAGES = (1, 10, 60), ("en", "fa", "de")
WARM = 2  # renderings of each page before it is measured
Render = Callable[[DocumentSnapshot], object]


class Timing(NamedTuple):
    """Milliseconds of processor time for a document: median and minimum, and the ratio of the
    medians to WeasyPrint alone.
    """

    what: str
    median: float
    least: float
    of_alone: float


def benchmark_invoice(language: str = "en") -> DocumentSnapshot:
    """Return an invoice of one page: a logo, two addresses, ten lines, a tax table, totals, a
    note.
    """
    found = invoice_of(LINES, language)
    return found.model_copy(update={"shop": _plain(found)})


def invoice_of(count: int, language: str) -> DocumentSnapshot:
    """Return an invoice with a number of lines and, where the sample has one, a pay code."""
    found, lines = sample("invoice", language), list[DocumentLine]()
    while len(lines) < count:
        line = found.lines[len(lines) % len(found.lines)]
        lines.append(line.model_copy(update={"sku": f"SKU-{len(lines):03d}"}))
    return found.model_copy(update={"lines": lines, "discounts": [], "payments": []})


def mixed_invoices() -> dict[str, DocumentSnapshot]:
    """Return invoices of 1, 10 and 60 lines in three languages, by a short name."""
    found = {}
    for size in SIZES:
        for language in LANGUAGES:
            found[f"{size} {language}"] = invoice_of(size, language)
    return found


def timings(count: int) -> Iterator[Timing]:
    """Measure each page `count` times, in turn by WeasyPrint alone and by the engine, so that both
    run under the same load. Each has a process of its own, since the engine changes WeasyPrint.
    """
    pages = {"": benchmark_invoice(), ", Persian": benchmark_invoice("fa")}
    mixed = list(mixed_invoices().values())
    with _child(alone) as bare, _child(ours) as own:
        for name, page in pages.items():
            yield from _compared(name, [page], count, bare, own)
        yield from _compared(f", {len(mixed)} different", mixed, count // 4 or 1, bare, own)


def _compared(
    name: str, pages: list[DocumentSnapshot], count: int, bare: Connection, own: Connection
) -> Iterator[Timing]:
    """Measure pages with both; a figure is the mean of a document."""
    taken: dict[str, list[float]] = {"WeasyPrint alone, same page": [], "the engine": []}
    for number in range(WARM + count):
        for times, child in zip(taken.values(), (bare, own), strict=True):
            child.send(pages)
            milliseconds = child.recv()
            if number >= WARM:
                times.append(milliseconds)
    reference = median(next(iter(taken.values())))
    for what, times in taken.items():
        yield Timing(f"{what}{name}", median(times), min(times), median(times) / reference)


def alone() -> Render:
    """Return a function that renders the page of an invoice by WeasyPrint alone."""
    bare, branding, known = Bare(), Branding(assets={"logo": logo()}), dict[str, str]()

    def render(invoice: DocumentSnapshot) -> bytes:
        key = invoice.model_dump_json()
        if key not in known:
            known[key] = bare.templates.fill(bare.templates.write(invoice), branding)
        return bare.write(known[key], branding)

    return render


def ours() -> Render:
    """Return a function that renders an invoice as a child process of `documents` does."""
    branding = Branding(assets={"logo": logo()})
    return lambda invoice: engine().render(invoice, branding)


@contextmanager
def _child(make: Callable[[], Render]) -> Iterator[Connection]:
    """Provide the pipe to a process that answers pages with milliseconds of processor time."""
    context = multiprocessing.get_context("spawn")
    connection, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, make), daemon=True)
    process.start()
    theirs.close()
    try:
        yield connection
    finally:
        connection.close()
        process.join()


def _serve(connection: Any, make: Callable[[], Render]) -> None:
    render = make()
    gc.collect()
    gc.freeze()
    while True:
        try:
            pages = connection.recv()
        except EOFError:
            return
        start = time.process_time()
        for page in pages:
            render(page)
        connection.send((time.process_time() - start) * 1000 / len(pages))


def throughput(threads: int, count: int) -> float:
    """Return the documents per second of a number of child processes."""
    press, invoice, branding = RenderPool(), benchmark_invoice(), Branding(assets={"logo": logo()})
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: press.render(invoice, branding), range(threads)))
        start = time.perf_counter()
        list(pool.map(lambda _: press.render(invoice, branding), range(count)))
        seconds = time.perf_counter() - start
    press.close()
    return count / seconds


class Bare:
    """WeasyPrint as its manual tunes it: style sheets parsed once, fonts shared, nothing fetched
    but the logo.
    """

    def __init__(self) -> None:
        use_own_fonts()
        files = read_templates()
        self.templates = Templates(files, read_languages())
        self._fonts, self._fetcher = FontConfiguration(), AssetFetcher()
        self._style = weasyprint.CSS(string=files["document.css"], url_fetcher=self._fetcher)

    def write(self, html: str, branding: Branding) -> bytes:
        """Return the PDF of a page."""
        self._fetcher.assets = branding.assets
        page = weasyprint.HTML(string=html, base_url="about:blank", url_fetcher=self._fetcher)
        pdf: bytes = page.write_pdf(
            font_config=self._fonts, stylesheets=[self._style], pdf_variant=VARIANT
        )
        return pdf


def logo() -> Asset:
    """Return a picture as `asset.put` stores it."""
    out = io.BytesIO()
    Image.new("RGB", LOGO, "#2255aa").save(out, "PNG")
    return shrink(out.getvalue(), "Corner Shop")


def _plain(snapshot: DocumentSnapshot) -> ShopProfile:
    return snapshot.shop.model_copy(update={"bank": None})
