"""Measure the processor time of a document, beside WeasyPrint alone, and documents per second."""

import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import NamedTuple

import weasyprint
from PIL import Image
from weasyprint.text.fonts import FontConfiguration

from services.documents.adapters.asset_fetcher import AssetFetcher
from services.documents.adapters.engine import VARIANT, Engine
from services.documents.adapters.images import shrink
from services.documents.adapters.render_pool import RenderPool
from services.documents.adapters.templates import Templates, read_languages, read_templates
from services.documents.domain.branding import Asset, Branding
from services.documents.domain.sample import sample
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.snapshot import DocumentSnapshot

LINES = 10
LOGO = (600, 150)  # pixels


class Timing(NamedTuple):
    """Milliseconds of processor time for a document: median and minimum."""

    what: str
    median: float
    least: float


def benchmark_invoice(language: str = "en") -> DocumentSnapshot:
    """Return an invoice of one page: a logo, two addresses, ten lines, a tax table, totals, a
    note.
    """
    found = sample("invoice", language)
    lines = []
    for number in range(LINES // 2):
        for line in found.lines:
            lines.append(line.model_copy(update={"sku": f"SKU-{number:03d}"}))
    return found.model_copy(
        update={"lines": lines, "discounts": [], "payments": [], "shop": _plain(found)}
    )


def timings(count: int) -> Iterator[Timing]:
    """Measure each variant in turn, `count` times, so that all run under the same load."""
    engine, bare, branding = Engine(), Bare(), Branding(assets={"logo": logo()})
    invoice, persian = benchmark_invoice(), benchmark_invoice("fa")
    html = bare.templates.fill(bare.templates.write(invoice), branding)
    runs: dict[str, Callable[[], object]] = {
        "WeasyPrint alone, same page": lambda: bare.write(html, branding),
        "the engine": lambda: engine.render(invoice, branding),
        "the engine, Persian": lambda: engine.render(persian, branding),
    }
    taken: dict[str, list[float]] = {what: [] for what in runs}
    for _ in range(count):
        for what, run in runs.items():
            start = time.process_time()
            run()
            taken[what].append((time.process_time() - start) * 1000)
    for what, found in taken.items():
        yield Timing(what, median(found), min(found))


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
