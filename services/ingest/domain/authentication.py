"""Read the DMARC result of the receiving mail server (RFC 8601); only the server named in the
settings is trusted.

Any sender can write such a field. Our server puts its own above the rest of the mail, so the
topmost field of that server counts.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

MAX_LENGTH = 4000  # characters of a field
MAX_FIELDS = 20
DMARC = re.compile(r"dmarc\s*(?:/\s*\d+\s*)?=\s*([\w-]+)", re.IGNORECASE)
Verdict = Literal["pass", "fail", "none"]


def dmarc_of(fields: Iterable[str], receiver: str | None) -> Verdict:
    """Return the DMARC result of `Authentication-Results` fields, topmost first; `receiver` is the
    authserv-id to trust.
    """
    if not receiver:
        return "none"
    for field in fields:
        server, *results = _parts(field[:MAX_LENGTH])
        if _server_name(server) == receiver.lower():
            return _dmarc_result(results)
    return "none"


def may_copy(original_failed: bool, verdict: Verdict) -> bool:
    """Return whether a mail may be a copy of one that was filed before. One that failed DMARC, and
    so may be forged, is no original of a mail that did not.
    """
    return verdict == "fail" or not original_failed


def _dmarc_result(results: Sequence[str]) -> Verdict:
    found: Verdict = "none"
    for result in results:
        stated = DMARC.match(result.lstrip())
        word = stated[1].lower() if stated else ""
        if word == "fail":
            return "fail"
        if word == "pass":
            found = "pass"
    return found


def _server_name(part: str) -> str:
    """Return the authserv-id in the first part, which may be quoted and have a version."""
    name = part.split()[:1]
    return name[0].strip('"').lower() if name else ""


def _parts(field: str) -> list[str]:
    """Split a field at its semicolons, without comments. In quoted strings neither counts. Returns
    one empty part if a comment or a string does not end.
    """
    parts, comments, quoted = [""], 0, False
    characters = iter(field)
    for character in characters:
        if character == "\\" and (quoted or comments):
            next(characters, "")
            continue
        if quoted:
            quoted = character != '"'
        elif character == "(":
            comments += 1
            continue
        elif character == ")" and comments:
            comments -= 1
            continue
        elif character == '"' and not comments:
            quoted = True
        elif character == ";" and not comments:
            parts.append("")
            continue
        if not comments:
            parts[-1] += character
    return [""] if comments or quoted else parts
