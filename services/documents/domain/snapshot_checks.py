"""Why a document must not be printed. Numbers are never invented: sums that differ are reported,
not corrected.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentDiscount, DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Money
from shared.writing.currencies import written

Amounts = DocumentSnapshot | DocumentDiscount | DocumentLine | TaxRow
PARTS = ("net", "tax", "gross")
WITHOUT_PRICES = ("delivery_slip", "return_slip")


@dataclass(frozen=True)
class Violation:
    """A rule of a specification that a document breaks, by its number; `reason` says what to fill
    in.
    """

    rule: str
    reason: str


def objection(snapshot: DocumentSnapshot, kind: str, holder: UUID | None = None) -> Reason | None:
    """Return why `snapshot` must not be printed as a document of `kind`, or None. `holder` is the
    document that has its number already.
    """
    if snapshot.kind != kind:
        return Reason(
            "kind_differs",
            f"The message issues a document of kind {kind}, its snapshot {snapshot.kind}.",
        )
    if holder not in (None, snapshot.document_id):
        return Reason(
            "number_taken",
            f"The number {snapshot.number} belongs to the document {holder} already.",
        )
    shipping = snapshot.shipping_tax
    if not snapshot.lines and not (shipping.net.amount or shipping.tax.amount):
        return Reason(
            "nothing_on_it", f"The document {snapshot.number} has neither lines nor shipping."
        )
    if kind in WITHOUT_PRICES:
        return None
    return _disagreement(snapshot)


def _disagreement(snapshot: DocumentSnapshot) -> Reason | None:
    currencies = sorted({money.currency for money in printed(snapshot)})
    if len(currencies) > 1:
        return Reason(
            "currencies_differ",
            f"The amounts are in different currencies: {', '.join(currencies)}.",
        )
    for entry in _sums(snapshot):
        if entry.added != entry.said:
            return Reason("sums_differ", entry.sentence(currencies[0]))
    return None


def printed(snapshot: DocumentSnapshot) -> Iterator[Money]:
    """Yield the amounts of a document, all in one currency."""
    for _name, row in _rows(snapshot):
        yield from (row.net, row.tax, row.gross)
    for line in snapshot.lines:
        yield from (line.unit_net, line.unit_gross)
    if snapshot.due is not None:
        yield snapshot.due
    yield from filter(None, (snapshot.store_credit, snapshot.paid_back))


def _rows(snapshot: DocumentSnapshot) -> Iterator[tuple[str, Amounts]]:
    for number, line in enumerate(snapshot.lines, start=1):
        yield f"line {number}", line
    yield "the shipping", snapshot.shipping_tax
    for row in snapshot.taxes:
        yield f"the tax table at {_rate(row):f}%", row
    for discount in snapshot.discounts:
        yield f"the discount '{discount.name}'", discount
    yield "the document", snapshot


@dataclass(frozen=True)
class _Sum:
    """A sum of some parts, and the amount `said` in another place; in minor units."""

    parts: str
    added: int
    place: str
    said: int

    def sentence(self, currency: str) -> str:
        added, said = written(self.added, currency), written(self.said, currency)
        return f"{self.parts} add up to {added} but {self.place} says {said}."


def _sums(snapshot: DocumentSnapshot) -> Iterator[_Sum]:
    """Yield every sum that a reader of the document could check."""
    for name, row in _rows(snapshot):
        yield _Sum(
            f"Net and tax of {name}", row.net.amount + row.tax.amount, "its gross", row.gross.amount
        )
    for part in PARTS:
        sold = _by_rate([*snapshot.lines, snapshot.shipping_tax], part)
        taxed = _by_rate(snapshot.taxes, part)
        for rate in sorted(sold | taxed):
            parts, place = f"Lines and shipping at {rate:f}% ({part})", "the tax table"
            yield _Sum(parts, sold[rate], place, taxed[rate])
        said = getattr(snapshot, part).amount
        yield _Sum(f"The rows of the tax table ({part})", sum(taxed.values()), "the document", said)


def _by_rate(rows: Iterable[DocumentLine | TaxRow], part: str) -> Counter[Decimal]:
    sums: Counter[Decimal] = Counter()
    for row in rows:
        sums[_rate(row)] += getattr(row, part).amount
    return sums


def _rate(row: DocumentLine | TaxRow) -> Decimal:
    return row.tax_rate.normalize()
