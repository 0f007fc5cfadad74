"""Answer senders of messages that no handler takes: what is no CloudEvent, or has an unknown name.

Such a message also goes to the dead letters. Without a reply address nobody can be answered.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Engine

from shared.contracts.envelope import DEFAULT_SHOP, Envelope
from shared.contracts.reason import Reason
from shared.contracts.replies import MessageRefused
from shared.contracts.suggestions import why_not_taken
from shared.runtime.clock import utc_now
from shared.runtime.errors import NotYet
from shared.runtime.pipeline import tracing
from shared.runtime.pipeline.access import Storefronts, own_reply_address
from shared.runtime.pipeline.languages import localized_unread
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, Verdict
from shared.runtime.rabbitmq.names import DOCUMENTS, EVENTS, reply_exchange
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing, Publish
from shared.runtime.storage import access
from shared.runtime.storage.database import reading

logger = structlog.get_logger()

# RETURNED: the client no longer waits for the answer. REFUSED: its queue is full.
ANSWERED = (Outcome.CONFIRMED, Outcome.RETURNED, Outcome.REFUSED)
NOT_PROCESSED = Reason(
    "not_processed",
    "The message could not be processed. It is stored for the operator, who can process it again.",
)
NOT_CONFIRMED = NotYet("RabbitMQ did not confirm the answer.")


def answer(
    delivery: Delivery, reason: Reason, service: str, storefronts: Storefronts, now: datetime
) -> Outgoing | None:
    """Return the answer to a message that is refused; None if it has no reply address, or one of
    another user.
    """
    address = delivery.attributes.get("replyto")
    if not address or delivery.exchange in (EVENTS, DOCUMENTS):
        return None
    if delivery.user in storefronts and not own_reply_address(delivery.user, address):
        return None
    refused = localized_unread(_refused(delivery, reason), delivery.attributes.get("language"))
    envelope = _envelope(delivery, refused, service, now)
    return Outgoing(
        reply_exchange(address),
        address,
        envelope.encode(),
        envelope.id,
        correlation_id=delivery.origin.correlation_id or None,
    )


def _refused(delivery: Delivery, reason: Reason) -> MessageRefused:
    details = {"field": reason.field, **reason.details} if reason.field else reason.details
    return MessageRefused(
        refused_type=delivery.attributes.get("type") or delivery.origin.routing_key,
        refused_id=delivery.attributes.get("id"),
        code=reason.code,
        reason=reason.sentence,
        details=dict(details),
    )


def _envelope(delivery: Delivery, refused: MessageRefused, service: str, now: datetime) -> Envelope:
    attributes = delivery.attributes
    values: dict[str, Any] = {
        "id": str(uuid4()),
        "source": f"/aftercart/{service}",
        "type": refused.wire_type(),
        "time": now,
        "correlationid": attributes.get("correlationid") or attributes.get("id"),
        "causationid": attributes.get("id"),
        "traceparent": tracing.child(attributes.get("traceparent")),
        "shop": attributes.get("shop") or DEFAULT_SHOP,
        "data": refused.model_dump(mode="json"),
    }
    if delivery.envelope is None:
        values["shop"] = DEFAULT_SHOP  # what was read is not checked
    return Envelope.model_construct(specversion="1.0", datacontenttype="application/json", **values)


class Unrouted:
    """Answers messages that RabbitMQ could route to no service. RabbitMQ stores another copy of
    each for the operator; so nothing is lost with those of this queue.
    """

    def __init__(self, service: str, engine: Engine, publish: Publish) -> None:
        self.service, self.engine, self.publish = service, engine, publish

    def process(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Answer each, and return the verdicts on them. Never raises."""
        try:
            with reading(self.engine) as connection:
                storefronts = access.storefronts(connection)
            answers = self._answers(deliveries, storefronts)
            outcomes = self.publish(answers)
        except Exception as error:
            return [Verdict(Fate.LEAVE, error) for _ in deliveries]
        if not set(ANSWERED).issuperset(outcomes):
            return [Verdict(Fate.LEAVE, NOT_CONFIRMED) for _ in deliveries]
        return [DONE for _ in deliveries]

    def _answers(self, deliveries: Sequence[Delivery], known: Storefronts) -> list[Outgoing]:
        found = []
        for delivery in deliveries:
            reason = delivery.fault
            if delivery.envelope:
                reason = why_not_taken(delivery.envelope.type, delivery.origin.routing_key)
            if reason:
                logger.info(delivery.name, outcome="unrouted", reason=reason.sentence)
                message = answer(delivery, reason, self.service, known, utc_now())
                found += [message] if message else []
        return found
