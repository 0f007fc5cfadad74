"""What strangers wrote is shown as people read it, and steers no terminal."""

import pytest

from shared.cli.terminal import clean


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("می‌رسد", "می‌رسد"),  # the non-joiner is a letter's form
        ("\u2068Corner Shop\u2069\u200f", "Corner Shop"),
        ("10\u00a0000\u202f€", "10 000 €"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("\u202egnp.exe", "gnp.exe"),  # turns a name round: photo\u202egnp.exe
        ("\x1b[2Jgone\x9b\x07", "\ufffd[2Jgone\ufffd\ufffd"),
        ("Mug\t2", "Mug 2"),
        ("two\nlines", "two\ufffdlines"),
    ],
)
def test_what_nobody_sees_is_left_out_and_what_steers_is_replaced(written: str, shown: str) -> None:
    assert clean(written) == shown


def test_line_ends_stay_where_a_text_is_shown_as_it_is() -> None:
    assert clean("two\nlines\x1b", "\n") == "two\nlines\ufffd"
