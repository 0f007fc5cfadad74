"""A test over many cases fails when one of them does, and says which."""

import pytest

from tests.loops import for_each


def test_every_failing_case_is_named() -> None:
    @for_each([1, 2, 3], str)
    def small(number: int) -> None:
        assert number < 2

    with pytest.raises(
        AssertionError, match=r"2 fail:\n\n2: AssertionError(?s:.*)3: AssertionError"
    ):
        small()


@pytest.mark.parametrize("limit", [3, 4])
@for_each([1, 2], str)
def test_other_parameters_stay_pytests(number: int, limit: int) -> None:
    assert number < limit
