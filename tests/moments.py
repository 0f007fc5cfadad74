"""A moment that falls on three days: 21 November in UTC, the 20th in the west, the 22nd in the
east.
"""

from datetime import UTC, datetime
from typing import Any

MOMENT = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # UTC+14 and UTC-11
UTC_DAYS = (
    "21 November 2026",
    "21. November 2026",
    "21 novembre 2026",
    "۳۰ آبان ۱۴۰۵",
    "2026-11-21",
    "20261121",
)
"""That day in every language and in data."""
EASTERN = {
    "en": "22 November 2026",
    "de": "22. November 2026",
    "fr": "22 novembre 2026",
    "fa": "۱ آذر ۱۴۰۵",
}
WESTERN = {
    "en": "20 November 2026",
    "de": "20. November 2026",
    "fr": "20 novembre 2026",
    "fa": "۲۹ آبان ۱۴۰۵",
}
DAYS = {EAST: EASTERN, WEST: WESTERN}


def at_the_moment(value: Any, zone: str) -> Any:
    """Data with every time in it at that moment, and every shop in `zone`: what is added later is
    asked, too.
    """
    if isinstance(value, datetime):
        return MOMENT
    if isinstance(value, dict):
        found = {key: at_the_moment(each, zone) for key, each in value.items()}
        return found | ({"timezone": zone} if "timezone" in found else {})
    return [at_the_moment(each, zone) for each in value] if isinstance(value, list) else value


def utc_days(text: str) -> list[str]:
    """Where it shows the day of UTC."""
    return [day for day in UTC_DAYS if day in text]
