"""W3C trace context inside the messages. Source: https://www.w3.org/TR/trace-context/"""

import random
import re

FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def child(traceparent: str | None) -> str:
    """A new span in the trace of `traceparent`; a new trace where there is none, or a malformed
    one.
    """
    span = f"{random.getrandbits(64):016x}"
    if traceparent and FORM.fullmatch(traceparent):
        return f"{traceparent[:36]}{span}{traceparent[52:]}"
    return f"00-{random.getrandbits(128):032x}-{span}-01"


def trace_id(traceparent: str | None) -> str | None:
    """The 32 hexadecimal digits that all messages of one walk share."""
    return traceparent[3:35] if traceparent and FORM.fullmatch(traceparent) else None
