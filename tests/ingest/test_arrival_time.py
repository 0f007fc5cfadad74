"""The time of arrival is read from the header if the mail server does not state it."""

from datetime import UTC, datetime

import pytest

from services.ingest.domain.arrival_time import received_at
from tests.ingest.builders import NOON, raw_mail

THREE = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        b"Received: from a by b; Sat, 21 Nov 2026 03:00:00 +0000",
        (
            b"Return-Path: <>\r\nRECEIVED : from a\r\n\tby b;\r\n Sat, 21 Nov 2026 04:30:00 +0130"
            b" (IRST)"
        ),
        (
            b"Received: from a by b; Sat, 21 Nov 2026 03:00:00 GMT\nReceived: from c by a; Sat, 21"
            b" Nov 2026 01:00:00 GMT"
        ),
        b"Received: from a by b; Sat, 21 Nov 2026 03:00:00 -0000",
    ],
)
def test_the_topmost_server_says_when_a_mail_arrived(fields: bytes) -> None:
    assert received_at(fields + b"\r\n" + raw_mail(), NOON) == THREE


@pytest.mark.parametrize(
    "fields",
    [
        b"",
        b"Received: from a by b\r\n",
        b"Received: from a by b; yesterday\r\n",
        b"Received: ; \xff\r\n",
        b"Received: a; Sat, 21 Nov 2099 03:00:00 +0000\r\n",
        b"Received: a; Sat, 99 Nov 2026 99:00:00 +0000\r\n",
        b"Received: a; Thu, 1 Jan 1970 00:00:00 +0000\r\n",
    ],
)
def test_an_invalid_or_future_time_is_ignored(fields: bytes) -> None:
    raw = fields + raw_mail("Received: from a by b; Sat, 21 Nov 2026 03:00:00 +0000")
    assert received_at(raw, NOON) == NOON
