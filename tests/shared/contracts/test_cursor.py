"""A cursor comes back as it went out, and nothing else is one."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from shared.contracts.cursor import Cursor, read, write

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, st.uuids())
def test_a_cursor_comes_back(at: datetime, key: UUID) -> None:
    assert read(write(Cursor(at, key))) == Cursor(at, key)


@given(MOMENTS, st.uuids())
def test_it_fits_into_the_message_and_needs_no_escape(at: datetime, key: UUID) -> None:
    text = write(Cursor(at, key))
    assert len(text) <= 200
    assert text.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=200))
def test_no_other_text_is_a_cursor(text: str) -> None:
    assert read(text) is None or write(read(text)) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "x", "=", "2026-11-21", "é", "MjAyNi0xMS0yMQ", "A" * 5, "A" * 200, "\ud800"]
)
def test_what_is_none_of_ours_is_none(text: str) -> None:
    assert read(text) is None


def test_a_time_without_zone_is_none() -> None:
    assert read(write(Cursor(datetime(2026, 11, 21), UUID(int=1)))) is None
