"""Write a mail of text and HTML, byte by byte as `email` does, in a quarter of the time."""

from binascii import b2a_base64
from email import quoprimime

LINE = 78  # characters (RFC 5322, 2.1.1)
BYTES = LINE // 4 * 3  # of a line in base64
BREAK = b"\r\n"


def write_alternative(head: str, boundary: str, text: str, html: str) -> bytes:
    """Return a mail with a text and an HTML part. `head` holds its folded headers, among them the
    type `multipart/alternative` with the boundary.
    """
    mark = boundary.encode()
    return b"".join(
        [
            head.encode(),
            BREAK,
            b"--" + mark + BREAK,
            _part("plain", text, ""),
            BREAK + b"--" + mark + BREAK,
            _part("html", html, "MIME-Version: 1.0\r\n"),
            BREAK + b"--" + mark + b"--" + BREAK,
        ]
    )


def _part(kind: str, text: str, last_header: str) -> bytes:
    encoding, content = _encoded(text)
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n'
        f"{last_header}\r\n"
    )
    return head.encode() + content


def _encoded(text: str) -> tuple[str, bytes]:
    """Return the shortest encoding in 7 bit, judged by the first lines, and the encoded text."""
    lines = text.encode().splitlines()
    content = BREAK.join(lines) + BREAK
    if content.isascii() and max(map(len, lines), default=0) <= LINE:
        return "7bit", content
    first = BREAK.join(lines[:10]) + BREAK
    if len(quoprimime.body_encode(first.decode("latin-1"), LINE)) > len(b2a_base64(first)):
        pieces = []
        for place in range(0, len(content), BYTES):
            pieces.append(b2a_base64(content[place : place + BYTES], newline=False))
        return "base64", BREAK.join(pieces) + BREAK
    quoted = quoprimime.body_encode(
        "\n".join(line.decode("latin-1") for line in lines) + "\n", LINE
    )
    return "quoted-printable", quoted.replace("\n", "\r\n").encode()
