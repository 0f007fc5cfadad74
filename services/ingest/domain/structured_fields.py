"""Normalise structured header fields (RFC 2045, 2183): their first word without blanks, quotes and
comments.
"""

import re

MAX_LENGTH = 8 * 1024  # characters; longer fields are not rewritten
_ENCODINGS = {
    "base64": "base64",
    "quotedprintable": "quoted-printable",
    "7bit": "7bit",
    "8bit": "8bit",
    "binary": "binary",
    "xuuencode": "x-uuencode",
    "uuencode": "x-uuencode",
    "uue": "x-uuencode",
    "xuue": "x-uuencode",
}
_NAME = r"[\w!#$%&'*+.^`|~-]+"
_TYPE = re.compile(rf"[\s\"';=]*({_NAME})\s*/\s*({_NAME})[\s\"']*[;,]?", re.ASCII)
_WORD = re.compile(rf"[\s\"';=]*({_NAME})[\s\"']*(?:;|$)", re.ASCII)
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|[()]|\\.|[^"()\\]+|\\', re.DOTALL)


def without_comments(value: str) -> str:
    """Return the value without its comments, which may be nested; quoted text remains."""
    depth, kept = 0, []
    for piece in _PIECE.findall(value):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
            kept.append(" ")
        elif not depth:
            kept.append(piece)
    return "".join(kept)


def transfer_encoding(value: str) -> str:
    """Return the Content-Transfer-Encoding in standard notation; an unknown value is returned
    unchanged.
    """
    words = re.split(
        r"[\s;,\"']+", without_comments(value[:MAX_LENGTH]).strip(" \t\r\n;,\"'"), maxsplit=1
    )
    return _ENCODINGS.get(re.sub(r"[^a-z0-9]", "", words[0].lower()), value)


def content_type(value: str) -> str:
    """Return a Content-Type with its type in standard notation; its parameters are unchanged."""
    if len(value) > MAX_LENGTH:
        return value
    kind = value.partition(";")[0]
    # A file name may contain unquoted parentheses, so only parameters of multiparts are searched
    # for comments.
    if "(" in kind or kind.strip(" \t\"'").lower().startswith("multipart"):
        value = without_comments(value)
    found = _TYPE.match(value)
    if found is None:
        return value
    rest = value[found.end() :].strip().lstrip(";").strip()
    return "; ".join(filter(None, [f"{found[1]}/{found[2]}", rest]))


def disposition(value: str) -> str:
    """Return a Content-Disposition with its first word in standard notation."""
    if len(value) > MAX_LENGTH:
        return value
    kind, separator, parameters = value.partition(";")
    found = _WORD.match(without_comments(kind))
    if found is None or "=" in kind:
        return value
    return f"{found[1].lower()}{separator}{parameters}"
