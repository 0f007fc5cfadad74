"""Convert dates to the solar Hijri (Jalali) calendar.

By its 33-year cycle, y is a leap year if (25 y + 11) mod 33 < 8. From 1280 to 1501 (until 2123)
that agrees with the equinox as computed by ICU.
"""

from datetime import date, timedelta

CYCLE = 12053  # days in 33 years
FOUR_YEARS = 1461
EPOCH = date(1600, 3, 20).toordinal()  # 1 Farvardin 979, a first year of a cycle
NORMAL_YEAR, LEAP_YEAR = 365, 366
SIX_MONTHS = 186  # days; the first six months have 31, the others 30 or 29


def jalali(day: date) -> tuple[int, int, int]:
    """Return year, month and day of a Gregorian date: 2026-11-21 -> (1405, 8, 30)."""
    cycles, rest = divmod(day.toordinal() - EPOCH, CYCLE)
    fours, rest = divmod(rest, FOUR_YEARS)
    year = 979 + 33 * cycles + 4 * fours
    if rest >= LEAP_YEAR:
        years, rest = divmod(rest - 1, NORMAL_YEAR)
        year += years
    if rest < SIX_MONTHS:
        month, day_of_month = divmod(rest, 31)
    else:
        month, day_of_month = divmod(rest - SIX_MONTHS, 30)
        month += 6
    return year, month + 1, day_of_month + 1


def nowruz(year: int) -> date:
    """Return the Gregorian date of the first day of a year: 1405 -> 2026-03-21."""
    day = date(year + 621, 3, 19)
    while jalali(day) != (year, 1, 1):
        day += timedelta(days=1)
    return day
