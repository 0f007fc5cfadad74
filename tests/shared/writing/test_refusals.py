"""The sentences of refusals exist in four languages, with the same values in each."""

import re

import pytest

from shared.contracts.problems import PROBLEMS
from shared.contracts.refusal_variants import PHRASES, VARIANTS
from shared.contracts.refusals import SENTENCES
from shared.writing.refusals import (
    LANGUAGES,
    _catalogue,
    has_template,
    templates,
    templates_in,
    translated,
    translated_problem,
)

PERSIAN, LATIN = re.compile("[\u0600-\u06ff]"), re.compile("[a-zA-Z]")
UNWANTED = ["minor unit", "Input should", "pattern", "instance", "dictionary", "^[", "\\d"]
EACH_LANGUAGE = pytest.mark.parametrize("tag", LANGUAGES)


def places(template: str) -> list[str]:
    return sorted(set(re.findall(r"\{\w+\}", template)))


@EACH_LANGUAGE
def test_every_sentence_of_every_code_is_translated_with_its_values(tag: str) -> None:
    assert set(_catalogue(tag).refusals) == set(SENTENCES)
    wrong = []
    for code in SENTENCES:
        english, other = templates(code), templates_in(code, tag)
        if [places(each) for each in english] != [places(each) for each in other]:
            wrong.append((code, english, other))
    assert wrong == []


@EACH_LANGUAGE
@pytest.mark.parametrize("part", ["phrases", "problems"])
def test_every_phrase_and_problem_is_translated_with_its_values(tag: str, part: str) -> None:
    english = {"phrases": PHRASES, "problems": PROBLEMS}[part]
    other = getattr(_catalogue(tag), part)
    assert {key: places(text) for key, text in english.items()} == {
        key: places(text) for key, text in other.items()
    }


def test_further_sentences_belong_to_codes_and_differ() -> None:
    assert set(VARIANTS) <= set(SENTENCES)
    for code in SENTENCES:
        own = (SENTENCES[code], *VARIANTS.get(code, ()))
        assert len(set(own)) == len(own), code


@EACH_LANGUAGE
def test_sentences_are_plain(tag: str) -> None:
    catalogue = _catalogue(tag)
    said = [*catalogue.problems.values(), *SENTENCES.values(), *PROBLEMS.values()]
    for code in SENTENCES:
        said += templates_in(code, tag)
    assert [text for text in said if any(mark in text for mark in UNWANTED)] == []


def test_persian_sentences_have_persian_marks_and_letters() -> None:
    """ARABIC letters of other keyboards, Latin commas, question marks and digits are mistakes."""
    catalogue = _catalogue("fa")
    said = list(catalogue.problems.values())
    for code in SENTENCES:
        said += templates_in(code, "fa")
    for text in said:
        prose = re.sub(
            r"«[^»]*»|\{[^}]*\}|'[^']*'|`[^`]*`|\([^)]*\)|https?\S*|[\w.:-]*\dT\S*", "", text
        )
        assert not re.search("[يك٠-٩,;?]", prose), text
        assert not re.search("[0-9]", prose.replace("UTF-8", "").replace("base64", "")), text


@pytest.mark.parametrize(
    ("code", "english", "language", "expected"),
    [
        (
            "total_differs",
            "The total is 24.80 EUR, but the customer was shown 19.90 EUR: show the price again.",
            "de-AT",
            "Die Summe ist 24,80 €, dem Kunden wurden aber 19,90 € gezeigt: Zeigen Sie den"
            " Preis noch einmal.",
        ),
        (
            "out_of_stock",
            "7 of 'MUG-BLUE' are wanted, but 2 are in stock.",
            "fr",
            "7 de « MUG-BLUE » sont demandés, mais 2 sont en stock.",
        ),
        (
            "too_much",
            "At most 1,250,000 IRR can still be taken off.",
            "fa-IR",
            "هنوز حداکثر ۱٬۲۵۰٬۰۰۰ ریال را می‌توان کم کرد.",
        ),
        ("guard_objects", "60.77 EUR is still to be paid.", "de", "60,77 € sind noch zu bezahlen."),
        (
            "not_possible",
            "60.77 EUR is still to be paid.",
            "de",
            "60,77 € sind noch zu bezahlen.",
        ),
        ("used_up", "'SPRING' has reached its usage limit.", "de", "„SPRING“ ist ausgeschöpft."),
        (
            "invalid",
            "lines[0].quantity: This must be more than 0.",
            "fr",
            "lines[0].quantity : Ce doit être plus que 0.",
        ),
        ("no_such_code", "Something.", "de", "Something."),
        ("empty_text", "The text is empty.", "ja", "The text is empty."),
    ],
)
def test_a_sentence_is_translated_with_its_values(
    code: str, english: str, language: str, expected: str
) -> None:
    sentence, tag = translated(code, english, language)
    assert (
        re.sub(
            "[\u00a0\u202f\u2068\u2069]", lambda m: " " if m[0] in "\u00a0\u202f" else "", sentence
        )
        == expected
    )
    assert tag == ("en" if sentence == english else language[:2])


def test_a_problem_is_translated() -> None:
    assert translated_problem("This must be at most 5.", "fa") == "این باید حداکثر ۵ باشد."
    assert translated_problem("This must be at most 5.", "ja") == "This must be at most 5."


def test_a_sentence_that_no_code_lists_is_noticed() -> None:
    assert has_template("unknown_order", "There is no order 7 in this shop.")
    assert not has_template("unknown_order", "Which order?")
