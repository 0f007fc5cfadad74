"""Limits on the number of sent mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class SendingLimits:
    """Limits on sent mails per shop; 0 means none. Mails that share a limit (to one recipient, or
    all of a shop) are claimed by one process at a time: two would not see each other's claims.
    """

    recipient_per_hour: int = 0
    shop_per_minute: int = 0

    @property
    def any(self) -> bool:
        return bool(self.recipient_per_hour or self.shop_per_minute)


@dataclass(frozen=True)
class RecentClaims:
    """The times of claims, newest first: to the recipient of a mail within an hour, and of its shop
    within a minute.
    """

    to_recipient: Sequence[datetime] = ()
    of_shop: Sequence[datetime] = ()


def sendable_at(limits: SendingLimits, recent: RecentClaims) -> datetime | None:
    """Return when the limits allow another mail to be sent; None means now."""
    times = []
    if 0 < limits.recipient_per_hour <= len(recent.to_recipient):
        times.append(recent.to_recipient[limits.recipient_per_hour - 1] + HOUR)
    if 0 < limits.shop_per_minute <= len(recent.of_shop):
        times.append(recent.of_shop[limits.shop_per_minute - 1] + MINUTE)
    return max(times, default=None)
