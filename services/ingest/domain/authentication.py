"""Read the DMARC result of the receiving mail server (RFC 8601); only the server named in the
settings is trusted.

Any sender can write such a field. Our server puts its own above the rest of the mail, so the
topmost field of that server counts.
"""

from collections.abc import Iterable
from typing import Literal

from authres import AuthenticationResultsHeader

MAX_LENGTH = 4000  # characters of a field
MAX_FIELDS = 20
Verdict = Literal["pass", "fail", "none"]


def dmarc_of(fields: Iterable[str], receiver: str | None) -> Verdict:
    """Return the DMARC result of `Authentication-Results` fields, topmost first; `receiver` is the
    authserv-id to trust.
    """
    if not receiver:
        return "none"
    for field in fields:
        results = _parsed(field)
        if results and str(results.authserv_id).lower() == receiver.lower():
            return _dmarc_result(results)
    return "none"


def may_copy(original_failed: bool, verdict: Verdict) -> bool:
    """Return whether a mail may be a copy of one that was filed before. One that failed DMARC, and
    so may be forged, is no original of a mail that did not.
    """
    return verdict == "fail" or not original_failed


def _dmarc_result(header: AuthenticationResultsHeader) -> Verdict:
    found: Verdict = "none"
    for result in header.results:
        if result.method.lower() != "dmarc":
            continue
        if str(result.result).lower() == "fail":
            return "fail"
        if str(result.result).lower() == "pass":
            found = "pass"
    return found


def _parsed(field: str) -> AuthenticationResultsHeader | None:
    try:
        return AuthenticationResultsHeader.parse_value(field[:MAX_LENGTH])
    except Exception:  # malformed fields of any kind
        return None
