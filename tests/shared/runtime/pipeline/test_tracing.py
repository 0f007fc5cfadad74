"""W3C trace context in messages."""

import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from shared.runtime.pipeline import tracing

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
