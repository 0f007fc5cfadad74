"""Record spans with OpenTelemetry, if the process has a tracer provider; else nothing.

A message has two spans: `create` of the sender, whose context travels in `traceparent`, and
`process` of the receiver. Relays add a `send` for the messages that they publish together, linked
to those. Source: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from opentelemetry import trace
from opentelemetry.context import Context as SpanContexts
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.contracts.envelope import Envelope
from shared.runtime.pipeline.handled_message import Decided, Final, Postponed, Read
from shared.runtime.pipeline.tracing import FORM, Context, trace_id
from shared.runtime.rabbitmq.names import queue_of

Attributes = dict[str, str | int]

tracer = trace.get_tracer("aftercart")
TRACE_CONTEXT = TraceContextTextMapPropagator()
TRACEPARENT = re.compile(rb'"traceparent": ?"(' + FORM.pattern.encode() + rb')"')


def enabled() -> bool:
    """Return whether spans are recorded."""
    return not isinstance(
        trace.get_tracer_provider(), trace.ProxyTracerProvider | trace.NoOpTracerProvider
    )


def begin(read: Read, service: str) -> Read:
    """Start the `process` span of a message. One without a trace gets that of its span."""
    received = read.delivery.envelope or read.envelope
    span = tracer.start_span(
        f"process {read.envelope.name}",
        context=_parent(received),
        kind=SpanKind.CONSUMER,
        links=_links([received.tracelink]),
        attributes=_consumed(read, service),
    )
    envelope = read.envelope
    if trace_id(received.traceparent) is None and span.is_recording():
        envelope = envelope.model_copy(update={"traceparent": traceparent_of(span)})
    return replace(read, envelope=envelope, span=span)


def end(finals: Iterable[Final]) -> None:
    """End the spans of messages that were handled, with their outcome."""
    for final in finals:
        span = final.read.span
        if span.is_recording():
            _describe(span, final)
            span.end()


def effect(message: str, read: Read) -> Context:
    """Return the context of a message in the trace of its cause, from a `create` span."""
    context = Context.of_effect(read.envelope)
    if not read.span.is_recording():
        return context
    parent = trace.set_span_in_context(read.span, SpanContexts())
    return replace(context, traceparent=_create(message, parent, []))


def beginning(message: str, read: Read, *, correlated: bool = False) -> Context:
    """Return the context of a message that begins a trace, from a `create` span with a link."""
    context = Context.of_beginning(read.envelope, correlated=correlated)
    if not read.span.is_recording():
        return context
    links = [Link(read.span.get_span_context())]
    return replace(context, traceparent=_create(message, SpanContexts(), links))


def _create(message: str, parent: SpanContexts, links: Sequence[Link]) -> str:
    span = tracer.start_span(
        f"create {message}",
        context=parent,
        kind=SpanKind.PRODUCER,
        links=links,
        attributes=_operation("create", "create") | {"cloudevents.event_type": message},
    )
    span.end()
    return traceparent_of(span)


@contextmanager
def sending(bodies: Sequence[bytes]) -> Iterator[None]:
    """Record the `send` span of messages that are published together."""
    if not enabled() or not bodies:
        yield
        return
    parents: list[str] = []
    for body in bodies:
        parents += [found.decode() for found in TRACEPARENT.findall(body)[:1]]
    with tracer.start_as_current_span(
        "send outbox",
        context=SpanContexts(),
        kind=SpanKind.CLIENT,
        links=_links(parents),
        attributes=_operation("send", "publish") | {"messaging.batch.message_count": len(bodies)},
    ):
        yield


def traceparent_of(span: Span) -> str:
    """Return the W3C form of a span's context."""
    carrier: dict[str, str] = {}
    TRACE_CONTEXT.inject(carrier, trace.set_span_in_context(span, SpanContexts()))
    return carrier["traceparent"]


def _parent(envelope: Envelope) -> SpanContexts:
    carrier = {"traceparent": envelope.traceparent or "", "tracestate": envelope.tracestate or ""}
    return TRACE_CONTEXT.extract(carrier, SpanContexts())


def _links(parents: Iterable[str | None]) -> list[Link]:
    links = []
    for parent in parents:
        context = _context_of(parent)
        if context is not None:
            links.append(Link(context))
    return links


def _context_of(parent: str | None) -> SpanContext | None:
    if not parent or trace_id(parent) is None:
        return None
    extracted = TRACE_CONTEXT.extract({"traceparent": parent}, SpanContexts())
    return trace.get_current_span(extracted).get_span_context()


def _operation(name: str, kind: str) -> Attributes:
    return {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": name,
        "messaging.operation.type": kind,
    }


def _consumed(read: Read, service: str) -> Attributes:
    envelope, delivery = read.envelope, read.delivery
    attributes = _operation("process", "process") | {
        "messaging.destination.name": queue_of(service, read.handling.weight),
        "messaging.message.id": envelope.id,
        "messaging.message.body.size": len(delivery.body),
        "cloudevents.event_id": envelope.id,
        "cloudevents.event_source": envelope.source,
        "cloudevents.event_type": envelope.type,
        "aftercart.shop": envelope.shop,
    }
    if envelope.correlationid:
        attributes["messaging.message.conversation_id"] = envelope.correlationid
    if delivery.attempts:
        attributes["aftercart.attempts"] = delivery.attempts
    return attributes


def _describe(span: Span, final: Final) -> None:
    error = final.verdict.error
    if isinstance(final, Decided):
        span.set_attribute("aftercart.outcome", final.status)
    elif isinstance(final, Postponed):
        span.set_attribute("aftercart.outcome", "postponed")
    else:
        span.set_attribute("aftercart.outcome", "failed")
    if error is not None:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(Status(StatusCode.ERROR))
