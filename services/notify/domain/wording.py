"""The content of a mail as plain values in the customer's language; the layouts only place them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notify.domain.designs import design_of
from services.notify.domain.facts import Facts, Quote
from services.notify.domain.language import Language, Wording
from services.notify.domain.pictures import DENSITY, LOGO, Picture, source
from services.notify.domain.text import clean_lines, paragraphs
from services.notify.domain.values import address_block, address_line, values_of
from shared.contracts.message import Value
from shared.contracts.orders import OrderLineView
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import DocumentReference, Money
from shared.writing.days import day_of
from shared.writing.text import clean, isolate

Fill = Callable[[str, Mapping[str, str]], str]
"""A function that fills values into a template of a language file."""

Row = tuple[str, str]
"""A label and its value."""

COLOUR = "#2C3E50"


class MailBody(Value):
    """The subject and text of a mail in one language, as plain text and as HTML."""

    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class View:
    """The values that the layouts place. Untrusted values are isolated; nothing is escaped yet."""

    language: str
    direction: str
    colon: str
    colour: str
    shop: str
    subject: str
    greeting: str
    paragraphs: list[str]
    items: list[Row]
    sums: list[Row]
    details: list[Row]
    quotes: list[Row]
    links: list[Row]
    pages: list[Row]
    addresses: list[Row]
    included: list[Row]
    items_label: str
    attached: str
    answer: str
    closing: str
    footer: list[str]
    personal: bool
    logo: str = ""
    logo_alt: str = ""
    logo_width: int = 0
    logo_height: int = 0


def view(
    facts: Facts,
    documents: Sequence[DocumentReference],
    language: Language,
    wording: Wording,
    fill: Fill,
    logo: Picture | None = None,
) -> View:
    """Return the content of a mail that attaches `documents`."""
    design = design_of(facts.template)
    numbers = [_document(document, language) for document in documents]
    named = language.comma.join(numbers)
    values = values_of(facts, language) | {"document": named}

    def framed(part: str) -> str:
        if not design.framed:
            return ""
        return fill(language.frame[part], {**values, "documents": named})

    body = []
    for template in wording.body:
        body.extend(paragraphs(fill(template, values)))
    details = []
    for key in design.details:
        if values[key]:
            details.append((language.labels[key], values[key]))
    sums: list[Row] = []
    addresses: list[Row] = []
    included: list[Row] = []
    if design.items:
        sums = _sums(facts, language)
        addresses = _addresses(facts, language)
        included = _included(facts, language)
    return View(
        language=language.tag,
        direction=language.direction,
        colon=language.colon,
        colour=_colour(facts),
        shop=values["shop"],
        subject=clean(fill(wording.subject, values)),
        greeting=framed("greeting") if facts.name else "",
        paragraphs=body,
        items=_items(facts, language, design.items),
        sums=sums,
        details=details,
        quotes=[_quote(quote, facts.shop.timezone, language) for quote in facts.quotes],
        links=_links(facts, language),
        pages=_pages(facts, language) if design.framed else [],
        addresses=addresses,
        included=included,
        items_label=language.labels["pieces" if facts.pieces else "items"],
        attached=framed("attached") if named else "",
        answer=framed("answer"),
        closing=framed("closing"),
        footer=_footer(facts.shop, language),
        personal=design.personal,
        **_logo(logo),
    )


def _logo(logo: Picture | None) -> dict[str, Any]:
    if logo is None:
        return {}
    return {
        "logo": source(LOGO),
        "logo_alt": clean(logo.description),
        "logo_width": max(logo.width // DENSITY, 1),
        "logo_height": max(logo.height // DENSITY, 1),
    }


def _items(facts: Facts, language: Language, priced: bool) -> list[Row]:
    if priced:
        return [_item(line, language) for line in facts.lines]
    return [(_counted(piece.quantity, piece.name, language), "") for piece in facts.pieces]


def _item(line: OrderLineView, language: Language) -> Row:
    named = f"{_counted(line.quantity, line.name, language)} ({isolate(clean(line.sku))})"
    return named, isolate(language.write_money(line.total))


def _counted(quantity: int, name: str, language: Language) -> str:
    return f"{language.write_number(str(quantity))} × {isolate(clean(name))}"


def _sums(facts: Facts, language: Language) -> list[Row]:
    """Return the total, preceded by the amounts added to the lines or deducted from them."""
    order = facts.order
    if order is None:
        return []
    sums: list[tuple[str, int]] = []
    if order.shipping:
        sums.append((language.labels["shipping"], order.shipping.amount))
    for discount in order.discounts:
        sums.append((isolate(clean(discount.name)), -discount.off.amount))
    rest = order.total.amount
    for line in facts.lines:
        rest -= line.total.amount
    for _, amount in sums:
        rest -= amount
    label_of_rest = "tax"
    if order.shipping is None:
        label_of_rest = "rest"
    sums.append((language.labels[label_of_rest], rest))
    if not facts.lines:
        sums = []
    rows = []
    for label, amount in sums:
        if amount:
            rows.append(_sum_row(label, amount, order.total.currency, language))
    total = language.labels["total"]
    return [*rows, _sum_row(total, order.total.amount, order.total.currency, language)]


def _sum_row(label: str, amount: int, currency: str, language: Language) -> Row:
    return label, isolate(language.write_money(Money(amount=amount, currency=currency)))


def _included(facts: Facts, language: Language) -> list[Row]:
    """Return the tax included in the total, unless the sums already show it."""
    order = facts.order
    if order is None or order.tax is None or order.prices == "tax_excluded" or not order.tax.amount:
        return []
    return [(language.labels["tax_included"], isolate(language.write_money(order.tax)))]


def _addresses(facts: Facts, language: Language) -> list[Row]:
    """Return the delivery and invoice addresses; once if they are the same."""
    given = {"delivery_address": facts.delivery_address, "invoice_address": facts.invoice_address}
    written = {}
    for key, address in given.items():
        if address:
            written[key] = "\n".join(address_block(address, language))
    if len(written) == 2 and len(set(written.values())) == 1:
        return [(language.labels["addresses"], written["delivery_address"])]
    return [(language.labels[key], lines) for key, lines in written.items()]


def _links(facts: Facts, language: Language) -> list[Row]:
    """Return the downloads and the link to track the parcel."""
    links = [(clean(link.name), link.url) for link in facts.links]
    if design_of(facts.template).tracking and facts.order and facts.order.tracking_url:
        links.append((language.labels["follow"], facts.order.tracking_url))
    return links


def _pages(facts: Facts, language: Language) -> list[Row]:
    """Return the link to the order's page in the shop."""
    if facts.order is None or not facts.order.order_url:
        return []
    return [(language.labels["order_page"], facts.order.order_url)]


def _quote(quote: Quote, zone: str, language: Language) -> Row:
    day = language.write_date(day_of(quote.at, zone))
    return f"{isolate(clean(quote.author))}{language.comma}{isolate(day)}", clean_lines(quote.text)


def _document(document: DocumentReference, language: Language) -> str:
    return (
        f"{language.documents.get(document.kind, document.kind)} {isolate(clean(document.number))}"
    )


def _footer(shop: ShopProfile, language: Language) -> list[str]:
    parts = (
        shop.address.legal_name,
        address_line(shop.address, language),
        shop.website,
        shop.registration,
    )
    return list(map(isolate, filter(None, map(clean, parts))))


def _colour(facts: Facts) -> str:
    """Return the state's colour. Anything but a hexadecimal colour could carry other styles into
    the HTML.
    """
    if facts.state is None or facts.template == "order_conf":
        return COLOUR
    if re.fullmatch(r"#[0-9A-Fa-f]{6}", facts.state.colour):
        return facts.state.colour
    return COLOUR
