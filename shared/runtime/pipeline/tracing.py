"""Pass W3C trace context and the correlation on in messages.

Source: https://www.w3.org/TR/trace-context/

What comes from the schedule, and what a periodic job causes, begins a trace and a correlation of
its own: otherwise all mails that a mailbox ever received would share those of its first poll. The
attribute `tracelink` names the span that caused it.
"""

import random
import re
from dataclasses import dataclass
from typing import Self

from shared.contracts.envelope import Envelope

MAX_STATE = 512  # characters of `tracestate` that must be passed on
FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def child(traceparent: str | None) -> str:
    """Return a new span in the trace of `traceparent`; in a new trace if that is invalid."""
    span = f"{random.getrandbits(64):016x}"
    if traceparent and FORM.fullmatch(traceparent):
        return f"{traceparent[:36]}{span}{traceparent[52:]}"
    return f"00-{random.getrandbits(128):032x}-{span}-01"


def trace_id(traceparent: str | None) -> str | None:
    """Return the id that all messages of a trace share, 32 hexadecimal digits; None if invalid."""
    if not traceparent or not FORM.fullmatch(traceparent):
        return None
    return traceparent[3:35]


def span_id(traceparent: str | None) -> str | None:
    """Return the id of the span that sent a message, 16 hexadecimal digits; None if invalid."""
    if not traceparent or not FORM.fullmatch(traceparent):
        return None
    return traceparent[36:52]


@dataclass(frozen=True, slots=True)
class Context:
    """The attributes by which a message belongs to others."""

    traceparent: str
    tracestate: str | None = None
    tracelink: str | None = None
    correlationid: str | None = None

    @classmethod
    def of_effect(cls, cause: Envelope) -> Self:
        """Return the context of a message in the trace and the correlation of its cause."""
        state = cause.tracestate
        if state and (len(state) > MAX_STATE or not trace_id(cause.traceparent)):
            state = None
        return cls(child(cause.traceparent), state, correlationid=cause.correlationid or cause.id)

    @classmethod
    def of_beginning(cls, cause: Envelope, *, correlated: bool = False) -> Self:
        """Return the context of a message that begins a trace, linked to its cause. `correlated`:
        it has the correlation of its cause.
        """
        link = cause.traceparent if trace_id(cause.traceparent) else None
        correlation = (cause.correlationid or cause.id) if correlated else None
        return cls(child(None), tracelink=link, correlationid=correlation)
