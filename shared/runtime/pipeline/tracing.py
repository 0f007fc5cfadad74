"""Pass W3C trace context on in messages. Source: https://www.w3.org/TR/trace-context/"""

import random
import re

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
