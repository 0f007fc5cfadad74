"""Detect the language in which a customer writes, for answers to unknown customers."""

import re
from collections import Counter
from collections.abc import Mapping

EXAMINED = 4000  # characters
MIN_LETTERS = 3  # of a script to determine the language
MIN_WORDS = 2  # common words to determine the language
SCRIPTS: Mapping[str, str] = {
    "fa": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "he": "\u0590-\u05ff",
    "ru": "\u0400-\u04ff",
    "el": "\u0370-\u03ff",
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af",
    "zh": "\u4e00-\u9fff",
    "th": "\u0e00-\u0e7f",
    "hi": "\u0900-\u097f",
    "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff",
}
"""A language of each script; `_closer` distinguishes languages that share one."""
SHARED: Mapping[str, frozenset[str]] = {
    "fa": frozenset({"ar", "ckb", "fa", "ps", "ur"}),
    "ru": frozenset({"bg", "be", "mk", "ru", "sr", "uk"}),
    "hi": frozenset({"hi", "mr", "ne"}),
    "he": frozenset({"he", "yi"}),
    "zh": frozenset({"ja", "yue", "zh"}),
}
_COMMON_WORDS: Mapping[str, str] = {
    "en": "the and is my i have you for not it this with when where please thank order was can",
    "de": (
        "der die das und ist nicht ich habe sie mit für wann wo bitte danke meine mein"
        " bestellung noch wie"
    ),
    "fr": (
        "le les des et est je pas vous pour avec une mon ma quand où merci bonjour commande"
        " votre que"
    ),
    "es": ("el los las y es no mi para con una cuándo dónde gracias hola pedido por que está mis"),
    "it": (
        "il gli e è non mio per con una quando dove grazie ciao ordine che sono buongiorno della ho"
    ),
    "nl": (
        "de het en is niet ik heb mijn voor met een wanneer waar bedankt bestelling graag u nog"
    ),
    "pt": (
        "o os e é não meu minha para com uma quando onde obrigado obrigada olá encomenda pedido"
        " está"
    ),
    "pl": (
        "i jest nie mam moje mój dla kiedy gdzie proszę dziękuję zamówienie się na czy dzień dobry"
    ),
    "tr": (
        "ve bir bu için değil ne zaman nerede teşekkürler lütfen siparişim sipariş merhaba"
        " benim var"
    ),
    "sv": "och är inte jag har min för med ett när var tack beställning det hej",
}
WORDS: Mapping[str, frozenset[str]] = {
    tag: frozenset(words.split()) for tag, words in _COMMON_WORDS.items()
}
_LETTERS = {tag: re.compile(f"[{letters}]") for tag, letters in SCRIPTS.items()}
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(r"[^\W\d_]+")
_PERSIAN = re.compile("[پچژگکی]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")


def _languages_of() -> Mapping[str, list[str]]:
    """Return the languages in which each word is common."""
    found: dict[str, list[str]] = {}
    for tag, words in WORDS.items():
        for word in words:
            found.setdefault(word, []).append(tag)
    return found


_LANGUAGES_OF = _languages_of()


def language_of(text: str) -> str:
    """Return the language (BCP 47) of a text by its letters or common words; empty if uncertain."""
    seen = text[:EXAMINED]
    if seen.isascii():
        return _by_words(seen)
    counts = {tag: len(letters.findall(seen)) for tag, letters in _LETTERS.items()}
    script = max(counts, key=lambda tag: counts[tag])
    if counts["ja"] >= MIN_LETTERS:
        return "ja"
    if counts[script] >= max(MIN_LETTERS, len(_LATIN.findall(seen)) / 2):
        return _closer(script, seen)
    return _by_words(seen)


def written_as(language: str, text: str) -> str:
    """Return the chosen language of a text, unless the text has another script: then its own."""
    found = language_of(text)
    chosen = language.partition("-")[0]
    if not found or found in WORDS or found == chosen:
        return language
    for script, languages in SHARED.items():
        if (found == script or found in languages) and chosen in languages:
            return language
    return found


def _closer(script: str, text: str) -> str:
    if script == "fa" and not _PERSIAN.search(text):
        return "ar"
    if script == "ru" and _UKRAINIAN.search(text):
        return "uk"
    return script


def _by_words(text: str) -> str:
    """Return the language with most of its common words in the text, if no other has as many."""
    counts: Counter[str] = Counter()
    for word in _WORD.findall(text):
        # not Counter.update, which takes ten times as long for a few values
        for language in _LANGUAGES_OF.get(word.lower(), ()):
            counts[language] += 1
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < MIN_WORDS:
        return ""
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return ""
    return ranked[0][0]
