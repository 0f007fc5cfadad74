"""Invitations (RFC 5545): their summary, time and place as lines to read."""

import re

from services.ingest.domain.headers import line

LONGEST = 100_000  # characters that are looked at
_FOLD = re.compile(r"\r?\n[ \t]")
_EVENT = re.compile(r"^BEGIN:(?:VEVENT|VTODO)\s*?$", re.MULTILINE | re.IGNORECASE)
_FIELD = re.compile(
    r"^(SUMMARY|LOCATION|DTSTART|DTEND|DUE|STATUS)((?:;[^:\r\n]*)?):(.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r"TZID=\"?([^\";:]{1,60})", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([nN,;\\])")


def lines_of(calendar: str) -> str:
    """Return what the first event of a calendar says, a line each; empty where there is no
    event.
    """
    unfolded = _FOLD.sub("", calendar[:LONGEST])
    begin = _EVENT.search(unfolded)
    if begin is None:
        return ""
    found: dict[str, tuple[str, str]] = {}
    for name, parameters, value in _FIELD.findall(unfolded, begin.end()):
        found.setdefault(name.upper(), (parameters, value.strip()))
    said = [_plain(found, "SUMMARY"), _when(found), _plain(found, "LOCATION")]
    if _plain(found, "STATUS").upper() == "CANCELLED":
        said.append("CANCELLED")
    return "\n".join(filter(None, said))


def _plain(found: dict[str, tuple[str, str]], name: str) -> str:
    value = found.get(name, ("", ""))[1]
    return line(_ESCAPED.sub(lambda escaped: " " if escaped[1] in "nN" else escaped[1], value))


def _when(found: dict[str, tuple[str, str]]) -> str:
    """Return the time from its beginning to its end, with its zone; a day where there is no
    time.
    """
    parameters, first = found.get("DTSTART", ("", ""))
    begin, end = _TIME.match(first), _TIME.match(found.get("DTEND", found.get("DUE", ("", "")))[1])
    if begin is None:
        return ""
    zone = "UTC" if begin[6] else next(iter(_ZONE.findall(parameters)), "")
    until = f" – {_clock(end, begin)}" if end and begin[4] and end[4] else ""
    return line(f"{_clock(begin)}{until}{f' ({zone})' if zone else ''}")


def _clock(time: re.Match[str], after: re.Match[str] | None = None) -> str:
    """Return a date with its time; of an end on the same day the time alone."""
    day = f"{time[1]}-{time[2]}-{time[3]}"
    clock = f"{time[4]}:{time[5]}" if time[4] else ""
    same_day = after is not None and after.group(1, 2, 3) == time.group(1, 2, 3)
    return clock if same_day else f"{day} {clock}".strip()
