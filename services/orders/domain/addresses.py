"""Addresses of a customer: told apart by what they say, each named by an id that stays."""

from collections.abc import Iterable, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.contracts.orders import CustomerAddress, CustomerRecord
from shared.contracts.values import Address
from shared.writing.search import sorting

MOST = 50  # of a customer
OF_ORDERS = {"purchase_order"}
"""Fields that say something of one order, and nothing of the place."""


def told_apart(address: Address) -> tuple[str, ...]:
    """Return what makes an address another one: case, accents, punctuation and spaces do not."""
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
    registers = (address.legal_id, address.electronic_address)
    return (
        *map(sorting, texts),
        *(sorting(code).replace(" ", "") for code in codes),
        *(f"{each.scheme}:{each.id}" if each else "" for each in registers),
    )


def identified(
    given: Sequence[CustomerAddress], known: Sequence[CustomerAddress], owner: str
) -> list[CustomerAddress]:
    """Return the addresses with ids: the given one, else that of the same address among `known`,
    else a new one.
    """
    ids = {told_apart(address): address.address_id for address in known}
    taken = {address.address_id for address in given}
    found: list[CustomerAddress] = []
    for address in given:
        same = ids.get(told_apart(address))
        free = same if same not in taken else None
        address_id = address.address_id or free or _new_id(address, {*taken, *ids.values()}, owner)
        taken.add(address_id)
        found.append(address.model_copy(update={"address_id": address_id}))
    return found


def joined(known: CustomerRecord, used: Iterable[Address], owner: str) -> CustomerRecord:
    """Return the customer with the addresses that an order uses; those that are known stay as they
    are.
    """
    addresses = list(known.addresses)
    for address in used:
        if len(addresses) < MOST and told_apart(address) not in map(told_apart, addresses):
            new = CustomerAddress(**address.model_dump(exclude=OF_ORDERS))
            addresses.append(
                new.model_copy(update={"address_id": _new_id(new, _ids(addresses), owner)})
            )
    return (
        known if addresses == known.addresses else known.model_copy(update={"addresses": addresses})
    )


def put(known: CustomerRecord, address: CustomerAddress, owner: str) -> CustomerRecord:
    """Return the customer with an address: in the place of the one with its id, or of the same one,
    or added.
    """
    (fresh,) = identified([address], known.addresses, owner)
    if fresh.address_id not in _ids(known.addresses):
        return known.model_copy(update={"addresses": [*known.addresses, fresh]})
    addresses = [fresh if each.address_id == fresh.address_id else each for each in known.addresses]
    return known.model_copy(update={"addresses": addresses})


def removed(known: CustomerRecord, address_id: UUID) -> CustomerRecord:
    """Return the customer without an address."""
    left = [each for each in known.addresses if each.address_id != address_id]
    return known.model_copy(update={"addresses": left})


def named(known: CustomerRecord | None, address_id: UUID) -> CustomerAddress | None:
    """Return the customer's address with this id."""
    return (
        next((each for each in known.addresses if each.address_id == address_id), None)
        if known
        else None
    )


def for_order(address: CustomerAddress, before: Address) -> Address:
    """Return an address of the customer as an order takes it; what the buyer calls the order
    stays.
    """
    kept = before.model_dump(include=OF_ORDERS)
    return Address(**address.model_dump(exclude=OF_ORDERS | {"address_id"}) | kept)


def _new_id(address: Address, taken: set[UUID | None], owner: str) -> UUID:
    found = uuid5(NAMESPACE_URL, "\n".join((owner, *told_apart(address))))
    while found in taken:  # of an address that says something else by now
        found = uuid5(found, owner)
    return found


def _ids(addresses: Iterable[CustomerAddress]) -> set[UUID | None]:
    return {address.address_id for address in addresses}
