"""Phone numbers as they are found, whichever way they are written: with `+49`, `0049`, `0` or
nothing in front, with spaces, brackets and dashes or without.

A number is compared by its national part, the digits behind the country's code and the leading
zeros. The plan of country codes is ITU-T E.164: no code begins another one, and the first digits
tell how long it is.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

FEWEST_DIGITS = 4  # that stand for a number on their own
ONE_DIGIT = ("1", "7")  # North America, Russia and Kazakhstan
TWO_DIGITS = (
    *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46"),
    *("47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63"),
    *("64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"),
)
"""Every other code has three digits."""
LONGEST = 40  # digits of a number that count
SIGNS = frozenset(
    "+()[]/.- \u2010\u2011\u2013\u2014\u00a0\u202f"
)  # between digits; spaces and dashes
HOME = "n"  # begins the stored form of a number without a country's code


@dataclass(frozen=True)
class Phone:
    """The digits of a number; `code` is the country's, empty where it is not written."""

    code: str
    national: str

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the beginnings of stored forms by which the number is found: one of them is
        enough.
        """
        if self.code:
            return (self.code + self.national, HOME + self.national)
        return (self.national,)


def read_phone(text: str) -> Phone | None:
    """Return a phone number as a person wrote it, or None where nothing but zeros is behind
    the country's code.
    """
    text = text.replace("(0)", "")  # +49 (0) 30: not dialled from abroad
    found = _digits(text)
    plus = text.lstrip(" ([").startswith(("+", "\uff0b"))
    international = found if plus else found[2:] if found.startswith("00") else ""
    length = _code_length(international) if international else 0
    code, national = international[:length], international[length:] if length else found
    national = national.lstrip("0")
    return Phone(code, national) if national else None


def phone_words(text: str) -> Iterator[str]:
    """Yield the forms of a number that are stored to find it: in full, and every ending of its
    national part, since people leave out the area code.
    """
    phone = read_phone(text)
    if phone is None:
        return
    yield phone.code + phone.national if phone.code else HOME + phone.national
    yield phone.national
    for place in range(1, len(phone.national) - FEWEST_DIGITS + 1):
        yield phone.national[place:]


def is_phone(text: str) -> bool:
    """Return whether a text may be a phone number: digits and the signs between them, not less than
    a whole extension.
    """
    plain = [sign for sign in text if not sign.isdecimal() and sign not in SIGNS]
    return not plain and len(_digits(text)) > FEWEST_DIGITS


def _digits(text: str) -> str:
    found = "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())
    return found[:LONGEST]


def _code_length(digits: str) -> int:
    if digits.startswith(ONE_DIGIT):
        return 1
    return 2 if digits.startswith(TWO_DIGITS) else 3
