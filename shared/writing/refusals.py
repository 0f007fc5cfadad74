"""Translate the sentences of refusals, and the values in them.

Services write a sentence in English where they refuse something, with the values at hand. It is one
of its code's sentences in `shared.contracts.refusals`, from which the values are read again; those
of other languages are in `refusal_sentences`, one file per language.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from shared.contracts.message import Value
from shared.contracts.problems import PROBLEMS
from shared.contracts.refusal_variants import PHRASES, SHARED, VARIANTS
from shared.contracts.refusals import SENTENCES
from shared.writing.formats import FALLBACK, Formats, read_language
from shared.writing.text import isolate

FOLDER = files("shared.writing") / "refusal_sentences"
LANGUAGES = ("de", "fa", "fr")
# A number begins where no other one goes on, so that the search stays linear.
MONEY = re.compile(r"(?<![\d,.])(?P<number>-?\d(?:[\d,]*\d)?(?:\.\d+)?) (?P<currency>[A-Z]{3})")
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
NESTED = ("not_possible", "not_positive", "nothing_due", "no_invoice")
"""Codes whose sentences stand inside of others."""
Templates = tuple[str, ...]


class Catalogue(Value):
    """The sentences of a language: those of each code, parts of sentences, and problems."""

    refusals: dict[str, str | list[str]]
    phrases: dict[str, str]
    problems: dict[str, str]


def translated(code: str, sentence: str, language: str) -> tuple[str, str]:
    """Return the sentence of a refusal in a language, and that language: English if the sentence
    is in none of its parents.
    """
    tag = language.lower().partition("-")[0]
    if tag not in LANGUAGES:
        return sentence, FALLBACK
    found = _translated(templates(code), templates_in(code, tag), sentence, tag)
    if found is None:
        return sentence, FALLBACK
    return found, tag


def translated_problem(sentence: str, language: str) -> str:
    """Return the fault of a value, in a language."""
    tag = language.lower().partition("-")[0]
    if tag not in LANGUAGES:
        return sentence
    english, other = (
        tuple(PROBLEMS.values()),
        tuple(_catalogue(tag).problems[key] for key in PROBLEMS),
    )
    return _translated(english, other, sentence, tag) or sentence


def templates(code: str) -> Templates:
    """Return the English sentences of a code; values stand in braces."""
    if code not in SENTENCES:
        return ()
    own = (SENTENCES[code], *VARIANTS.get(code, ()))
    return own + templates(SHARED[code]) if code in SHARED else own


def templates_in(code: str, tag: str) -> Templates:
    """Return the sentences of a code in another language, in the same order."""
    found = _catalogue(tag).refusals.get(code, ())
    own = (found,) if isinstance(found, str) else tuple(found)
    return own + templates_in(SHARED[code], tag) if code in SHARED else own


def has_template(code: str, sentence: str) -> bool:
    """Return whether a sentence is one of its code's."""
    return _match(templates(code), sentence) is not None


def _translated(english: Templates, other: Templates, sentence: str, tag: str) -> str | None:
    found = _match(english, sentence)
    if found is None or found[0] >= len(other):
        return None
    index, values = found
    return other[index].format(**{name: _value(value, tag) for name, value in values.items()})


def _match(english: Templates, sentence: str) -> tuple[int, Mapping[str, str]] | None:
    """Return which of the templates a sentence is, and its values. Those with more text of their
    own come first.
    """
    order = sorted(range(len(english)), key=lambda index: -len(_text(english[index])))
    for index in order:
        match = _pattern(english[index]).fullmatch(sentence)
        if match:
            return index, match.groupdict()
    return None


def _text(template: str) -> str:
    return re.sub(r"\{\w+\}", "", template)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pattern, seen = "", set()
    for part in re.split(r"(\{\w+\}|\{\{|\}\})", template):
        name = part[1:-1]
        if part in ("{{", "}}"):
            pattern += re.escape(part[0])
        elif not (part.startswith("{") and part.endswith("}")):
            pattern += re.escape(part)
        elif name in seen:
            pattern += f"(?P={name})"
        else:
            pattern += f"(?P<{name}>.*?)"
            seen.add(name)
    return re.compile(pattern, re.DOTALL)


def _value(text: str, tag: str) -> str:
    """Return a value as it is written in a language: money, numbers, sentences and phrases; any
    other text as it is.
    """
    formats = _formats(tag)
    money = MONEY.fullmatch(text)
    if money:
        number = formats.write_number(money["number"].replace(",", ""))
        return formats.money.format(
            number=number, currency=formats.name_currency(money["currency"])
        )
    if NUMBER.fullmatch(text):
        return formats.write_number(text.replace(",", ""))
    for key, phrase in PHRASES.items():
        match = _pattern(phrase).fullmatch(text)
        if match:
            values = {name: _value(value, tag) for name, value in match.groupdict().items()}
            return _catalogue(tag).phrases[key].format(**values)
    return _nested(text, tag) or _list(text, formats)


def _nested(text: str, tag: str) -> str | None:
    for sentence in (text, f"{text}."):
        for code in NESTED:
            found = _translated(templates(code), templates_in(code, tag), sentence, tag)
            if found:
                return found
        problem = translated_problem(sentence, tag)
        if problem != sentence:
            return problem
    return None


def _list(text: str, formats: Formats) -> str:
    parts = text.split(", ")
    if formats.direction == "rtl":
        parts = [isolate(part) for part in parts]
    return formats.comma.join(parts)


@cache
def _catalogue(tag: str) -> Catalogue:
    return Catalogue.model_validate(tomllib.loads((FOLDER / f"{tag}.toml").read_text("utf-8")))


@cache
def _formats(tag: str) -> Formats:
    return read_language(Formats, tag, "")
