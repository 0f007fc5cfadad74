"""Addresses of a customer, each with an id that does not change.

Two addresses are the same if they differ in case, accents, punctuation or spaces only.
"""

from collections.abc import Iterable, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.contracts.orders import CustomerAddress, CustomerRecord
from shared.contracts.values import Address
from shared.writing.search import sorting

MAX_ADDRESSES = 50  # per customer
ORDER_FIELDS = {"purchase_order"}
"""Fields that belong to one order, not to the address."""


def comparison_key(address: Address) -> tuple[str, ...]:
    """Return a key that is equal for the same address written differently."""
    texts = (
        address.name,
        address.company,
        address.line1,
        address.line2,
        address.city,
        address.region,
    )
    codes = (
        address.postcode,
        address.country,
        address.phone,
        address.vat_number,
        address.buyer_reference,
    )
    key = list(map(sorting, texts))
    for code in codes:
        key.append(sorting(code).replace(" ", ""))
    for register in (address.legal_id, address.electronic_address):
        key.append(f"{register.scheme}:{register.id}" if register else "")
    return tuple(key)


def with_ids(
    given: Sequence[CustomerAddress], known: Sequence[CustomerAddress], namespace: str
) -> list[CustomerAddress]:
    """Return the given addresses with ids: their own, else that of the same known address, else a
    new one.
    """
    ids = {comparison_key(address): address.address_id for address in known}
    taken = _ids(given)
    found: list[CustomerAddress] = []
    for address in given:
        address_id = address.address_id
        if address_id is None:
            same = ids.get(comparison_key(address))
            address_id = None if same in taken else same
        address_id = address_id or _new_id(address, {*taken, *ids.values()}, namespace)
        taken.add(address_id)
        found.append(_with_id(address, address_id))
    return found


def with_used_addresses(
    known: CustomerRecord, used: Iterable[Address], namespace: str
) -> CustomerRecord:
    """Return the customer with the addresses of an order added; known ones stay unchanged."""
    addresses = list(known.addresses)
    keys = set(map(comparison_key, addresses))
    for address in used:
        if len(addresses) < MAX_ADDRESSES and comparison_key(address) not in keys:
            new = CustomerAddress(**address.model_dump(exclude=ORDER_FIELDS))
            addresses.append(_with_id(new, _new_id(new, _ids(addresses), namespace)))
            keys.add(comparison_key(address))
    if addresses == known.addresses:
        return known
    return known.model_copy(update={"addresses": addresses})


def with_address(known: CustomerRecord, address: CustomerAddress, namespace: str) -> CustomerRecord:
    """Return the customer with an address added, or replaced if its id or the same address is
    known.
    """
    (fresh,) = with_ids([address], known.addresses, namespace)
    if fresh.address_id not in _ids(known.addresses):
        return known.model_copy(update={"addresses": [*known.addresses, fresh]})
    addresses = [fresh if each.address_id == fresh.address_id else each for each in known.addresses]
    return known.model_copy(update={"addresses": addresses})


def without_address(known: CustomerRecord, address_id: UUID) -> CustomerRecord:
    """Return the customer without an address."""
    remaining = [each for each in known.addresses if each.address_id != address_id]
    return known.model_copy(update={"addresses": remaining})


def find_address(known: CustomerRecord | None, address_id: UUID) -> CustomerAddress | None:
    """Return the customer's address with an id; None if there is none."""
    for address in known.addresses if known else ():
        if address.address_id == address_id:
            return address
    return None


def for_order(address: CustomerAddress, before: Address) -> Address:
    """Return a customer's address for an order, with the order's own fields of the address
    before.
    """
    kept = before.model_dump(include=ORDER_FIELDS)
    return Address(**address.model_dump(exclude=ORDER_FIELDS | {"address_id"}) | kept)


def _with_id(address: CustomerAddress, address_id: UUID) -> CustomerAddress:
    return address.model_copy(update={"address_id": address_id})


def _new_id(address: Address, taken: set[UUID | None], namespace: str) -> UUID:
    found = uuid5(NAMESPACE_URL, "\n".join((namespace, *comparison_key(address))))
    while found in taken:  # by an address whose text was changed since
        found = uuid5(found, namespace)
    return found


def _ids(addresses: Iterable[CustomerAddress]) -> set[UUID | None]:
    return {address.address_id for address in addresses}
