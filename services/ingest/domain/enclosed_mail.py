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
    if encoding in ENCODED and _lacks_separator(message):
        # The parser took an encoded line for text, and the generator added an empty line.
        content = content.replace(b"\n\n", b"\n", 1)
    if encoding == "quoted-printable":
        return quopri.decodestring(content.lstrip())
    if encoding == "base64":
        with contextlib.suppress(binascii.Error):
            return binascii.a2b_base64(content)
    return content


def _lacks_separator(message: Message) -> bool:
    return any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in message.defects)


def bytes_of(message: Message) -> bytes:
    """Return the source of a part; empty if its parts are nested too deeply."""
    try:
        return message.as_bytes(policy=_AS_IT_CAME)
    except RecursionError:
        return b""
    # Characters that cannot be encoded.
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError):
        return str(message.get_payload()).encode("utf-8", "replace")


def children(part: Message) -> list[Message]:
    """Return the parts directly inside a multipart or an enclosed mail."""
    return [child for child in part.get_payload() if isinstance(child, Message)]
