"""Read deliveries: find the handler of each, validate its data, resolve references.

A delivery goes to the dead letters if its bytes are no CloudEvent, if a client sent a type that the
service does not take, or if it came through an exchange where its type may not be published.
Commands and queries with invalid data are refused, with a sentence that names the field.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

import structlog
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.contracts.envelope import Envelope
from shared.contracts.faults import invalid, validated
from shared.contracts.message import CommandOrQuery, Event, Message
from shared.contracts.problems import PROBLEMS
from shared.contracts.reason import Reason
from shared.contracts.references import references
from shared.contracts.storefronts import Storefront
from shared.contracts.suggestions import why_not_taken
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.handlers import Handling
from shared.runtime.pipeline import tracing
from shared.runtime.pipeline.access import (
    Storefronts,
    objection_to_claims,
    objection_to_sender,
    own_reply_address,
)
from shared.runtime.pipeline.handled_message import Read
from shared.runtime.pipeline.unread import NOT_PROCESSED
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, Verdict
from shared.runtime.rabbitmq.names import DOCUMENTS, EVENTS, own_exchange
from shared.runtime.rabbitmq.oversized import MAX_BODY
from shared.runtime.service import Service

logger = structlog.get_logger()

MAX_SUBJECT = 200  # characters of a client's subject in a refusal
IdsByReference = Mapping[tuple[str, str], UUID]
"""Ids by shop and reference."""
NUL = rb"\u0000"  # as JSON writes it
NUL_FAULT = InitErrorDetails(type=PydanticCustomError("nul", PROBLEMS["nul"]), input=None)


def read(
    delivery: Delivery,
    service: Service,
    ids: IdsByReference | None = None,
    storefronts: Storefronts | None = None,
) -> Read | Verdict:
    """Return the message of a delivery, or the verdict on one that the service does not handle.

    A command or query is returned too if its data is invalid, or if its sender may not send it; its
    handler refuses it. `ids` are those of the references that messages name. Never raises.
    """
    envelope = delivery.envelope
    if envelope is None:
        return _bury(delivery, delivery.fault or NOT_PROCESSED)
    if tracing.trace_id(envelope.traceparent) is None:  # a new trace starts here
        envelope = envelope.model_copy(
            update={"traceparent": tracing.child(None), "tracestate": None}
        )
    handling = service.handlings.get(envelope.type)
    if handling is None:
        return _unknown(delivery, service, envelope.type)
    own = own_exchange(service.name)
    if not _may_arrive_through(delivery.exchange, own, handling.message):
        return _bury(delivery, _misplaced(handling.message))
    if not handling.message.is_for(service.name, envelope.data):
        logger.info(delivery.name, outcome="for_another_service", id=envelope.id)
        return DONE
    known = storefronts if storefronts and from_client(delivery, service) else {}
    stopped = _stop_sender(delivery, envelope, handling, known)
    if stopped:
        return stopped
    taken = _resolve(delivery, envelope, handling, (ids or {}) if service.references else None)
    return _check_claims(taken, known.get(delivery.user))


def _stop_sender(
    delivery: Delivery, envelope: Envelope, handling: Handling, storefronts: Storefronts
) -> Read | Verdict | None:
    """Refuse a message of a sender that may not speak for its shop. Bury one with another user's
    reply address: nobody else may get its reply.
    """
    address = envelope.replyto
    if address and delivery.user in storefronts and not own_reply_address(delivery.user, address):
        sentence = f"The address '{address}' is not one of '{delivery.user}'."
        return _bury(delivery, Reason("foreign_address", sentence, "replyto"))
    reason = objection_to_sender(storefronts, delivery, envelope)
    if reason is None:
        return None
    refusing = _refuse(handling.message, envelope, reason)
    return Read(envelope, None, refusing, delivery, reply_only=True)


def _resolve(
    delivery: Delivery, envelope: Envelope, handling: Handling, ids: IdsByReference | None
) -> Read | Verdict:
    """Replace references by ids, then validate the data; None: the service resolves no
    references.
    """
    if ids is None:
        return _validate(delivery, envelope, handling)
    for name, reference in references(handling.message, envelope.data):
        found = ids.get((envelope.shop, reference))
        if found is None:
            refusing = _refuse_reference(handling.message, name, reference)
            return Read(envelope, None, refusing, delivery)
        envelope = envelope.model_copy(update={"data": envelope.data | {name: str(found)}})
    return _validate(delivery, envelope, handling)


def _check_claims(taken: Read | Verdict, storefront: Storefront | None) -> Read | Verdict:
    """Refuse a valid message with a claim that its sender may not make."""
    if storefront is None or isinstance(taken, Verdict):
        return taken
    if not isinstance(taken.message, CommandOrQuery):
        return taken
    reason = objection_to_claims(storefront, taken.message)
    if reason is None:
        return taken
    refusing = _refuse(taken.handling.message, taken.envelope, reason)
    return Read(taken.envelope, None, refusing, taken.delivery)


def from_client(delivery: Delivery, service: Service) -> bool:
    """Return whether an external client published a message, not a service or an administrator."""
    inside = (EVENTS, DOCUMENTS, own_exchange(service.name), "")
    return delivery.exchange not in inside


def used_references(deliveries: Iterable[Delivery], service: Service) -> set[tuple[str, str]]:
    """Return the references, by shop, that messages name in the place of ids."""
    used = set()
    for delivery in deliveries:
        envelope = delivery.envelope
        handling = service.handlings.get(envelope.type) if envelope else None
        if envelope and handling:
            for _, reference in references(handling.message, envelope.data):
                used.add((envelope.shop, reference))
    return used


def _validate(delivery: Delivery, envelope: Envelope, handling: Handling) -> Read | Verdict:
    if delivery.excess and issubclass(handling.message, CommandOrQuery):
        return Read(envelope, None, _refuse_size(handling.message, delivery.excess), delivery)
    extra: Literal["ignore", "forbid"] = (
        "ignore" if issubclass(handling.message, Event) else "forbid"
    )
    try:
        message = validated(handling.message, envelope.data, extra)
        if NUL in delivery.body and _contains_nul(envelope.data):
            raise ValidationError.from_exception_data(handling.message.__name__, [NUL_FAULT])
    except ValidationError as error:
        if issubclass(handling.message, CommandOrQuery):
            reason = invalid(error, envelope.data, handling.message)
            return Read(envelope, None, _refuse(handling.message, envelope, reason), delivery)
        return _bury(delivery, invalid(error, envelope.data, handling.message))
    return Read(envelope, message, handling, delivery)


def _unknown(delivery: Delivery, service: Service, kind: str) -> Verdict:
    """Return the verdict on a type without a handler. What a service published is tried again
    before it goes to the dead letters: during an update a worker of the newer version may take it.
    """
    if delivery.exchange not in (EVENTS, DOCUMENTS, own_exchange(service.name)):
        return _bury(delivery, why_not_taken(kind, delivery.origin.routing_key))
    reason = f"{service.name} does not take messages of type '{kind}'."
    logger.warning(delivery.name, outcome="unknown", reason=reason)
    return Verdict(Fate.RETRY, NotYet(reason))


def _misplaced(kind: type[Message]) -> Reason:
    """Return why a client may not send a message, without saying that an internal one exists."""
    if kind.internal:
        sentence = f"There is no message '{kind.wire_type()}'."
        return Reason("unknown_name", sentence, "type", {"did_you_mean": []})
    return Reason(
        "not_a_command",
        f"'{kind.name}' is published by services: send a command or a query.",
        "type",
    )


def _bury(delivery: Delivery, reason: Reason) -> Verdict:
    logger.warning(delivery.name, outcome="buried", reason=reason.sentence)
    return Verdict(Fate.BURY, Unprocessable(reason.sentence), reason=reason)


def _may_arrive_through(exchange: str, own: str, kind: type[Message]) -> bool:
    """Return whether a message may arrive through this exchange. External clients may not publish
    events or internal messages. They may bind an exchange of their own to that of commands;
    RabbitMQ then delivers the name of theirs.
    """
    if exchange in (own, ""):  # only administrators may publish to the default exchange
        return True
    return not kind.internal and issubclass(
        kind, Event if exchange in (EVENTS, DOCUMENTS) else CommandOrQuery
    )


def _refuse(kind: type[Message], envelope: Envelope, reason: Reason) -> Handling:
    """Return a handler that refuses a message for a reason that any message may be refused for."""
    subject = envelope.subject or envelope.data.get(kind.subject_field or "")
    details = {"field": reason.field, **reason.details} if reason.field else reason.details
    refusal = kind.refusal(  # type: ignore[attr-defined]
        aggregate=subject[:MAX_SUBJECT] if isinstance(subject, str) else None,
        code=reason.code,
        reason=reason.sentence,
        details=details,
    )
    return Handling(kind, lambda _message, _work: [refusal])


def _refuse_size(kind: type[Message], sentence: str) -> Handling:
    """Return a handler that refuses a message which is too large."""
    refusal = kind.refusal(  # type: ignore[attr-defined]
        aggregate=None, code="too_large", reason=sentence, details={"most": MAX_BODY}
    )
    return Handling(kind, lambda _message, _work: [refusal])


def _refuse_reference(kind: type[Message], field: str, reference: str) -> Handling:
    """Return a handler that refuses an unknown reference; the field `order_id` names an order."""
    noun = field.removesuffix("_id")
    refusal = kind.refusal(  # type: ignore[attr-defined]
        aggregate=reference,
        code=f"unknown_{noun}",
        reason=f"There is no {noun} '{reference}' in this shop.",
        details={"field": field},
    )
    return Handling(kind, lambda _message, _work: [refusal])


def _contains_nul(value: Any) -> bool:
    """Return whether a string anywhere in JSON data contains NUL, which PostgreSQL cannot store."""
    parts = [value]  # no recursion: clients choose the depth
    while parts:
        part = parts.pop()
        if isinstance(part, str) and "\0" in part:
            return True
        if isinstance(part, dict):
            parts += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            parts += part
    return False
