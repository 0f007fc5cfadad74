"""Read invitations (RFC 5545): summary, time and place as lines of text."""

import re

from services.ingest.domain.headers import line

MAX_LENGTH = 100_000  # characters that are read
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
    """Return the first event of a calendar, one line per field; empty if there is no event."""
    unfolded = _FOLD.sub("", calendar[:MAX_LENGTH])
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
    """Return the time from beginning to end, with its zone; a date if there is no time."""
    parameters, first = found.get("DTSTART", ("", ""))
    begin = _TIME.match(first)
    end = _TIME.match(found.get("DTEND", found.get("DUE", ("", "")))[1])
    if begin is None:
        return ""
    text = _clock(begin)
    if end and begin[4] and end[4]:
        text += f" – {_clock(end, begin)}"
    zone = _ZONE.search(parameters)
    if begin[6]:
        text += " (UTC)"
    elif zone:
        text += f" ({zone[1]})"
    return line(text)


def _clock(time: re.Match[str], after: re.Match[str] | None = None) -> str:
    """Return a date with its time; only the time for an end on the same day."""
    clock = f"{time[4]}:{time[5]}" if time[4] else ""
    if after is not None and after.group(1, 2, 3) == time.group(1, 2, 3):
        return clock
    return f"{time[1]}-{time[2]}-{time[3]} {clock}".strip()
