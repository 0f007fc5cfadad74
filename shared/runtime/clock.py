"""The current time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(UTC)


def backoff(first: float, failures: int, longest: float) -> float:
    """Return the seconds to wait after a number of failures: doubled by each, up to `longest`."""
    doublings = min(failures, 30)  # more would overflow a float
    return float(min(longest, first * 2**doublings))
