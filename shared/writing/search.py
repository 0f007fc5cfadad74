"""Split text into normalised words for prefix search.

Case, accents and the script of digits do not matter, nor whether ی and ک were typed on a Persian or
an Arabic keyboard, nor whether the parts of a word are joined by a zero-width non-joiner or written
together.

Punctuation makes words a sequence: `list-b` finds `LIST-B2` and `list.b`, but no text with `list`
in one place and `b` in another. Therefore a word is stored together with the words up to the next
space: `LIST-B2` as `list-b2` and as `b2`.
"""

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

MAX_LENGTH = 64  # characters of a stored word
SIGN = "-"  # replaces punctuation between two words
MAX_TERMS = 8  # of a search; further ones are ignored
MAX_CACHED = 5000  # characters
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
    """Return the words of texts as they are stored for search, each with the words up to the next
    space. With `whole`, for names and other short texts, with all following words, so that
    `coca-cola` also finds `Coca Cola`.
    """
    found: set[str] = set()
    for text in texts:
        plain = _plain(text)
        if plain.isascii() and SIGN not in plain and not whole:
            found.update(plain.split())  # as below, in a fifth of the time
        else:
            found.update(_stored(plain, whole=whole))
    return frozenset(map(_cut, found))


def wanted(text: str) -> tuple[str, ...]:
    """Return the terms of a search. Each must be the prefix of a stored word. Empty if the text has
    no letters or digits.
    """
    plain = _plain(text).replace(JOINER, "")
    terms: set[str] = set()
    for chunk in plain.split():
        terms.add(_cut(SIGN.join(_split(chunk))))
    terms.discard("")
    found = sorted(terms, key=lambda word: (-len(word), word))
    needed: list[str] = []
    for word in found:
        # A term that begins a longer one restricts nothing further.
        if not any(longer.startswith(word) for longer in needed):
            needed.append(word)
    return tuple(needed[:MAX_TERMS])


def sorting(text: str) -> str:
    """Return the normalised words of a text in order, as a key to sort and to compare texts."""
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
    """Yield each word with the following ones: all of them, or those up to the next space."""
    if whole:
        yield from _tails(_split(plain))
        return
    for chunk in plain.split():
        if SIGN in chunk:
            yield from _tails(_split(chunk))
        else:  # most words: saves half of the time
            yield chunk


def _tails(pieces: list[str]) -> Iterator[str]:
    for place in range(len(pieces)):
        yield SIGN.join(pieces[place : place + MAX_LENGTH])


def _cut(word: str) -> str:
    if len(word) <= MAX_LENGTH:
        return word
    return word[:MAX_LENGTH].rstrip(SIGN)


def _plain(text: str) -> str:
    """Return a text with normalised letters and digits: marks are removed, punctuation becomes
    `SIGN`, spaces and joiners stay.
    """
    if text.isascii():
        return text.lower().translate(_PLAINEST)
    folded = unicodedata.normalize("NFKD", text).casefold().translate(SAME)
    return unicodedata.normalize("NFKD", folded).translate(SAME).translate(_PLAINEST)


class _Plainest(dict[int, str]):
    """A cache of normalised characters by code point."""

    def __missing__(self, code: int) -> str:
        plainest = _plainest(chr(code))
        if len(self) < MAX_CACHED:
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
