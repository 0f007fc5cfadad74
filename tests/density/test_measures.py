"""Dense code is found, and code that takes one step a line is not."""

from tests.density.measures import COMPREHENSIONS, CONDITIONALS, LIMITS, LONGEST_FILE, measure

DENSE = "a = [b for b in range(3) if b]\nc = 1 if a else 2\n"
PLAIN = "a = []\nfor b in range(3):\n    if b:\n        a.append(b)\n"


def test_dense_lines_exceed_both_limits() -> None:
    found = measure([DENSE, PLAIN])
    assert (found[COMPREHENSIONS], found[CONDITIONALS]) == (1000 / 6, 1000 / 6)
    assert found[COMPREHENSIONS] > LIMITS[COMPREHENSIONS]
    assert found[CONDITIONALS] > LIMITS[CONDITIONALS]


def test_plain_lines_count_nothing() -> None:
    assert measure([PLAIN]) == {COMPREHENSIONS: 0, CONDITIONALS: 0, LONGEST_FILE: 4}


def test_a_long_file_exceeds_its_limit() -> None:
    assert measure(["a = 1\n" * 351])[LONGEST_FILE] > LIMITS[LONGEST_FILE]
