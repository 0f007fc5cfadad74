"""Find phone numbers in any notation: with the prefix `+49`, `0049`, `0` or none, and with or
without spaces, brackets and dashes.

Numbers are compared by their national part: the digits after the country code and leading zeros.
Country codes follow ITU-T E.164: none is the prefix of another, and the first digits determine the
length.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MIN_DIGITS = 4  # of the shortest ending that is searched for
ONE_DIGIT = ("1", "7")  # North America, Russia and Kazakhstan
TWO_DIGITS = (
    *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46"),
    *("47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63"),
    *("64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"),
)
"""Every other code has three digits."""
MAX_DIGITS = 40  # further digits are ignored
SIGNS = frozenset(
    "+()[]/.- \u2010\u2011\u2013\u2014\u00a0\u202f"
)  # between digits; spaces and dashes
NO_CODE = "n"  # prefix of the stored form of a number without a country code


@dataclass(frozen=True)
class Phone:
    """The digits of a phone number. `code` is the country code, empty if it is not given."""

    code: str
    national: str

    @property
    def terms(self) -> tuple[str, ...]:
        """Return prefixes of stored forms. A stored number with one of them matches."""
        if self.code:
            return (self.code + self.national, NO_CODE + self.national)
        return (self.national,)


def read_phone(text: str) -> Phone | None:
    """Parse a phone number as a person wrote it. Return None if it has only zeros after the country
    code.
    """
    text = text.replace("(0)", "")  # +49 (0) 30: omitted in calls from abroad
    found = _digits(text)
    plus = text.lstrip(" ([").startswith(("+", "\uff0b"))
    code, national = "", found
    if not plus and found.startswith("00"):
        plus, found = True, found[2:]
    if plus and found:
        length = _code_length(found)
        code, national = found[:length], found[length:]
    national = national.lstrip("0")
    if not national:
        return None
    return Phone(code, national)


def phone_words(text: str) -> Iterator[str]:
    """Yield the forms of a number that are stored for search: the full number, and every ending of
    its national part, since people omit the area code.
    """
    phone = read_phone(text)
    if phone is None:
        return
    yield (phone.code or NO_CODE) + phone.national
    yield phone.national
    for place in range(1, len(phone.national) - MIN_DIGITS + 1):
        yield phone.national[place:]


def is_phone(text: str) -> bool:
    """Return whether a text may be a phone number: only digits and separators, and long enough."""
    for sign in text:
        if not sign.isdecimal() and sign not in SIGNS:
            return False
    return len(_digits(text)) > MIN_DIGITS


def _digits(text: str) -> str:
    found = "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())
    return found[:MAX_DIGITS]


def _code_length(digits: str) -> int:
    if digits.startswith(ONE_DIGIT):
        return 1
    if digits.startswith(TWO_DIGITS):
        return 2
    return 3
