"""What a mail quotes of earlier ones, and its signature: folded when it is shown, never taken away.

Lines are counted from 1. A forwarded mail is what its sender wants to be read: it is not folded.
"""

import re
from typing import NamedTuple

MOST_LINES = 20_000
_LONGEST_LINE = 400  # characters of a line that are looked at


class Lines(NamedTuple):
    """From the first to the last, both included."""

    first: int
    last: int


_WROTE = re.compile(
    r"(?:^On\b.{1,300}\bwrote\s?:$)|(?:^Le\b.{1,300}\ba\s(?:é|e)crit\s?:$)|(?:^Am\b.{1,300}\bschrieb\b.{0,200}:$)|"
    r"(?:^.{1,200}\bschrieb am\b.{0,200}:$)|(?:^(?:در|به تاریخ|روز)\b.{1,300}(?:نوشت|نوشته است|نوشته|نوشته‌است)\s?:$)|"
    r"(?:^.{1,200}<[^<>\s]{3,254}>\s?(?:wrote|schrieb|a écrit|نوشت)\s?:$)",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"^(?:On|Le|Am|در|به تاریخ|روز)\b", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"^-{2,}\s*(?:Original Message|Original Appointment|Urspr(?:ü|ue)ngliche Nachricht|Message d['’]origine|"
    r"Message original|پیام اصلی)\s*-{2,}$|^_{20,}$|^(?:##-.*-##|-{3,} ?reply above this line ?-{3,})$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^-{2,}\s*(?:Forwarded message|Weitergeleitete Nachricht|Message transf(?:é|e)r(?:é|e)|پیام هدایت شده|"
    r"پیام ارسال‌شده|Begin forwarded message)|^(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht)\s?:",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\*?(?:From|Sent|To|Subject|Date|Cc|Von|Gesendet|An|Betreff|Datum|De|Envoyé|À|Objet|از|ارسال شده|به|موضوع|تاریخ)"
    r"\s?:\*?\s",
    re.IGNORECASE,
)


def folds_of(text: str) -> tuple[Lines, ...]:
    """The lines to fold, in order; none where nothing else would be left to read."""
    lines = [line.strip()[:_LONGEST_LINE] for line in text.split("\n")[:MOST_LINES]]
    quoted = _quoted(lines)
    found = _together([number for number, is_quoted in enumerate(quoted, 1) if is_quoted])
    said = any(line and not is_quoted for line, is_quoted in zip(lines, quoted, strict=True))
    return tuple(_whole(found, lines, text)) if said else ()


def _quoted(lines: list[str]) -> list[bool]:
    """Line by line, whether it is quoted or belongs to the signature."""
    quoted = [line.startswith(">") for line in lines]
    fields = [bool(_FIELD.match(line)) for line in lines]
    for number, line in enumerate(lines):
        if _FORWARDED.match(line):
            break
        end = _attribution(lines, number)
        if _begins_the_rest(lines, fields, number, end):
            return [*quoted[:number], *[True] * (len(lines) - number)]
        if end is not None and _quotes_follow(lines, quoted, end):
            quoted[number : end + 1] = [True] * (end + 1 - number)
    return quoted


def _begins_the_rest(lines: list[str], fields: list[bool], number: int, end: int | None) -> bool:
    """From here on everything is the earlier mail, or the signature. `end`: the last line of an attribution."""
    line = lines[number]
    if line == "--" or (_ORIGINAL.match(line) and (not line.startswith("_") or _headers(fields, number) >= 2)):
        return True
    if fields[number] and number > 0 and _headers(fields, number) >= 3:
        return True
    return end is not None and not any(near.startswith(">") for near in lines[end + 1 :]) and any(lines[end + 1 :])


def _headers(fields: list[bool], number: int) -> int:
    """How many of a line and those that follow are header fields."""
    return sum(fields[number : number + 5])


def _attribution(lines: list[str], number: int) -> int | None:
    """`On … wrote:`, in up to three lines; the number of its last."""
    if not (lines[number].endswith(":") or _BEGINS.match(lines[number])):
        return None
    for length in (1, 2, 3):
        if _WROTE.match(" ".join(lines[number : number + length])):
            return min(number + length, len(lines)) - 1
    return None


def _quotes_follow(lines: list[str], quoted: list[bool], end: int) -> bool:
    after = next((number for number in range(end + 1, len(lines)) if lines[number]), None)
    return after is not None and quoted[after]


def _together(numbers: list[int]) -> list[Lines]:
    found: list[Lines] = []
    for number in numbers:
        if found and found[-1].last == number - 1:
            found[-1] = Lines(found[-1].first, number)
        else:
            found.append(Lines(number, number))
    return found


def _whole(found: list[Lines], lines: list[str], text: str) -> list[Lines]:
    """A fold that reaches the end of what was looked at reaches the end of the text."""
    if found and found[-1].last == len(lines):
        found[-1] = Lines(found[-1].first, text.count("\n") + 1)
    return found
