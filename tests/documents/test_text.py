import unicodedata

from hypothesis import given, strategies as st

from services.documents.domain.text import clean, clean_lines, isolate
from shared.writing.text import DIRECTION_CONTROLS, UNPRINTABLE


def test_plain_text_stays_as_it_is() -> None:
    assert clean("Émilie Žižek, 12 rue d'Été") == "Émilie Žižek, 12 rue d'Été"


def test_a_line_is_one_line() -> None:
    assert clean(" a\tb\r\nc\u2028d ") == "a b c d"


def test_control_characters_become_spaces() -> None:
    assert clean("a\x00b\x1bc\ud800d\ufffee") == "a b c d e"


def test_nobody_turns_the_text_around() -> None:
    assert clean("price \u202e001\u202c \u2066x") == "price 001 x"


def test_persian_keeps_its_joiners() -> None:
    assert clean("می\u200cشود") == "می\u200cشود"


def test_marks_do_not_pile_up() -> None:
    assert len(clean("a" + "\u0301" * 5000)) == 9


def test_an_endless_word_may_be_broken_and_an_address_may_not() -> None:
    address = "a" * 60 + "@" + "b" * 35 + ".test"
    assert clean("x" * 101) == "\u200b".join(["x" * 20] * 5 + ["x"])
    assert clean(address[:100]) == address[:100]


def test_lines_keep_their_breaks_and_lose_the_empty_end() -> None:
    assert clean_lines("one\r\n\n two \n\n\n") == ["one", "", "two"]


def test_what_runs_the_other_way_is_isolated() -> None:
    assert isolate("آدا", "ltr") == "\u2068آدا\u2069"
    assert isolate("Ada", "rtl") == "\u2068Ada\u2069"
    assert isolate("+98 21", "rtl") == "\u2068+98 21\u2069"
    assert isolate("Ada", "ltr") == "Ada"
    assert isolate("آدا", "rtl") == "آدا"


@given(st.text())
def test_whatever_comes_is_printable_afterwards(text: str) -> None:
    cleaned = clean(text)
    assert not DIRECTION_CONTROLS.intersection(cleaned)
    assert not {unicodedata.category(character) for character in cleaned} & UNPRINTABLE
