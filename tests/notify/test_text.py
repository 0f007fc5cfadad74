import pytest
from hypothesis import given, strategies as st

from services.notify.domain.text import (
    clean_lines,
    direction,
    paragraphs,
    without_answer_marks,
    without_isolates,
)
from shared.writing.text import clean, isolate


@given(st.text())
def test_a_clean_text_is_one_line_whoever_splits_it(text: str) -> None:
    assert len(clean(text).splitlines()) <= 1
    assert clean(clean(text)) == clean(text)


def test_controls_and_tricks_with_the_direction_are_taken_out() -> None:
    assert clean("Ada\r\nBcc: eve@x.test\x00") == "Ada Bcc: eve@x.test"
    assert clean("invoice\u202efdp.exe") == "invoicefdp.exe"


def test_joiners_stay_because_persian_needs_them() -> None:
    assert clean("می‌شود") == "می‌شود"


def test_the_lines_of_a_longer_text_stay() -> None:
    assert clean_lines("\nHello\tAda,\r\n\r\nbye\n\n") == "Hello Ada,\n\nbye"
    assert paragraphs("one\ntwo\n \nthree\n") == ["one\ntwo", "three"]


@pytest.mark.parametrize("text", ["Ada", "آدا", "42"])
def test_an_isolated_text_is_the_same_without_its_isolates(text: str) -> None:
    assert without_isolates(isolate(text)) == text


def test_nothing_is_not_isolated() -> None:
    assert isolate("") == ""


def test_the_first_letter_tells_the_direction() -> None:
    assert direction("42 mugs") == "ltr"
    assert direction("۲ لیوان Mug") == "rtl"
    assert direction("42", "rtl") == "rtl"


@pytest.mark.parametrize(
    ("subject", "rest"),
    [
        ("Re: AW: RE[2]: Your order", "Your order"),
        ("پاسخ: سفارش", "سفارش"),
        ("Reply to you", "Reply to you"),
        ("Re:", ""),
    ],
)
def test_a_subject_loses_its_answer_marks(subject: str, rest: str) -> None:
    assert without_answer_marks(subject) == rest
