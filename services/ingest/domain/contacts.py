"""The contacts of a shop: the two defaults, and the one that a mail was addressed to."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.ingest.domain.headers import ADDRESS
from services.ingest.domain.mailbox import Mailbox
from shared.contracts.ingest import Contact

CUSTOMER_SERVICE = "customer_service"
FIRST: Mapping[str, Contact] = {
    contact.key: contact
    for contact in (
        Contact(
            key=CUSTOMER_SERVICE,
            names={
                "en": "Customer service",
                "fa": "خدمات مشتری",
                "fr": "Service client",
                "de": "Kundendienst",
            },
            descriptions={
                "en": "For any question about a product or an order.",
                "fa": "برای هر پرسشی درباره یک محصول یا سفارش.",
                "fr": "Pour toute question sur un produit ou une commande.",
                "de": "Für alle Fragen zu einem Artikel oder einer Bestellung.",
            },
        ),
        Contact(
            key="webmaster",
            names={"en": "Webmaster", "fa": "وب‌مستر", "fr": "Webmestre", "de": "Webmaster"},
            descriptions={
                "en": "If something on this website does not work.",
                "fa": "اگر بخشی از این وب‌سایت درست کار نمی‌کند.",
                "fr": "Si un problème technique survient sur ce site.",
                "de": "Wenn auf dieser Website etwas nicht funktioniert.",
            },
        ),
    )
}
"""The contacts of every shop from the start; a shop may change but not remove them."""


class Waiting(NamedTuple):
    """Unread messages, and threads that wait for an answer, of one contact."""

    unread: int = 0
    threads: int = 0


def addressed(contacts: Mapping[str, Contact], recipients: str) -> str:
    """Return the key of the contact among the recipients of a mail; else customer service."""
    addresses = set(map(_without_tag, ADDRESS.findall(recipients)))
    for key, contact in contacts.items():
        if contact.email and _without_tag(contact.email) in addresses:
            return key
    return CUSTOMER_SERVICE


def own_addresses(
    contacts: Mapping[str, Contact], mailboxes: Iterable[Mailbox], shop: str
) -> frozenset[str]:
    """Return the addresses at which a shop receives mail, in lower case."""
    addresses = [contact.email for contact in contacts.values()]
    for mailbox in mailboxes:
        if mailbox.shop == shop:
            addresses.append(mailbox.user)
    return frozenset(map(str.lower, filter(None, addresses)))


def _without_tag(address: str) -> str:
    """Return an address in lower case without its tag: `Service+token@Shop.test` →
    `service@shop.test`.
    """
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
