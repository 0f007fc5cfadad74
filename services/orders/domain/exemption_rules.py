"""What an exemption needs in law: the buyer's VAT number, and goods that go where it applies.

Only what the directive leaves no doubt about is refused. A shop may deliver from a country other
than that of its address; the VAT number that it states says which one.
"""

from typing import Protocol

from services.orders.domain.vat_territory import (
    MEMBERS,
    TREATED_AS,
    member_state,
    number_state,
    seller_state,
)
from shared.contracts.reason import Reason
from shared.contracts.snapshot import Exemption
from shared.contracts.values import Address

NEEDS_VAT_NUMBER = {
    "reverse_charge": "Reverse charge",
    "intra_community": "An intra-community supply",
}
BUYERS_NUMBER = "invoice_address.vat_number"


class Supplying(Protocol):
    """What is supplied, to whom and to where."""

    @property
    def exemption(self) -> Exemption | None: ...
    @property
    def invoice_address(self) -> Address: ...
    @property
    def delivery_address(self) -> Address: ...


def objection_to_exemption(
    supply: Supplying,
    seller: Address,
    *,
    field: str = "exemption.category",
    vat_field: str = BUYERS_NUMBER,
) -> Reason | None:
    """Refuse an exemption that the law rules out. `field` and `vat_field` name what the message
    would have to change.
    """
    exemption = supply.exemption
    if exemption is None:
        return None
    wrong = _lacks_vat_number(exemption, supply.invoice_address, vat_field)
    if wrong:
        return wrong
    if exemption.category == "export":
        reason = _no_export(seller, supply.delivery_address)
    elif exemption.category == "intra_community":
        reason = _no_intra_community(seller, supply.delivery_address)
    else:
        return None
    if reason:
        return Reason("exemption_not_possible", reason, field=field)
    if exemption.category == "intra_community":
        return _wrong_vat_number(seller, supply.invoice_address, vat_field)
    return None


def _lacks_vat_number(exemption: Exemption, buyer: Address, field: str) -> Reason | None:
    """Refuse an exemption that leaves the tax to a buyer whose VAT number is not known (Directive
    2006/112/EC, Art. 138, 196, 226 no. 4).
    """
    named = NEEDS_VAT_NUMBER.get(exemption.category)
    if named is None or buyer.vat_number.strip():
        return None
    return Reason(
        "vat_number_needed",
        f"{named} needs the buyer's VAT number in the invoice address.",
        field=field,
    )


def _no_export(seller: Address, to: Address) -> str:
    """Return why a delivery is no export (Art. 146: to a destination outside the Community); empty
    where it may be one.
    """
    home, destination = seller_state(seller), member_state(to)
    if home and destination:
        return (
            f"Goods that go to {_place(to)} stay in the EU: this is no export. An intra-community"
            " supply to a business is exempt; what consumers buy is taxed."
        )
    at_home = seller.country == to.country and to.country not in MEMBERS
    return f"Goods that stay in {to.country} are no export." if at_home else ""


def _no_intra_community(seller: Address, to: Address) -> str:
    """Return why a delivery is no intra-community supply (Art. 138: from one member state to
    another); empty where it may be one.
    """
    home, destination = seller_state(seller), member_state(to)
    if not home:
        return (
            f"An intra-community supply begins in the EU, and the shop is in {seller.country}: give"
            " the VAT number of the country that it delivers from in the shop's address."
        )
    if not destination:
        return f"Goods that go to {_place(to)} leave the EU: this is an export."
    if destination == home:
        return (
            f"Goods that go from {home} to {_place(to)} stay in one country: this is no"
            " intra-community supply."
        )
    return ""


def _wrong_vat_number(seller: Address, buyer: Address, field: str) -> Reason | None:
    """Refuse a number that no other member state issued (Art. 138 (1) b, 215)."""
    home, number = seller_state(seller), buyer.vat_number.strip()
    issuer = number_state(number)
    if issuer and issuer != home:
        return None
    return Reason(
        "wrong_vat_number",
        f"An intra-community supply from {home} needs the buyer's VAT number of another EU country,"
        f" with its prefix: '{number}' is none.",
        field=field,
    )


def _place(to: Address) -> str:
    """Return the country of an address, with the postcode where a part of a country is meant."""
    usual = TREATED_AS.get(to.country, to.country if to.country in MEMBERS else "")
    return to.country if member_state(to) == usual else f"{to.country} ({to.postcode.strip()})"
