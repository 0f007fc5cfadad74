"""Builders: snapshots that agree with themselves unless a test says otherwise, and what one reads
in a PDF.
"""

import io
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pikepdf

from services.documents.adapters.content_store import content_store
from services.documents.adapters.templates import built_in
from services.documents.domain.branding import BUILT_IN, LOGO, Asset, Branding, Thumbnail
from services.documents.domain.rendered import Rendered
from services.documents.domain.sample import KINDS
from services.documents.work import Adapters, Renderer
from shared.contracts import samples
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Money
from shared.writing.pdf_merge import merge

INVOICE_ID = UUID(samples.DOCUMENT_ID)
SLIP_ID = uuid5(INVOICE_ID, "slip")
EVENTS = {kind: f"{kind}.issued" for kind in KINDS}


def money(amount: int, currency: str = "EUR") -> Money:
    return Money(amount=amount, currency=currency)


def amounts(net: int, tax: int, currency: str = "EUR") -> dict[str, Money]:
    return {
        "net": money(net, currency),
        "tax": money(tax, currency),
        "gross": money(net + tax, currency),
    }


def a_line(
    sku: str = "MUG-BLUE",
    name: str = "Mug, blue",
    *,
    unit: int = 1000,
    quantity: int = 2,
    rate: str = "19",
    currency: str = "EUR",
) -> DocumentLine:
    percent = Decimal(rate)
    net = unit * quantity
    return DocumentLine(
        sku=sku,
        name=name,
        quantity=quantity,
        tax_rate=percent,
        unit_net=money(unit, currency),
        unit_gross=money(unit + round(unit * percent / 100), currency),
        **amounts(net, round(net * percent / 100), currency),
    )


def a_tax_row(rate: Decimal, net: int, tax: int, currency: str = "EUR") -> TaxRow:
    return TaxRow(tax_rate=rate, **amounts(net, tax, currency))


def an_invoice(
    lines: Iterable[DocumentLine] = (), *, shipping: int = 412, **changes: Any
) -> DocumentSnapshot:
    """The sample invoice with these lines, tax table and totals convert, paid; then `changes`, as
    they are.
    """
    sold = list(lines) or [a_line()]
    currency, rate = sold[0].net.currency, sold[0].tax_rate
    freight = a_tax_row(rate, shipping, round(shipping * rate / 100), currency)
    taxes = _taxes([(line.tax_rate, line) for line in sold] + [(rate, freight)], currency)
    whole = amounts(
        sum(row.net.amount for row in taxes), sum(row.tax.amount for row in taxes), currency
    )
    payment = {**samples.PAYMENT, "amount": whole["gross"]}
    summed = {
        "lines": sold,
        "shipping_tax": freight,
        "taxes": taxes,
        "payments": [payment],
        **whole,
    }
    unpaid = (
        {"pay_until": "2026-12-05T12:00:00Z"}
        if changes.get("payments", [payment]) != [payment]
        else {}
    )
    return DocumentSnapshot.model_validate({**samples.SNAPSHOT, **summed, **unpaid, **changes})


def _taxes(parts: list[tuple[Decimal, DocumentLine | TaxRow]], currency: str) -> list[TaxRow]:
    rates = dict.fromkeys(rate for rate, _ in parts)
    return [
        a_tax_row(
            rate,
            sum(part.net.amount for other, part in parts if other == rate),
            sum(part.tax.amount for other, part in parts if other == rate),
            currency,
        )
        for rate in rates
    ]


def a_delivery_slip(lines: Iterable[DocumentLine] = (), **changes: Any) -> DocumentSnapshot:
    return an_invoice(
        lines, **{"kind": "delivery_slip", "number": "DE000001", "document_id": SLIP_ID, **changes}
    )


def outside(renderer: Renderer, place: str = "") -> Adapters:
    """Return adapters with this renderer; documents are stored in the database, or in `place`."""
    return Adapters(renderer, content_store(place), built_in)


def issued(snapshot: DocumentSnapshot) -> dict[str, Any]:
    """The data of the event that issues it."""
    return {"order_id": str(snapshot.order_id), "document": snapshot.model_dump(mode="json")}


@dataclass
class RenderPool:
    """Prints the number of a document and nothing else; `fails` says why a shop's template or
    picture does not.
    """

    printed: list[str] = field(default_factory=list)
    brandings: list[Branding] = field(default_factory=list)
    fails: str = ""

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        self.printed.append(snapshot.number)
        self.brandings.append(branding)
        return Rendered(f"%PDF {snapshot.number}".encode(), "press 1", self.fails)

    def render_strictly(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered | Reason:
        if self.fails:
            return Reason("template_failed", self.fails)
        return self.render(snapshot, branding)

    def merge(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        return merge(documents)

    def shrink(self, picture: bytes, description: str, name: str = LOGO) -> Asset | Reason:
        if self.fails:
            return Reason("no_picture", self.fails)
        return Asset(picture, "image/png", description, Thumbnail(picture, 1, 1))


def read(pdf: bytes, *options: str) -> str:
    """What stands in a PDF, as poppler reads it, laid out as on the page."""
    command = ["pdftotext", "-layout", *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def pages(pdf: bytes) -> list[str]:
    """The text of each page."""
    return read(pdf).split("\f")[:-1]


def squeezed(text: str) -> str:
    """Every run of white space as one space."""
    return " ".join(text.split())


def tags(pdf: bytes) -> set[str]:
    """The kinds of elements that a tagged PDF has."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {
            str(item.S)
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and "/S" in item
        }
