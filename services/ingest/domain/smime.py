"""Opaque S/MIME (RFC 8551): a mail packed together with its signature is opened; what is encrypted
stays closed.
"""

from asn1crypto import cms

LONGEST = 30 * 2**20


def opened(content: bytes) -> bytes | None:
    """Return the mail inside a signed message; None where it is encrypted, or no such message.
    Nothing is verified.
    """
    try:
        message = cms.ContentInfo.load(content[:LONGEST])
        if message["content_type"].native != "signed_data":
            return None
        inside = message["content"]["encap_content_info"]["content"].native
    except Exception:  # whatever a sender may have packed
        return None
    return inside if isinstance(inside, bytes) and inside else None
