"""The legal text at the end of a document."""

from services.documents.domain.language import Language
from services.documents.domain.snapshot_checks import WITHOUT_PRICES
from shared.contracts.snapshot import DocumentSnapshot


def legal_text(snapshot: DocumentSnapshot, language: Language) -> str:
    """Return the reason for an exemption from tax, if prices are printed, after the words that the
    law requires (Directive 2006/112/EC, Art. 226 no. 11a); then the shop's legal text.
    """
    found = (
        _exemption(snapshot, language),
        _exchange_rate(snapshot, language),
        snapshot.shop.legal_text,
    )
    return "\n".join(filter(None, found))


def _exemption(snapshot: DocumentSnapshot, language: Language) -> str:
    exemption = snapshot.exemption
    if exemption is None or snapshot.kind in WITHOUT_PRICES:
        return ""
    words = language.texts[exemption.category]
    if words.casefold() in exemption.reason.casefold():
        return exemption.reason
    return language.labelled(exemption.category, exemption.reason)


def _exchange_rate(snapshot: DocumentSnapshot, language: Language) -> str:
    """Return the exchange rate at which the tax was converted."""
    rate = snapshot.exchange_rate
    if rate is None:
        return ""
    there, here = (
        language.name_currency(snapshot.gross.currency),
        language.name_currency(rate.currency),
    )
    one, worth = language.write_number("1"), language.write_number(f"{rate.rate:f}")
    said = f"{one} {there} = {worth} {language.embed(here)}"
    if rate.source:
        said = f"{said} ({language.embed(rate.source)})"
    return language.labelled("exchange_rate", said)
