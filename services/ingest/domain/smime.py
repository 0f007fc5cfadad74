"""Open opaque S/MIME (RFC 8551): a mail packed with its signature; encrypted ones stay closed."""

MAX_LENGTH = 30 * 2**20


def opened(content: bytes) -> bytes | None:
    """Return the mail inside a signed message; None if it is encrypted or not such a message.
    Nothing is verified.
    """
    # Loaded by the processes that parse mails: see `adapters/parser_preload.py`.
    from asn1crypto import cms  # noqa: PLC0415

    try:
        message = cms.ContentInfo.load(content[:MAX_LENGTH])
        if message["content_type"].native != "signed_data":
            return None
        inside = message["content"]["encap_content_info"]["content"].native
    except Exception:  # malformed content of any kind
        return None
    return inside if isinstance(inside, bytes) and inside else None
