"""Limit the number of forms per sender and per client; both are stored as digests only."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_network

from shared.contracts.ingest import FormLimits, SubmitContact
from shared.contracts.reason import Reason

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Origin:
    """Digests of the sender and the client of a form, 64 hexadecimal digits each; `client` is empty
    if its address is unknown.
    """

    sender: str = ""
    client: str = ""


UNKNOWN = Origin()


@dataclass(frozen=True, slots=True)
class RecentForms:
    """Numbers of forms accepted from the same sender and the same client within an hour."""

    of_sender: int = 0
    of_client: int = 0


NONE = RecentForms()


def origin_of(shop: str, command: SubmitContact) -> Origin:
    """Return the origin of a form. An IPv6 client counts as its network (/64), since it may use
    each of its addresses.
    """
    address = command.client_address
    client = (
        ip_network((address, 64), strict=False) if isinstance(address, IPv6Address) else address
    )
    return Origin(sender_of(shop, command.email), _digest(shop, str(client)) if client else "")


def sender_of(shop: str, email: str) -> str:
    """Return the digest of an e-mail address."""
    return _digest(shop, email.lower())


def objection(command: SubmitContact, lately: RecentForms, limits: FormLimits) -> Reason | None:
    """Return a refusal if the sender or the client has reached its limit."""
    if limits.per_sender and lately.of_sender >= limits.per_sender:
        reason = (
            f"{lately.of_sender} messages came from '{command.email}' within an hour: please try"
            " again later."
        )
        return Reason("too_many", reason, field="email", details={"most": limits.per_sender})
    if limits.per_client and lately.of_client >= limits.per_client:
        reason = (
            f"{lately.of_client} messages came from this connection within an hour: please try"
            " again later."
        )
        return Reason(
            "too_many", reason, field="client_address", details={"most": limits.per_client}
        )
    return None


def _digest(shop: str, value: str) -> str:
    return sha256(f"{shop}\0{value}".encode()).hexdigest()
