"""Pauses grow with each failure and stay limited, however long a failure lasts."""

import pytest

from shared.runtime.clock import backoff


@pytest.mark.parametrize(("failures", "pause"), [(0, 0.25), (1, 0.5), (6, 16.0), (7, 30.0)])
def test_a_pause_doubles_up_to_the_longest(failures: int, pause: float) -> None:
    assert backoff(0.25, failures, 30.0) == pause


def test_a_failure_that_lasts_for_days_has_the_longest_pause() -> None:
    assert backoff(0.25, 1_000_000, 30.0) == 30.0
