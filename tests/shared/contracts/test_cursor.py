"""A cursor can be read back, and no other text is a cursor."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from shared.contracts.cursor import Cursor, read, write

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, st.uuids())
def test_a_cursor_can_be_read_back(at: datetime, key: UUID) -> None:
    assert read(write(Cursor(at, key))) == Cursor(at, key)


@given(MOMENTS, st.uuids())
def test_a_cursor_fits_into_a_message_without_escapes(at: datetime, key: UUID) -> None:
    text = write(Cursor(at, key))
    assert len(text) <= 200
    assert text.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=200))
def test_no_other_text_is_a_cursor(text: str) -> None:
    assert read(text) is None or write(read(text)) == text


@pytest.mark.parametrize(
    "text", ["", "x", "=", "2026-11-21", "é", "MjAyNi0xMS0yMQ", "A" * 5, "A" * 200, "\ud800"]
)
def test_a_foreign_text_is_not_a_cursor(text: str) -> None:
    assert read(text) is None


def test_a_time_without_zone_is_not_a_cursor() -> None:
    assert read(write(Cursor(datetime(2026, 11, 21), UUID(int=1)))) is None
