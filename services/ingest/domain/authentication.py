"""What the receiving mail server found out about a sender (RFC 8601), believed of the server in the
settings only.

Everybody can write such a field. Ours stands above all that came with the mail, so the topmost of
its name counts.
"""

from collections.abc import Iterable
from typing import Literal

from authres import AuthenticationResultsHeader

LONGEST = 4000  # characters of a field
MOST_FIELDS = 20
Verdict = Literal["pass", "fail", "none"]


def dmarc_of(fields: Iterable[str], receiver: str | None) -> Verdict:
    """The DMARC result in `Authentication-Results` fields, topmost first; `receiver` is the
    authserv-id to believe.
    """
    if not receiver:
        return "none"
    for field in fields:
        results = _parsed(field)
        if results and str(results.authserv_id).lower() == receiver.lower():
            found = {
                str(result.result).lower()
                for result in results.results
                if result.method.lower() == "dmarc"
            }
            return "fail" if "fail" in found else "pass" if "pass" in found else "none"
    return "none"


def _parsed(field: str) -> AuthenticationResultsHeader | None:
    try:
        return AuthenticationResultsHeader.parse_value(field[:LONGEST])
    except Exception:  # whatever a sender may have thought of
        return None
