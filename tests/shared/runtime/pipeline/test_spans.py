"""OpenTelemetry sees one span for each message, and one trace from the first to the last."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

from shared.runtime.pipeline import spans
from shared.runtime.pipeline.relay import Relay
from shared.runtime.rabbitmq.delivery import receive
from shared.runtime.rabbitmq.outgoing import Outcome
from shared.runtime.storage.leases import leases
from tests.notify.builders import FakeAdapters, NotifyHarness, content_of, transitioned
from tests.words import delivery, sqlite_url

TRACE, SENDER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SENDER}-01"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    found = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    monkeypatch.setattr(spans, "tracer", provider.get_tracer("test"))
    monkeypatch.setattr(spans, "enabled", lambda: True)
    return found


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


def ids(span: ReadableSpan) -> tuple[str, str, str | None]:
    """Return the ids of the trace, the span and its parent."""
    context = span.get_span_context()
    assert context is not None
    parent = format_span_id(span.parent.span_id) if span.parent else None
    return format_trace_id(context.trace_id), format_span_id(context.span_id), parent


def linked(found: Sequence[ReadableSpan]) -> list[str]:
    return [format_span_id(link.context.span_id) for span in found for link in span.links]


def test_each_message_of_a_batch_has_a_span_below_that_of_its_sender(
    table: Any, exporter: InMemorySpanExporter
) -> None:
    senders = [f"{SENDER[:-1]}{digit}" for digit in "abc"]
    batch = [
        delivery("toy.add", {"key": sender, "amount": 1}, traceparent=f"00-{TRACE}-{sender}-01")
        for sender in senders
    ]
    table.deliver(*batch)
    found = named(exporter, "process toy.add")
    assert [ids(span)[2] for span in found] == senders
    assert {ids(span)[0] for span in found} == {TRACE}
    assert {span.kind for span in found} == {SpanKind.CONSUMER}
    attributes = dict(found[0].attributes or {})
    assert (
        attributes
        | {
            "messaging.system": "rabbitmq",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": "toy",
            "messaging.message.id": batch[0].envelope.id,
            "messaging.message.body.size": len(batch[0].body),
            "cloudevents.event_type": "aftercart.toy.add.v1",
            "aftercart.outcome": "done",
        }
        == attributes
    )


def test_one_trace_leads_from_the_first_message_to_the_last(
    table: Any, exporter: InMemorySpanExporter
) -> None:
    data = {"key": "a", "amount": 1, "tidy": True}
    added, tidy = table.tell("toy.add", data, traceparent=PARENT)
    table.deliver(receive(tidy.encode()))
    (process,) = named(exporter, "process toy.add")
    (create,) = named(exporter, "create toy.tidy")
    (last,) = named(exporter, "process toy.tidy")
    assert ids(create) == (TRACE, tidy.traceparent[36:52], ids(process)[1])
    assert ids(last)[0::2] == (TRACE, ids(create)[1])
    (event,) = named(exporter, "create toy.added")
    assert added.traceparent[36:52] == ids(event)[1]


def test_one_trace_leads_from_the_command_to_the_accepted_mail(
    tmp_path: Path, exporter: InMemorySpanExporter
) -> None:
    """The events of `orders` and `documents` are written here; the test above shows that they
    carry the trace of the command.
    """
    adapters = FakeAdapters()
    desk = NotifyHarness.at(sqlite_url(tmp_path), adapters)
    event = transitioned()
    desk.tell("order.transitioned", event, traceparent=PARENT)
    desk.tell("document.content", content_of(event), traceparent=PARENT)
    desk.run_own_commands()
    assert len(adapters.sent) == 1
    path = [
        named(exporter, name)[-1]
        for name in ("process document.content", "create mail.deliver", "process mail.deliver")
    ]
    sent = named(exporter, "create mail.sent")[0]
    assert {ids(span)[0] for span in (*path, sent)} == {TRACE}
    assert [ids(span)[2] for span in (*path, sent)] == [SENDER, *(ids(span)[1] for span in path)]


def test_a_message_without_a_trace_begins_one_with_its_span(
    table: Any, exporter: InMemorySpanExporter
) -> None:
    (added,) = table.tell("toy.add", {"key": "a", "amount": 1})
    (process,) = named(exporter, "process toy.add")
    assert ids(process)[2] is None
    assert added.traceparent[3:35] == ids(process)[0]


def test_a_scheduled_message_begins_a_trace_linked_to_its_cause(
    table: Any, exporter: InMemorySpanExporter
) -> None:
    table.tell("toy.add", {"key": "a", "amount": 1, "later": 60}, traceparent=PARENT)
    (process,), (create,) = named(exporter, "process toy.add"), named(exporter, "create toy.add")
    assert ids(create)[0] != TRACE
    assert linked([create]) == [ids(process)[1]]


@pytest.mark.parametrize(
    ("data", "outcome", "error"),
    [
        ({"amount": 13}, "refused", None),
        ({"amount": "many"}, "refused", None),
        ({"amount": 1, "fail": "bug"}, "failed", "ZeroDivisionError"),
        ({"amount": 1, "fail": "never"}, "failed", "Unprocessable"),
    ],
)
def test_a_span_says_what_became_of_the_message(
    table: Any, exporter: InMemorySpanExporter, data: Any, outcome: str, error: str | None
) -> None:
    table.deliver(delivery("toy.add", {"key": "a", **data}, traceparent=PARENT))
    (process,) = named(exporter, "process toy.add")
    attributes = dict(process.attributes or {})
    assert (attributes["aftercart.outcome"], attributes.get("error.type")) == (outcome, error)
    assert (process.status.status_code is StatusCode.ERROR) == bool(error)
    assert not process.events, "an exception's text may hold personal data"


def test_a_side_effect_and_a_question_have_one_span_each(
    table: Any, exporter: InMemorySpanExporter
) -> None:
    table.deliver(delivery("toy.act", {"key": "a"}))
    table.ask("toy.get", {"key": "a"})
    assert len(named(exporter, "process toy.act")) == len(named(exporter, "process toy.get")) == 1


def test_a_relay_links_what_it_sends_together(table: Any, exporter: InMemorySpanExporter) -> None:
    table.deliver(*[delivery("toy.add", {"key": key, "amount": 1}) for key in "ab"])
    relay = Relay("toy", table.engine, lambda batch: [Outcome.CONFIRMED] * len(batch))
    with leases(table.engine, "test", relay.partitions) as own:
        assert relay.forward(own.connection, relay.partitions).published == 2
    created = [ids(span)[1] for span in named(exporter, "create toy.added")]
    assert sorted(linked(named(exporter, "send outbox"))) == sorted(created)


def test_without_a_provider_nothing_is_recorded(table: Any) -> None:
    assert not spans.enabled()
    (added,) = table.tell("toy.add", {"key": "a", "amount": 1}, traceparent=PARENT)
    assert added.traceparent[3:35] == TRACE
