"""What a mail says, as plain values in the customer's language; the layouts only place them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.notify.domain.language import Language
from services.notify.domain.text import clean_lines, direction, paragraphs
from shared.contracts.message import Value
from shared.contracts.orders import DocumentReference, OrderLineView, OrderSummary, StateView
from shared.contracts.values import Address, Money, ShopProfile
from shared.writing.text import clean, isolate

Say = Callable[[str, Mapping[str, str]], str]
"""Fills values into a template of a language's file."""

Row = tuple[str, str]
"""A label and its value."""

COLOUR = "#2C3E50"


class Facts(Value):
    """All that a mail is written from. `order` is None and `text` is filled where a person writes."""

    template: str
    language: str
    shop: ShopProfile
    name: str
    order: OrderSummary | None = None
    state: StateView | None = None
    lines: list[OrderLineView] = []
    subject: str = ""
    text: str = ""


class Content(Value):
    """A written mail."""

    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Design:
    """What a mail shows beside its words. `personal`: a person writes, so nothing is put around it."""

    details: tuple[str, ...] = ("reference",)
    items: bool = False
    personal: bool = False


DESIGNS = {
    "order_conf": Design(("reference", "payment_method", "carrier"), items=True),
    "cheque": Design(("reference", "due")),
    "bankwire": Design(("reference", "due")),
    "cashondelivery": Design(("reference", "carrier", "due")),
    "payment": Design(("reference", "payment_method", "paid")),
    "preparation": Design(("reference", "carrier")),
    "shipped": Design(("reference", "carrier", "tracking_number")),
    "reply_msg": Design((), personal=True),
}


@dataclass(frozen=True)
class View:
    """What the layouts place. Values of strangers stand in isolates; nothing is escaped yet."""

    language: str
    direction: str
    colour: str
    shop: str
    subject: str
    greeting: str
    paragraphs: list[str]
    items: list[Row]
    sums: list[Row]
    details: list[Row]
    items_label: str
    attached: str
    answer: str
    closing: str
    footer: list[str]
    personal: bool


def view(facts: Facts, documents: Sequence[DocumentReference], language: Language, say: Say) -> View:
    """The whole of a mail that takes `documents` along."""
    design, wording = DESIGNS.get(facts.template, Design()), language.wording(facts.template)
    values = values_of(facts, language)

    def framed(part: str, **more: str) -> str:
        return "" if design.personal else say(language.frame[part], {**values, **more})

    attached = [_document(document, language) for document in documents]
    return View(
        language=language.tag,
        direction=language.direction,
        colour=_colour(facts),
        shop=values["shop"],
        subject=clean(say(wording.subject, values)),
        greeting=framed("greeting"),
        paragraphs=[part for template in wording.body for part in paragraphs(say(template, values))],
        items=[_item(line, language) for line in facts.lines] if design.items else [],
        sums=_sums(facts, language) if design.items else [],
        details=[(language.labels[key], values[key]) for key in design.details if values[key]],
        items_label=language.labels["items"],
        attached=framed("attached", documents=language.comma.join(attached)) if attached else "",
        answer=framed("answer"),
        closing=framed("closing"),
        footer=_footer(facts.shop, language),
        personal=design.personal,
    )


def values_of(facts: Facts, language: Language) -> dict[str, str]:
    """What the templates of a language's file may name; empty where there is nothing."""
    own = {
        "name": facts.name,
        "shop": facts.shop.name,
        "payee": facts.shop.address.name,
        "address": address_line(facts.shop.address, language),
        "subject": facts.subject,
        "state": facts.state.label if facts.state else "",
        **(_order_values(facts.order, language) if facts.order else dict.fromkeys(ORDER_VALUES, "")),
    }
    return {key: isolate(clean(value)) for key, value in own.items()} | {"text": clean_lines(facts.text)}


ORDER_VALUES = ("reference", "payment_method", "carrier", "tracking_number", "total", "paid", "due")


def _order_values(order: OrderSummary, language: Language) -> dict[str, str]:
    due = Money(amount=max(order.total.amount - order.paid.amount, 0), currency=order.total.currency)
    return {
        "reference": order.reference,
        "payment_method": order.payment_method,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "total": language.write_money(order.total),
        "paid": language.write_money(order.paid),
        "due": language.write_money(due),
    }


def address_line(address: Address, language: Language) -> str:
    """An address in one line, without the name."""
    parts = (
        address.line1, address.line2, f"{address.postcode} {address.city}", address.region, address.country,
    )
    comma = language.comma if direction("".join(parts)) == language.direction else ", "
    return comma.join(part.strip() for part in parts if part.strip())


def _item(line: OrderLineView, language: Language) -> Row:
    quantity = language.write_number(str(line.quantity))
    return f"{quantity} × {isolate(clean(line.name))}", isolate(language.write_money(line.total))


def _sums(facts: Facts, language: Language) -> list[Row]:
    """The total, and before it what the lines do not explain: the event does not name its parts."""
    if facts.order is None:
        return []
    total = facts.order.total
    rest = total.amount - sum(line.total.amount for line in facts.lines)
    rows = [("rest", Money(amount=rest, currency=total.currency))] if rest else []
    return [(language.labels[key], isolate(language.write_money(sum_))) for key, sum_ in [*rows, ("total", total)]]


def _document(document: DocumentReference, language: Language) -> str:
    return f"{language.documents.get(document.kind, document.kind)} {isolate(clean(document.number))}"


def _footer(shop: ShopProfile, language: Language) -> list[str]:
    parts = (shop.address.name, address_line(shop.address, language), shop.website, shop.registration)
    return [isolate(clean(part)) for part in parts if part.strip()]


def _colour(facts: Facts) -> str:
    """The state's colour; what is none could carry other styles into the HTML."""
    colour = facts.state.colour if facts.state and facts.template != "order_conf" else COLOUR
    return colour if re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) else COLOUR
