"""A phone number is found whichever way it is written."""

import pytest
from hypothesis import given, strategies as st

from shared.writing.phones import is_phone, phone_words, read_phone
from shared.writing.search import words

BERLIN = ("+49 30 1234567", "+49 (0)30 / 12 34 56-7", "0049301234567", "030 1234567", "030/1234567")
TEHRAN = ("+98 21 8888 1234", "۰۲۱-۸۸۸۸۱۲۳۴", "0098 21 88881234")


def finds(typed: str, stored: str) -> bool:
    """Return whether someone who types this finds that number."""
    phone, kept = read_phone(typed), set(phone_words(stored))
    return phone is not None and any(word.startswith(term) for term in phone.terms for word in kept)


@pytest.mark.parametrize("numbers", [BERLIN, TEHRAN])
def test_every_way_of_writing_finds_every_other(numbers: tuple[str, ...]) -> None:
    for stored in numbers:
        assert [typed for typed in numbers if not finds(typed, stored)] == []


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1234567", "+49 30 1234567"),
        ("34 567", "+49 30 1234567"),
        ("+49 30 123", "+49 30 1234567"),
        ("030 12", "0049 30 1234567"),
        ("49 30 1234567", "+49301234567"),
        ("(212) 555-0123", "+1 212-555-0123"),
        ("+1 (212) 555-0123", "2125550123"),
        ("+44 20 7946 0000", "020 7946 0000"),
        ("+353 1 234 5678", "(01) 234 5678"),
        ("06 1234 5678", "+39 06 1234 5678"),
    ],
)
def test_a_number_is_found_by_a_part_or_by_its_national_form(typed: str, stored: str) -> None:
    assert finds(typed, stored)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+44 30 1234567", "+49 30 1234567"),
        ("+49 30 1234567", "+49 40 1234567"),
        ("7654321", "+49 30 1234567"),
        ("567", "+49 30 1234567"),
    ],
)
def test_another_number_is_not_found(typed: str, stored: str) -> None:
    assert not finds(typed, stored)


@pytest.mark.parametrize("text", ["", "abc", "+", "(0)", "000", "+49"])
def test_a_text_without_a_number_is_none(text: str) -> None:
    assert read_phone(text) is None
    assert list(phone_words(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("030/123 45-67", True),
        ("+49 30 1", True),
        ("۰۲۱ ۸۸۸۸", True),
        ("1234", False),
        ("IN000012", False),
        ("4711-X", False),
    ],
)
def test_what_may_be_a_phone_number_in_a_general_search(text: str, expected: bool) -> None:
    assert is_phone(text) is expected


@given(st.text(alphabet="+0123456789 ()/-۱۲x", max_size=25))
def test_every_text_is_read_and_its_forms_are_fit_to_be_stored(text: str) -> None:
    forms = set(phone_words(text))
    assert words(*forms) == forms
    assert not forms or finds(text, text)
