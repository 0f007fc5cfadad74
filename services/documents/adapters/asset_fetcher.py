"""The only resources that a page can fetch: the pictures of its own shop, and its own QR code."""

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import segno
from weasyprint.urls import URLFetcher, URLFetcherResponse

from services.documents.domain.branding import Asset
from services.documents.domain.document_text import BankText

SCHEME = "asset:"
PAY_CODE = "pay-code"
QUIET_ZONE = 4  # white modules around a code, as the standard requires
# 7 mm of 46 mm, white, black, white, as in the guidelines of the Swiss QR-bill
SWISS_CROSS = (
    '<g transform="translate({at} {at}) scale({scale})"><path fill="#fff" d="M0 0h20v20H0z"/><path'
    ' d="M1 1h18v18H1z"/><path fill="#fff" d="M8.3'
    ' 4h3.4v4.3H16v3.4h-4.3V16H8.3v-4.3H4V8.3h4.3z"/></g></svg>'
)


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Passed to WeasyPrint everywhere, so that no untrusted template, style or text fetches
    anything else.
    """

    assets: Mapping[str, Asset] = MappingProxyType({})
    """Pictures of the current document. All documents share one fetcher: creating one takes as long
    as half a page.
    """

    def fetch(self, url: str, headers: Any = None) -> Any:
        asset = self.assets.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
        if asset is None:
            raise ValueError(f"documents can fetch only assets of their shop, not {url[:200]}")
        return URLFetcherResponse(url, asset.content, {"Content-Type": asset.media_type})


def pay_code(bank: BankText) -> Asset:
    """Return the QR code (error correction M) that a bank's app reads."""
    code = segno.make_qr(bank.code, error="m", encoding="utf-8", boost_error=False)
    out = io.BytesIO()
    code.save(
        out, kind="svg", border=QUIET_ZONE, xmldecl=False, svgns=True, nl=False, unit="mm", scale=1
    )
    svg = out.getvalue().decode()
    if bank.swiss:
        modules = code.symbol_size(border=0)[0]
        cross = modules * 7 / 46
        at = QUIET_ZONE + (modules - cross) / 2
        svg = svg.removesuffix("</svg>") + SWISS_CROSS.format(at=at, scale=cross / 20)
    return Asset(svg.encode(), "image/svg+xml")
