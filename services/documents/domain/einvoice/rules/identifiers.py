"""Company numbers with a check digit."""

import re


def is_gln(text: str) -> bool:
    """Return whether the text is a Global Location Number (GS1, weights 3 and 1)."""
    if not re.fullmatch("[0-9]{2,}", text):
        return False
    *body, check = map(int, text)
    body.reverse()
    weighed = 3 * sum(body[::2]) + sum(body[1::2])
    return -weighed % 10 == check


def is_norwegian(text: str) -> bool:
    """Return whether the text is an organisation number of Brønnøysundregistrene (modulus 11)."""
    if not re.fullmatch("[0-9]{9}", text):
        return False
    *body, check = map(int, text)
    weighed = sum(
        digit * weight for digit, weight in zip(body, (3, 2, 7, 6, 5, 4, 3, 2), strict=True)
    )
    return int(text) > 0 and -weighed % 11 == check


def is_danish(text: str) -> bool:
    """Return whether the text has the form of a CVR number."""
    return re.fullmatch("(DK)?[0-9]{8}", text) is not None


def is_belgian(text: str) -> bool:
    """Return whether the text is a number of the Crossroads Bank for Enterprises (modulus 97)."""
    return re.fullmatch("[0-9]{10}", text) is not None and 97 - int(text[:8]) % 97 == int(text[8:])


def is_swedish(text: str) -> bool:
    """Return whether the text is an organisation number (Luhn)."""
    if not re.fullmatch("[0-9]{10}", text):
        return False
    total = 0
    for place, digit in enumerate(map(int, text)):
        doubled = digit
        if place % 2 == 0:
            doubled = 2 * digit
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def is_australian(text: str) -> bool:
    """Return whether the text is an Australian Business Number (modulus 89)."""
    if not re.fullmatch("[0-9]{11}", text):
        return False
    weights = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
    first, *others = map(int, text)
    digits = (first - 1, *others)
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 89 == 0
