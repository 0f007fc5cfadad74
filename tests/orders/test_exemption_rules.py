"""Exemptions against the map: which deliveries Directive 2006/112/EC lets be exports or
intra-community supplies, from the text of the directive (Art. 5 to 7, 138, 146) and not from code.
"""

import re
from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.placing import Placed
from shared.contracts import samples
from shared.contracts.reason import Reason
from tests.orders.editing import done, refused, try_to_correct, try_to_send_to
from tests.orders.test_exemption import UNTAXED
from tests.orders.test_set_exemption import INSIDE, VAT, try_to_exempt
from tests.orders.words import SHOP, a_placed_order, move, try_to_place
from tests.words import changed

REASON = "Not taxed: directive 2006/112/EC."
IMPOSSIBLE = ("exemption_not_possible", "exemption.category")
WRONG_NUMBER = ("wrong_vat_number", "invoice_address.vat_number")


def place(category: str, home: str, vat: str, to: str, buyer: str = VAT) -> Any:
    """An order from a shop in a country, with a VAT number, to a country and postcode."""
    country, _, postcode = to.partition(" ")
    address = SHOP.profile.address.model_copy(update={"country": home, "vat_number": vat})
    profile = SHOP.profile.model_copy(update={"address": address})
    return try_to_place(
        shop=replace(SHOP, profile=profile),
        **UNTAXED | {"exemption": {"category": category, "reason": REASON}},  # type: ignore[arg-type]
        delivery_address=changed(samples.ADDRESS, country=country, postcode=postcode),
        invoice_address=changed(samples.ADDRESS, vat_number=buyer),
    )


@pytest.mark.parametrize(
    ("category", "home", "vat", "to", "possible"),
    [
        ("export", "DE", "DE123456789", "CH 8001", True),
        ("export", "DE", "", "GB SW1A 1AA", True),
        ("export", "DE", "DE123456789", "FR 75001", False),
        ("export", "DE", "DE123456789", "DE 10115", False),
        ("export", "FR", "", "MC 98000", False),  # Monaco is France (Art. 7)
        (
            "export",
            "ES",
            "ESX1234567X",
            "ES 35001",
            True,
        ),  # the Canary Islands are outside (Art. 6)
        ("export", "ES", "ESX1234567X", "ES 28001", False),
        ("export", "IT", "", "IT 23041", True),  # Livigno
        ("export", "DE", "", "DE D-78266", True),  # Büsingen
        ("export", "FI", "", "AX 22100", True),
        ("export", "FI", "", "FI 22100", True),
        ("export", "GR", "EL094014201", "GR 630 86", True),  # Mount Athos
        ("export", "FR", "", "FR 97400", True),  # Réunion
        ("export", "CH", "", "DE 10115", True),
        ("export", "CH", "", "CH 8001", False),
        ("export", "CH", "ATU12345678", "DE 10115", False),  # sells from Austria, by its number
        ("intra_community", "DE", "DE123456789", "FR 75001", True),
        ("intra_community", "DE", "", "IE D01", True),
        ("intra_community", "DE", "DE123456789", "GB BT1 1AA", True),  # Northern Ireland
        ("intra_community", "DE", "DE123456789", "MC 98000", True),
        ("intra_community", "DE", "DE123456789", "GB SW1A 1AA", False),
        ("intra_community", "DE", "DE123456789", "CH 8001", False),
        ("intra_community", "DE", "DE123456789", "DE 10115", False),
        ("intra_community", "DE", "DE123456789", "ES 38001", False),
        ("intra_community", "DE", "PL1234567890", "DE 10115", True),  # from a stock in Poland
        ("intra_community", "DE", "PL1234567890", "PL 00-001", False),
        ("intra_community", "CH", "", "FR 75001", False),
        ("reverse_charge", "DE", "DE123456789", "DE 10115", True),  # national rules (Art. 199)
        ("reverse_charge", "DE", "DE123456789", "CH 8001", True),
        ("exempt", "DE", "DE123456789", "DE 10115", True),
    ],
)
def test_goods_go_where_the_exemption_applies(
    category: str, home: str, vat: str, to: str, possible: bool
) -> None:
    placed = place(category, home, vat, to)
    assert isinstance(placed, Placed) or refused(placed) == IMPOSSIBLE
    assert isinstance(placed, Placed) == possible
    if isinstance(placed, Reason):
        assert {home, to[:2]} & set(re.findall(r"[A-Z]{2}", placed.sentence))


@pytest.mark.parametrize(
    ("buyer", "right"),
    [
        ("FR 40 303 265 045", True),
        ("EL094014201", True),
        ("XI123456789", True),
        ("atu12345678", True),
        ("DE136695976", False),  # of the state that the goods leave (Art. 138 (1) b)
        ("303265045", False),  # no prefix (Art. 215)
        ("GB123456789", False),
        ("CHE-123.456.789", False),
    ],
)
def test_the_buyer_is_registered_in_another_member_state(buyer: str, right: bool) -> None:
    placed = place("intra_community", "DE", "DE123456789", "FR 75001", buyer)
    assert isinstance(placed, Placed) or refused(placed) == WRONG_NUMBER
    assert isinstance(placed, Placed) == right


def test_no_later_change_makes_what_could_not_be_placed() -> None:
    """Each command that could bring such an order is refused: exemption, address, invoice."""
    there = changed(samples.ADDRESS, country="FR")
    taxed = a_placed_order(delivery_address=there)
    export = {"category": "export", "reason": REASON}
    assert refused(try_to_exempt(taxed, export)) == IMPOSSIBLE
    number = {"vat_number": "DE136695976"}
    assert refused(try_to_exempt(taxed, INSIDE, **number)) == ("wrong_vat_number", "vat_number")  # type: ignore[arg-type]
    exempt = done(try_to_exempt(taxed, INSIDE, vat_number=VAT)).order
    home = changed(samples.ADDRESS, country="DE")
    assert refused(try_to_send_to(exempt, delivery_address=home, taxes_checked=True)) == (
        "exemption_not_possible",
        "delivery_address.country",
    )
    paid = move(exempt, "payment_accepted").order
    wrong = changed(samples.ADDRESS, **number)
    assert refused(try_to_correct(paid, invoice_address=wrong)) == WRONG_NUMBER
