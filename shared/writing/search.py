"""Words as they are looked up by their first letters: what people write in different ways becomes
the same.

Case, accents and kinds of digits do not matter, nor whether ی and ک were typed on a Persian or an
Arabic keyboard, nor whether parts of a word are joined by the zero-width non-joiner, or simply
written together.

Punctuation within a term binds its words to a sequence: `list-b` finds `LIST-B2` and `list.b`, but
no text that has `list` in one place and `b` in another. So a word is stored together with what
follows it up to the next space: `LIST-B2` as `list-b2` and as `b2`.
"""

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

LONGEST = 64  # characters of a word that are stored
SIGN = "-"  # what every punctuation mark between two words becomes
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


def words(*texts: str, whole: bool = False) -> frozenset[str]:
    """Return the words of texts as they are stored to be found, each with what follows it up to the
    next space. With `whole`, for names and other short texts, up to the end of the text, so that
    `coca-cola` finds `Coca Cola`, too.
    """
    found: set[str] = set()
    for text in texts:
        found.update(_stored(_plain(text), whole=whole))
    return frozenset(_cut(word) for word in found)


def wanted(text: str) -> tuple[str, ...]:
    """Return the terms that someone asks for: every one must begin a stored word. Empty where
    nothing can be looked up.
    """
    plain = _plain(text).replace(JOINER, "")
    terms = {_cut(SIGN.join(pieces)) for pieces in _chunks(plain)}
    found = sorted(terms, key=lambda word: (-len(word), word))
    needed = [
        word
        for place, word in enumerate(found)
        if not any(other.startswith(word) for other in found[:place])
    ]
    return tuple(needed[:MOST_WANTED])


def sorting(text: str) -> str:
    """Return the words in the order of the text: what a list is sorted by, and what two texts are
    compared by.
    """
    return " ".join(_split(_plain(text).replace(JOINER, "")))


def _stored(plain: str, *, whole: bool) -> Iterator[str]:
    yield from _sequences(plain.replace(JOINER, SIGN), whole=whole)
    if plain.isascii():
        return
    if JOINER in plain:
        yield from _sequences(plain.replace(JOINER, ""), whole=whole)
    for one, other in pairwise(_split(plain)):
        if _is_persian(one) and _is_persian(other):
            yield one + other


def _sequences(plain: str, *, whole: bool) -> Iterator[str]:
    """Yield each word with those that follow it."""
    for pieces in [_split(plain)] if whole else _chunks(plain):
        for place in range(len(pieces)):
            yield SIGN.join(pieces[place : place + LONGEST])


def _chunks(plain: str) -> Iterator[list[str]]:
    """Yield the words between two spaces."""
    for chunk in plain.split():
        pieces = _split(chunk)
        if pieces:
            yield pieces


def _cut(word: str) -> str:
    return word[:LONGEST].rstrip(SIGN)


def _plain(text: str) -> str:
    """Return letters and digits in their plainest form; marks are gone, punctuation is a `SIGN`,
    spaces and joiners stay.
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
    if category in ("Mn", "Me", "Cf"):
        return ""
    return " " if category[0] == "Z" or character.isspace() else SIGN


def _split(plain: str) -> list[str]:
    return plain.replace(JOINER, " ").replace(SIGN, " ").split()


def _is_persian(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"
