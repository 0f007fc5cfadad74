"""Decide what a sender may say: for which shops, and in whose name.

RabbitMQ checks `user_id`, the user that a message names as its publisher. What each user may say
is stored in every service's database; `service.set_storefronts` replaces it.
"""

from collections.abc import Mapping

from shared.contracts.claims import Claim, claims
from shared.contracts.envelope import Envelope
from shared.contracts.message import CommandOrQuery
from shared.contracts.reason import Reason
from shared.contracts.storefronts import SetStorefronts, Storefront
from shared.runtime.handlers import Handlers
from shared.runtime.rabbitmq.delivery import Delivery
from shared.runtime.rabbitmq.names import DIRECT_REPLY_TO, NAMED_BY_RABBITMQ
from shared.runtime.storage import access
from shared.runtime.storage.unit_of_work import UnitOfWork

Storefronts = Mapping[str, Storefront]
"""Storefronts by user. If there are none, there is only one client, which may say everything."""

access_handlers = Handlers[UnitOfWork]()


@access_handlers.handles(SetStorefronts)
def set_storefronts(command: SetStorefronts, work: UnitOfWork) -> None:
    """Store the new storefronts; they apply from the next batch of each process."""
    access.replace(work.connection, command)


def own_reply_address(user: str, address: str) -> bool:
    """Return whether a reply goes to its sender: addresses begin with the user's name, and the
    names of RabbitMQ's are random.
    """
    return address.startswith((f"{user}.", NAMED_BY_RABBITMQ, DIRECT_REPLY_TO))


def objection_to_sender(
    storefronts: Storefronts, delivery: Delivery, envelope: Envelope
) -> Reason | None:
    """Return why a sender may not send its message, or not for the shop it names; else None."""
    if not storefronts:
        return None
    if not delivery.user:
        return Reason(
            "unknown_sender",
            "Several storefronts send messages here: set the AMQP property 'user_id' to the name of"
            " your RabbitMQ user.",
        )
    storefront = storefronts.get(delivery.user)
    if storefront is None:
        return Reason(
            "unknown_sender",
            f"The RabbitMQ user '{delivery.user}' is no storefront: `aftercart storefront add`"
            " makes it one.",
        )
    if not storefront.serves(envelope.shop):
        return Reason(
            "foreign_shop",
            f"The storefront '{storefront.user}' may not send messages for the shop"
            f" '{envelope.shop}'.",
        )
    if not storefront.may_send(envelope.name):
        return Reason(
            "message_not_allowed",
            f"The storefront '{storefront.user}' may not send '{envelope.name}'.",
        )
    return None


def objection_to_claims(storefront: Storefront, message: CommandOrQuery) -> Reason | None:
    """Return why a storefront may not send a message with these claims, or None."""
    found = claims(type(message), message.model_dump())
    for field, claim, value in found:
        reason = _objection_to_claim(storefront, field, claim, value)
        if reason:
            return reason
    return None


def _objection_to_claim(
    storefront: Storefront, field: str, claim: Claim, value: object
) -> Reason | None:
    user = storefront.user
    if claim is Claim.EMPLOYEE and not storefront.may_name(str(value)):
        return Reason(
            "employee_not_allowed",
            f"The storefront '{user}' may not name the employee '{value}' in '{field}'.",
            field,
        )
    if claim is Claim.CONSENT and not storefront.employees:
        return Reason(
            "employee_not_allowed",
            f"The storefront '{user}' may not set '{field}', which an employee decides.",
            field,
        )
    if claim is Claim.FORCE and not storefront.may_force:
        return Reason("force_not_allowed", f"The storefront '{user}' may not set '{field}'.", field)
    return None
