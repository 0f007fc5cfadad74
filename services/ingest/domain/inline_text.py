"""Files and signatures embedded in the text itself by older programs: uuencode, PGP."""

import binascii
import re
from typing import NamedTuple

from shared.contracts.ingest import Mark

MAX_FILES = 100
_BEGIN = re.compile(r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n", re.MULTILINE)
_END = re.compile(r"^(?:`?\n)?end[ \t]*$", re.MULTILINE)
_LINE = re.compile(r"[\x20-\x60]{1,90}")
_PGP: tuple[tuple[str, Mark], ...] = (
    ("-----BEGIN PGP MESSAGE-----", "encrypted"),
    ("-----BEGIN PGP SIGNED MESSAGE-----", "signed"),
)


class Uuencoded(NamedTuple):
    """A text without its embedded files, and the files by name."""

    text: str
    files: list[tuple[str, bytes]]


def pgp_marks(text: str) -> set[Mark]:
    """Return the marks for inline PGP: encrypted or signed. Signatures are not verified."""
    marks: set[Mark] = set()
    lines = f"\n{text}\n"
    for begin, mark in _PGP:
        if f"\n{begin}\n" in lines:
            marks.add(mark)
    return marks


def without_uuencoded(text: str) -> Uuencoded:
    """Remove uuencoded files from a text; their names remain in brackets."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    place = 0
    for _ in range(MAX_FILES):
        begin = _BEGIN.search(text, place)
        end = _END.search(text, begin.end()) if begin else None
        if begin is None or end is None:
            break
        content = _decoded(text[begin.end() : end.start()])
        if content is None:
            kept.append(text[place : begin.end()])
            place = begin.end()
            continue
        files.append((begin[1].strip(), content))
        kept.append(f"{text[place : begin.start()]}[{begin[1].strip()}]")
        place = end.end()
    return Uuencoded("".join([*kept, text[place:]]), files)


def _decoded(body: str) -> bytes | None:
    """Return the bytes of uuencoded lines; None if one is invalid."""
    content = []
    for written in body.rstrip("\n").split("\n"):
        if written and not _LINE.fullmatch(written):
            return None
        try:
            content.append(_line(written))
        except (binascii.Error, ValueError):
            return None
    return b"".join(content)


def _line(written: str) -> bytes:
    try:
        return binascii.a2b_uu(written)
    except binascii.Error:  # some programs write excess characters after a line
        length = (((ord(written[0]) - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(written[:length])
