"""Write a minimal winmail.dat like Outlook's (MS-OXTNEF)."""

import struct

_SIGNATURE, _KEY = 0x223E9F78, 1
_VERSION, _RENDERING, _TITLE, _DATA = 0x00089006, 0x00069002, 0x00018010, 0x0006800F
_PROPERTIES, _BINARY, _RTF_COMPRESSED = 0x00069003, 0x0102, 0x1009
_ATTACHMENT = 0x00069005
_OF_MESSAGE, _OF_ATTACHMENT = 1, 2


def winmail(
    filename: str = "",
    content: bytes = b"",
    *,
    rtf: bytes = b"",
    message: bytes = b"",
    properties: bytes = b"",
) -> bytes:
    """Return a winmail.dat with one file and a text as compressed rich text (MS-OXRTFCP).

    `message` are properties of the message, `properties` those of a file, as they are encoded.
    """
    begin = struct.pack("<IH", _SIGNATURE, _KEY) + _attribute(
        _OF_MESSAGE, _VERSION, struct.pack("<I", 0x00010000)
    )
    if rtf:
        padded = rtf + bytes(-len(rtf) % 4)
        text = struct.pack("<IHHII", 1, _BINARY, _RTF_COMPRESSED, 1, len(rtf)) + padded
        begin += _attribute(_OF_MESSAGE, _PROPERTIES, text)
    if message:
        begin += _attribute(_OF_MESSAGE, _PROPERTIES, message)
    if properties:
        begin += _attribute(_OF_ATTACHMENT, _RENDERING, struct.pack("<HIHHI", 1, 0, 0, 0, 0))
        begin += _attribute(_OF_ATTACHMENT, _ATTACHMENT, properties)
    if not filename:
        return begin
    return begin + b"".join(
        [
            _attribute(_OF_ATTACHMENT, _RENDERING, struct.pack("<HIHHI", 1, 0, 0, 0, 0)),
            _attribute(_OF_ATTACHMENT, _TITLE, filename.encode() + b"\0"),
            _attribute(_OF_ATTACHMENT, _DATA, content),
        ]
    )


def _attribute(level: int, name: int, data: bytes) -> bytes:
    return (
        struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    )
