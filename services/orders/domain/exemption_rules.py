"""Legal conditions of tax exemptions: the buyer's VAT number, and the destination of the goods.

Only exemptions that the directive clearly rules out are refused. A shop may deliver from another
country than that of its address; its VAT number decides which one.
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
    """A supply of goods: an order, or a command that places one."""

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
    """Refuse an exemption that leaves the tax to a buyer without a known VAT number (Directive
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
    """Return the reason that a delivery is not an export (Art. 146: to a destination outside the
    Community); empty if it may be one.
    """
    home, destination = seller_state(seller), member_state(to)
    if home and destination:
        return (
            f"Goods sent to {_place(to)} stay in the EU: this is not an export. An intra-community"
            " supply to a business is exempt; sales to consumers are taxed."
        )
    if seller.country == to.country and to.country not in MEMBERS:
        return f"Goods that stay in {to.country} are not an export."
    return ""


def _no_intra_community(seller: Address, to: Address) -> str:
    """Return the reason that a delivery is not an intra-community supply (Art. 138: from one member
    state to another); empty if it may be one.
    """
    home, destination = seller_state(seller), member_state(to)
    if not home:
        return (
            f"An intra-community supply begins in the EU, but the shop is in {seller.country}: set"
            " the VAT number of the country of delivery in the shop's address."
        )
    if not destination:
        return f"Goods sent to {_place(to)} leave the EU: this is an export."
    if destination == home:
        return (
            f"Goods sent from {home} to {_place(to)} stay in one country: this is not an"
            " intra-community supply."
        )
    return ""


def _wrong_vat_number(seller: Address, buyer: Address, field: str) -> Reason | None:
    """Refuse a VAT number that is not of another member state (Art. 138 (1) b, 215)."""
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
    """Return the country of an address, with the postcode if the area has a special status."""
    usual = TREATED_AS.get(to.country, to.country if to.country in MEMBERS else "")
    if member_state(to) == usual:
        return to.country
    return f"{to.country} ({to.postcode.strip()})"
