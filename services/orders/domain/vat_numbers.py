"""The buyer's VAT number, which some exemptions need."""

from typing import Protocol

from shared.contracts.message import Refusal
from shared.contracts.snapshot import Exemption
from shared.contracts.values import Address

NEEDS_VAT_NUMBER = {
    "reverse_charge": "Reverse charge",
    "intra_community": "An intra-community supply",
}


class Refusing(Protocol):
    """A command that can be refused."""

    def refuse(self, code: str, reason: str, **details: object) -> Refusal:
        """Return its refusal."""


def lacks_vat_number(
    command: Refusing,
    exemption: Exemption | None,
    buyer: Address,
    field: str = "invoice_address.vat_number",
) -> Refusal | None:
    """Refuse an exemption that leaves the tax to a buyer whose VAT number is not known (Directive
    2006/112/EC, Art. 138, 196, 226 no. 4).
    """
    named = NEEDS_VAT_NUMBER.get(exemption.category) if exemption else None
    if named is None or buyer.vat_number.strip():
        return None
    return command.refuse(
        "vat_number_needed",
        f"{named} needs the buyer's VAT number in the invoice address.",
        field=field,
    )
