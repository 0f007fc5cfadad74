"""Read header fields of a mail, tolerantly and within limits: words, addresses, message ids."""

import base64
import binascii
import re
from email.message import Message
from typing import NamedTuple

from services.ingest.domain.charset import decode
from services.ingest.domain.charset_labels import codec_of
from services.ingest.domain.structured_fields import without_comments

MAX_FIELD_LENGTH = 64 * 1024  # characters
MAX_ADDRESS_FIELD_LENGTH = 8 * 1024
MAX_FIELDS = 1000

# As the contract has it, without what is not to be seen.
_ATOM = r"[^@\s<>,;:\"()\[\]\\\x00-\x20\x7f-\xa0\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
ADDRESS = re.compile(rf"{_ATOM}{{1,64}}@{_ATOM}{{1,189}}")
_WORD = re.compile(r"=\?([\w.:\-]{1,60})(?:\*[\w\-]*)?\?([bBqQ])\?([^?]*)\?=", re.ASCII)
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,498}>")
_TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*)"|\((?:[^()\\]|\\.)*\)|<([^<>]*)>|([,;:])|([^"(<,;:]+)|.', re.DOTALL
)
# Control characters, and those that turn the direction of what follows: names and subjects could
# hide something.
_UNSEEN = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class Address(NamedTuple):
    """A sender or recipient; the address in lower case."""

    name: str
    address: str


class Headers:
    """The fields of a part, by name in lower case."""

    def __init__(self, part: Message) -> None:
        self._fields: dict[str, list[str]] = {}
        for number, (name, value) in enumerate(part.raw_items()):
            if number < MAX_FIELDS:
                self._fields.setdefault(str(name).lower(), []).append(_unfolded(str(value)))

    def all(self, name: str) -> list[str]:
        """Return every value of a field, unfolded, with encoded words."""
        return self._fields.get(name, [])

    def first(self, name: str) -> str:
        """Return the first value of a field, or an empty string."""
        return self.all(name)[0] if name in self._fields else ""

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __len__(self) -> int:
        return len(self._fields)


def _unfolded(value: str) -> str:
    value = value[:MAX_FIELD_LENGTH]
    if not value.isascii():
        # Bytes above 127 come as surrogates; unencoded, they are usually UTF-8.
        value = decode(value.encode("ascii", "surrogateescape"))
    return " ".join(value.split())


def line(text: str, longest: int = 300) -> str:
    """Return text for one line of a screen: encoded words decoded, control and direction characters
    removed.
    """
    return " ".join(_UNSEEN.sub(" ", words(text)).split())[:longest].strip()


def words(text: str) -> str:
    """Return text with encoded words (RFC 2047) decoded. Adjacent words of one charset are joined
    first, since a character may be split.
    """
    if "=?" not in text:
        return text
    done, charset, data, end = list[str](), "", b"", 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        word_charset = found[1].lower()
        is_first = not charset
        if between.strip() or word_charset != charset:
            done.append(decode(data, charset))
            # Blanks between two encoded words are not part of the text.
            if between.strip() or is_first:
                done.append(between)
            charset, data = word_charset, b""
        data += _word(found[2].lower(), found[3], charset)
        end = found.end()
    return "".join([*done, decode(data, charset), text[end:]])


def _word(encoding: str, text: str, charset: str) -> bytes:
    """Return the bytes of an encoded word. A raw character in it stands for a byte of its
    charset.
    """
    data = text.encode(codec_of(charset) or "utf-8", "replace")
    if text.isascii():
        data = text.encode()
    if encoding == "q":
        return binascii.a2b_qp(data, header=True)
    try:
        return base64.b64decode(data + b"==")
    except ValueError:
        return data


def addresses(text: str) -> list[Address]:
    """Return the addresses of a field. Text in quotes or comments is a name, never an address."""
    found: list[Address] = []
    name, bare, angle = "", "", None
    for token in _TOKEN.finditer(text[:MAX_ADDRESS_FIELD_LENGTH] + ","):
        quoted, inside, mark, plain = token.groups()
        if mark:
            if mark != ":":
                found += _closed(name, bare, angle)
            name, bare, angle = "", "", None
        elif inside is not None:
            angle = f"{angle or ''} {_spec(inside)}"
        elif quoted:
            name += re.sub(r"\\(.)", r"\1", quoted)
            bare += " "
        else:
            name += plain or ""
            bare += plain or " "
    return found


def _spec(inside: str) -> str:
    """Return the content of angle brackets without comments and blanks, which RFC 5322, 4.4
    requires to be accepted.
    """
    if " " not in inside and "(" not in inside:
        return inside
    return re.sub(r" ?([@.]) ?", r"\1", " ".join(without_comments(inside).split()))


def _closed(name: str, bare: str, angle: str | None) -> list[Address]:
    if angle is None:
        return [Address("", address.lower()) for address in ADDRESS.findall(bare)]
    shown = line(name, 200)
    return [Address(shown, address.lower()) for address in ADDRESS.findall(angle)]


def message_ids(text: str) -> list[str]:
    """Return every `<…>` of a Message-ID, In-Reply-To or References field, in order, with the
    brackets.
    """
    return _MESSAGE_ID.findall(text)
