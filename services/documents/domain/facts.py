"""The facts at the top of a document, per kind and in order. Days are in the shop's time zone."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from services.documents.domain.document_text import Labelled
from services.documents.domain.language import Language
from services.documents.domain.payments import payment_terms
from shared.contracts.snapshot import DocumentSnapshot
from shared.writing.days import day_of, last_day

ORDERED = ("order_reference", "order_date")
BUYERS = ("purchase_order", "buyer_reference")
SENT = ("carrier", "tracking_number")
CORRECTED, REPLACED = "corrects", "replaces"
FACTS_OF_KIND = {
    "invoice": (
        CORRECTED,
        REPLACED,
        *ORDERED,
        *BUYERS,
        "supplied_at",
        "payment_method",
        "pay_until",
        "payment_terms",
        *SENT,
    ),
    "delivery_slip": (REPLACED, *ORDERED, *SENT),
    "credit_slip": (CORRECTED, *ORDERED, *BUYERS, "supplied_at"),
    "return_slip": ("return_until", *ORDERED),
    "order_summary": (*ORDERED, "payment_method", *SENT),
}


def facts(snapshot: DocumentSnapshot, language: Language) -> list[Labelled]:
    """Return the date of issue and the facts of the document's kind that the snapshot contains."""
    issued = Labelled(
        "date", language.texts[f"{snapshot.kind}_date"], language.write_date(issue_day(snapshot))
    )
    found = [issued]
    for key in FACTS_OF_KIND[snapshot.kind]:
        fact = _fact(key, snapshot, language)
        if fact.text:
            found.append(fact)
    return found


def issue_day(snapshot: DocumentSnapshot) -> date:
    """Return the day of issue."""
    return day_of(snapshot.issued_at, snapshot.shop.timezone)


def replaced(snapshot: DocumentSnapshot) -> list[tuple[str, date | None]]:
    """Return number and day of the documents that this one replaces."""
    return [(each.number, _day(each.issued_at, snapshot)) for each in snapshot.replaces]


def corrected(snapshot: DocumentSnapshot) -> list[tuple[str, date | None]]:
    """Return number and day of the invoices that this document corrects."""
    if snapshot.corrects and not snapshot.corrected:
        return [(snapshot.corrects, _day(snapshot.corrects_issued_at, snapshot))]
    return [(each.number, _day(each.issued_at, snapshot)) for each in snapshot.corrected]


def _day(at: datetime | None, snapshot: DocumentSnapshot) -> date | None:
    if at is None:
        return None
    return day_of(at, snapshot.shop.timezone)


def supply_day(snapshot: DocumentSnapshot) -> date | None:
    """Return the day on which the goods were shipped."""
    return _day(snapshot.supplied_at, snapshot)


def payment_day(snapshot: DocumentSnapshot) -> date | None:
    """Return the last day for paying the amount due."""
    if snapshot.pay_until is None:
        return None
    return last_day(snapshot.pay_until, snapshot.shop.timezone)


def _fact(key: str, snapshot: DocumentSnapshot, language: Language) -> Labelled:
    label = language.texts[key]
    if key == CORRECTED:
        return Labelled(key, label, "\n".join(_corrected(snapshot, language)))
    if key == REPLACED:
        numbers = [language.embed(document.number) for document in snapshot.replaces]
        return Labelled(key, label, "\n".join(numbers))
    if key in DATES:
        day = DATES[key](snapshot)
        return Labelled("date", label, language.write_date(day) if day else "")
    if key in BUYERS:
        return Labelled(key, label, language.embed(getattr(snapshot.invoice_address, key)))
    if key == "payment_terms":
        return Labelled(key, label, language.embed(payment_terms(snapshot)))
    return Labelled(key, label, language.embed(getattr(snapshot, key)))


def _corrected(snapshot: DocumentSnapshot, language: Language) -> Iterator[str]:
    """Yield each invoice and its day below it; side by side they would be too wide."""
    for number, day in corrected(snapshot):
        yield language.embed(number)
        if day:
            yield language.write_date(day)


def _return_day(snapshot: DocumentSnapshot) -> date | None:
    if snapshot.return_until is None:
        return None
    return last_day(snapshot.return_until, snapshot.shop.timezone)


DATES: dict[str, Callable[[DocumentSnapshot], date | None]] = {
    "order_date": lambda snapshot: day_of(snapshot.ordered_at, snapshot.shop.timezone),
    "return_until": _return_day,
    "supplied_at": supply_day,
    "pay_until": payment_day,
}
