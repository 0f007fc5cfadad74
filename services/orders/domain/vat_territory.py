"""Territories of value added tax: the EU member state with the right to tax goods at an address."""

from shared.contracts.values import Address
from shared.writing.text import clean

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
MEMBERS = frozenset(_MEMBERS.split())
NORTHERN_IRELAND = "XI"
"""Its goods follow the rules of the EU (Windsor Framework); postcodes begin with BT."""
TREATED_AS = {"MC": "FR"}
"""Monaco belongs to the territory of France (Directive 2006/112/EC, Art. 7)."""
PREFIXES = {"EL": "GR"}
"""Prefixes of VAT numbers that are not a country code; 'XI' is the code of Northern Ireland."""
OUTSIDE = {
    "DE": ("27498", "78266"),  # Heligoland, Büsingen
    "ES": ("35", "38", "51", "52"),  # Canary Islands, Ceuta, Melilla
    "FI": ("22",),  # Åland
    "FR": ("971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"),  # overseas
    "GR": ("63086",),  # Mount Athos
    "IT": ("22061", "23030", "23041"),  # Campione d'Italia, Livigno
}
"""Starts of postcodes in member states that lie outside the territory of the tax (Art. 6)."""


def member_state(address: Address) -> str:
    """Return the member state that taxes goods at an address; empty outside the EU."""
    country = TREATED_AS.get(address.country, address.country)
    if country == "GB" and _letters(address.postcode).startswith("BT"):
        return NORTHERN_IRELAND
    digits = "".join(filter(str.isdigit, clean(address.postcode)))
    if country not in MEMBERS or digits.startswith(OUTSIDE.get(country, ())):
        return ""
    return country


def seller_state(address: Address) -> str:
    """Return the member state of a shop: that of its VAT number, else of its address; empty outside
    the EU.
    """
    return number_state(address.vat_number) or member_state(address)


def number_state(vat_number: str) -> str:
    """Return the member state of a VAT number's prefix; empty if it is not one of the EU."""
    prefix = _letters(vat_number)[:2]
    state = PREFIXES.get(prefix, prefix)
    return state if state in MEMBERS or state == NORTHERN_IRELAND else ""


def _letters(text: str) -> str:
    """Return letters and digits only, in capitals: people write spaces and points between them."""
    return "".join(filter(str.isalnum, clean(text))).upper()
