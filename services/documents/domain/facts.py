"""The facts in the head of a document: which ones its kind has, in which order."""

from collections.abc import Callable
from datetime import datetime

from services.documents.domain.language import Language
from services.documents.domain.paper import Labelled
from shared.contracts.snapshot import DocumentSnapshot

ORDERED = ("order_reference", "order_date")
SENT = ("carrier", "tracking_number")
CORRECTED = ("corrects", "corrects_date")
OF_KIND = {
    "invoice": (*CORRECTED, *ORDERED, "payment_method", *SENT),
    "delivery_slip": (*ORDERED, *SENT),
    "credit_slip": (*CORRECTED, *ORDERED),
    "return_slip": ("return_until", *ORDERED),
    "order_summary": (*ORDERED, "payment_method", *SENT),
}


def facts(snapshot: DocumentSnapshot, language: Language) -> list[Labelled]:
    """The date of issue and what else the kind has, as far as the snapshot knows it."""
    issued = Labelled("date", language.texts[f"{snapshot.kind}_date"], language.write_date(snapshot.issued_at))
    found = [_fact(key, snapshot, language) for key in OF_KIND[snapshot.kind]]
    return [issued, *(fact for fact in found if fact.text)]


def _fact(key: str, snapshot: DocumentSnapshot, language: Language) -> Labelled:
    label = language.texts[key]
    if key in DATES:
        day = DATES[key](snapshot)
        return Labelled("date", label, language.write_date(day) if day else "")
    return Labelled(key, label, language.own(getattr(snapshot, key)))


DATES: dict[str, Callable[[DocumentSnapshot], datetime | None]] = {
    "order_date": lambda snapshot: snapshot.ordered_at,
    "corrects_date": lambda snapshot: snapshot.corrects_issued_at,
    "return_until": lambda snapshot: snapshot.return_until,
}
