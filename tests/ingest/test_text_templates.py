"""Texts of the shop: choice of language, placeholders, and search terms."""

import pytest
from hypothesis import given, strategies as st

from services.ingest.domain.contacts import FIRST, addressed
from services.ingest.domain.search_terms import MAX_TERMS, search_terms_of
from services.ingest.domain.text_templates import (
    NAMES,
    PlaceholderValues,
    fill,
    in_language,
    objection,
)
from shared.contracts.ingest import Contact

TEXTS = {"en": "Dear", "fa": "گرامی", "fr": "Cher", "pt-BR": "Prezada"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("fa",), "fa"),
        (("fa-IR",), "fa"),
        (("fr-CA-x-old",), "fr"),
        (("pt-BR",), "pt-BR"),
        (("pt",), "en"),
        (("de",), "en"),
        (("de", "fr"), "fr"),
        ((), "en"),
    ],
)
def test_a_text_is_in_the_language_that_is_wanted_or_in_english(
    wanted: tuple[str, ...], found: str
) -> None:
    assert in_language(TEXTS, *wanted) == (found, TEXTS[found])


def test_any_text_is_better_than_none() -> None:
    assert in_language({"tr": "Sayın", "nl": "Beste"}, "fa") == ("nl", "Beste")
    assert in_language({}, "fa") is None


def test_placeholders_are_filled_in() -> None:
    blanks = PlaceholderValues("Ada", "Anna", "XKBK", "Corner Shop", "A question")
    assert (
        fill(
            "{customer_name}|{employee}|{order_reference}|{shop_name}|{subject}|{customer_name}",
            blanks,
        )
        == "Ada|Anna|XKBK|Corner Shop|A question|Ada"
    )


def test_placeholders_are_replaced_once() -> None:
    assert (
        fill(
            "{customer_name} {subject}",
            PlaceholderValues("{employee}", "Anna", subject="{shop_name}"),
        )
        == "{employee} {shop_name}"
    )


@given(st.text(alphabet="{}ab _"), st.sampled_from(NAMES))
def test_nothing_but_placeholders_is_touched(text: str, name: str) -> None:
    assert fill(text, PlaceholderValues("x", "x", "x", "x", "x")) == text
    assert objection({"en": text.replace("{", "").replace("}", "") + f"{{{name}}}"}) is None


@pytest.mark.parametrize(
    "text", ["{customer}", "{}", "{{customer_name}} {x}", "{customer_name.__class__}", "{0}"]
)
def test_a_placeholder_that_there_is_not_is_named(text: str) -> None:
    found = objection({"en": "Dear {customer_name}", "fa": text})
    assert found
    assert (found[0], "{customer_name}" in found[1]) == ("fa", True)


@given(st.lists(st.text(), max_size=5))
def test_a_text_has_a_limited_number_of_words_each_of_them_short(texts: list[str]) -> None:
    found = search_terms_of(*texts)
    assert found == sorted(set(found))
    assert len(found) <= MAX_TERMS + len(texts)
    assert all(0 < len(word) <= 64 for word in found)


@pytest.mark.parametrize(
    ("recipients", "key"),
    [
        ("", "customer_service"),
        ("press@shop.test", "press"),
        ("a@b.test, The Press <PRESS@shop.TEST>", "press"),
        ("press+k2a@shop.test", "press"),
        ("xpress@shop.test", "customer_service"),
        ("press@shop.test.evil", "customer_service"),
    ],
)
def test_a_mail_is_for_the_contact_among_its_recipients(recipients: str, key: str) -> None:
    press = Contact(key="press", names={"en": "Press"}, email="Press@shop.test")
    assert addressed({**FIRST, "press": press}, recipients) == key
