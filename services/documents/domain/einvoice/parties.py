"""Seller, buyer and the place of delivery of an e-invoice, from the snapshot of a document."""

from services.documents.domain.einvoice.model import Contact, Id, Party, Place
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import Address, Identifier, InvoiceProfile
from shared.writing.text import clean

E_MAIL = "EM"  # list of electronic addresses (EAS): an address of electronic mail


def seller(shop: ShopProfile, profile: InvoiceProfile) -> Party:
    """Return the shop. The legal entity is the one in its address; `name` of the profile is its
    trading name.
    """
    address = shop.address
    legal, public = clean(address.company or address.name), clean(shop.name)
    registered = _id(address.legal_id)
    if registered is None and clean(shop.registration):
        registered = Id(clean(shop.registration))
    person = public
    if clean(address.company):
        person = clean(address.name)
    return Party(
        name=legal,
        place=place(address),
        trading_name="" if public == legal else public,
        vat_id=vat_id(address.vat_number),
        tax_number=clean(shop.tax_number),
        legal_id=registered,
        electronic=_electronic(address, shop.email, profile),
        contact=Contact(person, clean(address.phone), shop.email),
    )


def buyer(snapshot: DocumentSnapshot, profile: InvoiceProfile) -> Party:
    """Return the customer, by the invoice address."""
    address = snapshot.invoice_address
    return Party(
        name=_name(address),
        place=place(address),
        vat_id=vat_id(address.vat_number),
        legal_id=_id(address.legal_id),
        electronic=_electronic(address, snapshot.customer.email, profile),
    )


def recipient(address: Address) -> Party:
    """Return the party that receives the goods."""
    return Party(name=_name(address), place=place(address))


def place(address: Address) -> Place:
    """Return the postal address."""
    return Place(
        country=address.country,
        city=clean(address.city),
        postcode=clean(address.postcode),
        line1=clean(address.line1),
        line2=clean(address.line2),
        region=clean(address.region),
    )


def vat_id(text: str) -> str:
    """Return a VAT number without spaces and points."""
    return "".join(filter(str.isalnum, clean(text))).upper()


def _name(address: Address) -> str:
    return clean(address.company) or clean(address.name)


def _id(identifier: Identifier | None) -> Id | None:
    if identifier is None or not clean(identifier.id):
        return None
    return Id(clean(identifier.id), identifier.scheme)


def _electronic(address: Address, email: str, profile: InvoiceProfile) -> Id | None:
    """Return the electronic address, else the e-mail address, which Peppol does not carry."""
    given = _id(address.electronic_address)
    if given is None and profile != "peppol":
        return Id(email, E_MAIL)
    return given
