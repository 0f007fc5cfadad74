"""What is written in different ways is found in every one of them."""

import pytest
from hypothesis import given, strategies as st

from shared.writing.search import MAX_LENGTH, MAX_TERMS, sorting, wanted, words

ZWNJ = "\u200c"


def finds(letters: str, *texts: str, whole: bool = False) -> bool:
    """Return whether someone who types this finds a row with these texts."""
    kept = words(*texts, whole=whole)
    return bool(wanted(letters)) and all(
        any(word.startswith(begin) for word in kept) for begin in wanted(letters)
    )


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("ada", "Ada Byron"),
        ("byr", "Ada Byron"),
        ("BYRON ADA", "Ada Byron"),
        ("a b", "Ada Byron"),
        ("ada@exa", "ada@example.test"),
        ("example.te", "ada@example.test"),
        ("mug-bl", "MUG-BLUE"),
        ("blue", "MUG-BLUE"),
        ("cafe", "Café"),
        ("CAFÉ", "cafe"),
        ("strasse", "Straße"),
        ("straße", "STRASSE"),
        ("łódź", "Lodz"),
        ("istanbul", "İSTANBUL"),
        ("ILIK", "ılık"),
        ("soren", "Søren"),
        ("aether", "Æther"),
        ("dodo", "Đođo"),
        ("fi", "ﬁsh"),
        ("２", "2 mugs"),
        ("κοσμος", "Κόσμος"),
        ("ёлка", "Елка"),
        ("tee", "TEE-250"),
        ("o'b", "O'Brien"),
    ],
)
def test_first_letters_find_words_whatever_case_and_accents(letters: str, text: str) -> None:
    assert finds(letters, text)


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("علی", "علي"),
        ("علي", "علی"),
        ("کتاب", "كتاب"),
        ("كتاب", "کتاب"),
        ("لیوان ابی", "لیوان آبی"),
        ("آبی", "لیوان ابی"),
        ("فاطمه", "فاطمة"),
        ("مسئله", "مسيله"),
        ("محمّد", "محمد"),
        ("سلام", "ســلام"),
        ("موسی", "موسى"),
        ("خانه", "خانۀ ما"),
        ("۱۲۳", "123"),
        ("123", "۱۲۳"),
        ("١٢٣", "۱۲۳"),
        ("شماره ۱۲", "شماره 123"),
    ],
)
def test_persian_and_arabic_letters_and_digits_are_the_same(letters: str, text: str) -> None:
    assert finds(letters, text)


@pytest.mark.parametrize("letters", [f"می{ZWNJ}خواهم", "می خواهم", "میخواهم", "میخ", "خواهم"])
@pytest.mark.parametrize("text", [f"می{ZWNJ}خواهم", "می خواهم"])
def test_a_joiner_a_space_or_nothing_between_the_parts_of_a_word_are_the_same(
    letters: str, text: str
) -> None:
    assert finds(letters, text)


def test_who_types_a_joiner_finds_what_was_written_together() -> None:
    assert finds(f"می{ZWNJ}خواهم", "میخواهم")


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("da", "Ada Byron"),
        ("yron", "Ada Byron"),
        ("ada b c", "Ada Byron"),
        ("adab", "Ada Byron"),
        ("12", "21"),
        ("ali", "علی"),
        ("کتب", "کتاب"),
    ],
)
def test_what_begins_no_word_finds_nothing(letters: str, text: str) -> None:
    assert not finds(letters, text)


@pytest.mark.parametrize("term", ["list-b", "LIST-B", "list.b", "list/b2", "b2"])
def test_punctuation_within_a_term_binds_its_words(term: str) -> None:
    assert finds(term, "A list", "LIST-B2")
    assert not finds(term, "LIST-A", "B-LIST", "B. Byron, list", "listb")


def test_a_term_with_punctuation_finds_a_short_text_with_spaces() -> None:
    assert finds("coca-cola", "The Coca Cola Company", whole=True)
    assert not finds("coca-cola", "The Coca Cola Company")


@pytest.mark.parametrize("text", ["", "  ", "!?", ZWNJ, "\u202e", "\u0301", "ـ", "—", "\0"])
def test_without_letter_and_digit_nothing_is_looked_up(text: str) -> None:
    assert wanted(text) == ()
    assert words(text) == frozenset()


def test_letters_that_others_begin_with_are_asked_once() -> None:
    assert wanted("ada ad ADA a byron") == ("byron", "ada")


def test_long_texts_are_bounded() -> None:
    assert words("x" * 200) == {"x" * MAX_LENGTH}
    assert finds("x" * 200, "x" * 100)
    assert len(wanted(" ".join("abcdefghijklm"))) == MAX_TERMS


def test_names_are_sorted_by_their_words() -> None:
    assert sorted(["Zoë", "Ångström", "ada", "Émile"], key=sorting) == [
        "ada",
        "Ångström",
        "Émile",
        "Zoë",
    ]


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_found_by_itself(text: str, whole: bool) -> None:
    assert finds(text, text, whole=whole) or not wanted(text)


@given(st.text(max_size=60))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert all(words(word) >= {word} for word in words(text))


@given(st.text(max_size=60), st.text(max_size=60))
def test_words_are_fit_to_be_kept(one: str, other: str) -> None:
    for word in words(one, other):
        assert 0 < len(word) <= MAX_LENGTH
        assert word == word.casefold()
        assert "\0" not in word
