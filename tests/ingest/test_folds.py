"""Quoted mails and signatures are folded in four languages; nothing is ever taken away."""

import pytest
from hypothesis import given, strategies as st

from services.ingest.domain.folds import folds_of

QUOTED = "> Shall we send it?\n> The shop"
MARKERS = [
    "On Mon, 23 Nov 2026 at 10:00, Corner Shop <service@shop.test> wrote:",
    "On Mon, 23 Nov 2026 at 10:00, Corner Shop\n<service+abcdefghijklmnopqrstuvwxyz234567abcdefghi@shop.test>\nwrote:",
    "Le lun. 23 nov. 2026 à 10:00, Corner Shop <service@shop.test> a écrit :",
    "Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Corner Shop <service@shop.test>:",
    "Corner Shop schrieb am 23.11.2026 um 10:00:",
    "در دوشنبه ۲ آذر ۱۴۰۵ ساعت ۱۰:۰۰، فروشگاه <service@shop.test> نوشت:",
    "در تاریخ دوشنبه ۲ آذر ۱۴۰۵، فروشگاه نوشته است:",
]
ORIGINALS = [
    "-----Original Message-----\nFrom: Corner Shop\nSent: Monday\nTo: Ada\nSubject: Mug",
    "-----Ursprüngliche Nachricht-----\nVon: Corner Shop\nGesendet: Montag\nAn: Ada\nBetreff: Tasse",
    "-----Message d'origine-----\nDe : Corner Shop\nEnvoyé : lundi\nÀ : Ada\nObjet : Tasse",
    "-----پیام اصلی-----\nاز: فروشگاه\nبه: آدا\nموضوع: لیوان",
    "________________________________\nFrom: Corner Shop\nSent: Monday\nTo: Ada\nSubject: Mug",
    "Von: Corner Shop\nGesendet: Montag\nAn: Ada\nBetreff: Tasse",
    "از: فروشگاه\nتاریخ: دوشنبه\nبه: آدا\nموضوع: لیوان",
]


@pytest.mark.parametrize("marker", MARKERS)
def test_what_is_quoted_is_folded_with_the_line_that_says_so(marker: str) -> None:
    text = f"Yes.\n\n{marker}\n{QUOTED}\n\nThanks"
    last = 3 + marker.count("\n") + 2
    assert folds_of(text) == ((3, last),)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_mail_quoted_without_any_sign_is_folded_to_its_end(marker: str) -> None:
    text = f"Yes.\n\n{marker}\nShall we send it?\nThe shop"
    assert folds_of(text) == ((3, text.count("\n") + 1),)


@pytest.mark.parametrize("original", ORIGINALS)
def test_an_original_below_is_folded_to_its_end(original: str) -> None:
    text = f"Yes, please.\n\n{original}\n\nDear Ada"
    assert folds_of(text) == ((3, text.count("\n") + 1),)


def test_answers_between_the_lines_stay_open() -> None:
    assert folds_of("> Blue or red?\nBlue.\n> How many?\nTwo.") == ((1, 1), (3, 3))


def test_a_signature_is_folded() -> None:
    assert folds_of("Yes.\n-- \nAda Byron\nLondon") == ((2, 4),)


def test_a_forwarded_mail_is_what_is_to_be_read() -> None:
    forwarded = "---------- Forwarded message ---------\nFrom: Eve\nDate: Monday\nSubject: Mug\nTo: Ada\n\nHello"
    text = f"See below.\n\n{forwarded}"
    assert folds_of(text) == ()


@pytest.mark.parametrize("text", [
    "", "Just words.", "> only\n> quotes", MARKERS[0] + "\n" + QUOTED, "On Monday I wrote: nothing",
    "From: me\nwith love", "Von: hier\nnach dort", "____________\nNo header follows", "Le chat écrit :", "در خانه بودم",
])
def test_where_nothing_else_would_be_left_or_nothing_is_quoted_nothing_is_folded(text: str) -> None:
    assert folds_of(text) == ()


LINES = [*MARKERS, *ORIGINALS, QUOTED, "", "words", "-- ", "> x", "wrote:", "On "]


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_folds_are_in_order_within_the_text_and_leave_something(lines: list[str]) -> None:
    text = "\n".join(lines)
    folds = folds_of(text)
    numbers = [number for fold in folds for number in range(fold.first, fold.last + 1)]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(1, text.count("\n") + 2))
    if folds:
        rest = [line for number, line in enumerate(text.split("\n"), 1) if number not in numbers]
        assert any(line.strip() for line in rest)
