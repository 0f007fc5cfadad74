"""Words as they are looked up by their first letters: what people write in different ways becomes
the same.

Case, accents and kinds of digits do not matter, nor whether ی and ک were typed on a Persian or an
Arabic keyboard, nor whether parts of a word are joined by the zero-width non-joiner, or simply
written together.
"""

import unicodedata
from itertools import pairwise

LONGEST = 64  # characters of a word that are kept
MOST_WANTED = 8  # words of a question that count
MOST_REMEMBERED = 5000  # characters
JOINER = "\u200c"  # zero-width non-joiner: between the parts of one Persian word
SAME = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ې": "ی",
        "ك": "ک",
        "ڪ": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "ٱ": "ا",
        "ـ": None,
        "ء": None,
        "ı": "i",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)


def words(*texts: str) -> frozenset[str]:
    """The words of texts, as they are kept to be found; in Persian also two of them written
    together.
    """
    return frozenset([word[:LONGEST] for text in texts for word in _kept(_plain(text))])


def wanted(text: str) -> tuple[str, ...]:
    """The first letters that someone asks for: every one must begin a word. Empty where nothing can
    be looked up.
    """
    plain = _plain(text).replace(JOINER, "")
    found = sorted({word[:LONGEST] for word in _split(plain)}, key=lambda word: (-len(word), word))
    needed = [
        word
        for place, word in enumerate(found)
        if not any(other.startswith(word) for other in found[:place])
    ]
    return tuple(needed[:MOST_WANTED])


def sorting(text: str) -> str:
    """The words in the order of the text: what a list is sorted by."""
    return " ".join(_split(_plain(text).replace(JOINER, "")))


def _kept(plain: str) -> list[str]:
    pieces = _split(plain)
    if plain.isascii():
        return pieces
    joined = _split(plain.replace(JOINER, "")) if JOINER in plain else []
    pairs = [
        one + other for one, other in pairwise(pieces) if _is_persian(one) and _is_persian(other)
    ]
    return [*pieces, *joined, *pairs]


def _plain(text: str) -> str:
    """Letters and digits in their plainest form; marks are gone, every other character is a space,
    joiners stay.
    """
    if text.isascii():
        return text.lower().translate(_PLAINEST)
    folded = unicodedata.normalize("NFKD", text).casefold().translate(SAME)
    return unicodedata.normalize("NFKD", folded).translate(SAME).translate(_PLAINEST)


class _Plainest(dict[int, str]):
    """What becomes of characters, by their code; those that came before are remembered."""

    def __missing__(self, code: int) -> str:
        plainest = _plainest(chr(code))
        if len(self) < MOST_REMEMBERED:
            self[code] = plainest
        return plainest


_PLAINEST = _Plainest()


def _plainest(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] in "LN" or category == "Mc" or character == JOINER:
        return character
    return "" if category in ("Mn", "Me", "Cf") else " "


def _split(plain: str) -> list[str]:
    return plain.replace(JOINER, " ").split()


def _is_persian(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"
