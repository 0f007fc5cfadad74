"""W3C trace context in messages."""

import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from shared.contracts.envelope import Envelope
from shared.runtime.pipeline import tracing
from shared.runtime.pipeline.tracing import Context

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_child_stays_in_the_trace_with_a_span_of_its_own() -> None:
    child = tracing.child(PARENT)
    assert tracing.FORM.fullmatch(child)
    assert tracing.trace_id(child) == tracing.trace_id(PARENT) == "0af7651916cd43dd8448eb211c80319c"
    assert child[36:52] != PARENT[36:52]


@pytest.mark.parametrize("flags", ["00", "01", "ff"])
def test_a_child_keeps_the_flags(flags: str) -> None:
    assert tracing.child(PARENT[:-2] + flags).endswith(f"-{flags}")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "x",
        PARENT.upper(),
        PARENT + "-more",
        PARENT + "\n",
        "01" + PARENT[2:],
        PARENT[:-1],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_what_is_no_trace_begins_a_new_one(text: Any) -> None:
    child = tracing.child(text)
    assert tracing.FORM.fullmatch(child)
    assert tracing.trace_id(text) is None
    assert tracing.trace_id(child) not in str(text)


@given(st.text())
def test_every_child_is_well_formed(text: Any) -> None:
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", tracing.child(text))


def cause(**attributes: Any) -> Envelope:
    return Envelope(id="c-1", source="/shop", type="aftercart.x.y.v1", **attributes)


def test_an_effect_carries_the_trace_its_state_and_the_correlation_of_its_cause() -> None:
    found = Context.of_effect(
        cause(traceparent=PARENT, tracestate="vendor=1,other=2", correlationid="walk")
    )
    assert tracing.trace_id(found.traceparent) == tracing.trace_id(PARENT)
    assert (found.tracestate, found.tracelink) == ("vendor=1,other=2", None)
    assert found.correlationid == "walk"


def test_the_first_message_gives_its_id_to_the_correlation() -> None:
    assert Context.of_effect(cause()).correlationid == "c-1"


@pytest.mark.parametrize(
    ("parent", "state"), [(None, "x=1"), ("invalid", "x=1"), (PARENT, "x=" + "1" * 511)]
)
def test_a_state_without_its_trace_or_too_long_is_dropped(parent: Any, state: str) -> None:
    """W3C Trace Context, 3.3.1.5 and 3.4: a list above 512 characters may be dropped."""
    assert Context.of_effect(cause(traceparent=parent, tracestate=state)).tracestate is None


def test_a_beginning_is_linked_to_its_cause() -> None:
    found = Context.of_beginning(cause(traceparent=PARENT, tracestate="x=1", correlationid="walk"))
    assert tracing.trace_id(found.traceparent) != tracing.trace_id(PARENT)
    assert (found.tracelink, found.tracestate, found.correlationid) == (PARENT, None, None)


def test_another_attempt_has_the_correlation_of_the_first() -> None:
    assert Context.of_beginning(cause(), correlated=True).correlationid == "c-1"
    assert Context.of_beginning(cause(traceparent="invalid")).tracelink is None
