"""The samples of `aftercart bench hot-spots`."""

import time
from functools import reduce
from importlib import import_module

import pytest

from deploy.bench import hot_spots
from deploy.bench.hot_spots import REST, STAGES, Sampler, timer, together


def spin(sampler: Sampler, samples: int) -> None:
    while sampler.samples < samples:
        time.process_time()


def test_samples_count_for_functions_and_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot_spots, "PACKAGES", ("tests",))
    monkeypatch.setitem(STAGES, f"{__name__}:spin", "spinning")
    sampler = Sampler()
    with timer(), sampler.document():
        spin(sampler, samples=3)
    spot = together([sampler, sampler]).hot_spots(1)[0]
    assert spot.function == f"{__name__}:spin"
    assert 0 < spot.own <= spot.total <= 1
    assert 0 < sampler.stage("spinning") <= sampler.milliseconds
    assert sampler.stage("spinning") + sampler.stage(REST) == pytest.approx(sampler.milliseconds)


@pytest.mark.parametrize("function", STAGES)
def test_each_stage_begins_with_a_function_that_exists(function: str) -> None:
    module, _, name = function.partition(":")
    assert callable(reduce(getattr, name.split("."), import_module(module)))


def test_the_beginning_of_a_document_is_sampled() -> None:
    """A timer of its own would begin too late: the first stages would take no time."""
    sampler = Sampler()
    with timer():
        for _ in range(100):
            with sampler.document():
                work(0.002)
    assert sampler.samples > 10


def work(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
