"""The source of mails and reports enclosed in a mail."""

import binascii
import contextlib
import quopri
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from email.policy import compat32

ENCODED = ("base64", "quoted-printable")
_AS_IT_CAME = compat32.clone(max_line_length=0, mangle_from_=False)


def decoded_mail(message: Message, encoding: str) -> bytes:
    """Return the source of an enclosed mail. RFC 2046 forbids to encode it, but some programs
    do.
    """
    content = bytes_of(message)
    if encoding in ENCODED and any(
        isinstance(each, MissingHeaderBodySeparatorDefect) for each in message.defects
    ):
        content = content.replace(
            b"\n\n", b"\n", 1
        )  # which stands where an encoded line was taken for text
    if encoding == "quoted-printable":
        return quopri.decodestring(content.lstrip())
    if encoding == "base64":
        with contextlib.suppress(binascii.Error):
            return binascii.a2b_base64(content)
    return content


def bytes_of(message: Message) -> bytes:
    """Return the source of a part; empty if its parts are nested too deeply."""
    try:
        return message.as_bytes(policy=_AS_IT_CAME)
    except RecursionError:
        return b""
    except (
        UnicodeError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
    ):  # characters that have no bytes
        return str(message.get_payload()).encode("utf-8", "replace")
