"""A message is built when it is first used, once, whichever threads use it at the same time."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from pydantic import create_model

from shared.contracts.message import Value
from shared.contracts.values import Money

THREADS = 8
PAID = {"lines": [{"price": {"amount": 5, "currency": "EUR"}}]}


@pytest.fixture
def impatient() -> Iterator[None]:
    """Change threads as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def declared(number: int) -> Any:
    line = create_model(f"Line{number}", __base__=Value, price=(Money, ...))
    return create_model(f"Paid{number}", __base__=Value, lines=(list[line], ...))


def test_threads_that_use_a_message_first_get_the_same(impatient: None) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for number in range(20):
            model, together = declared(number), Barrier(THREADS)
            assert not model.__pydantic_complete__

            def use(_: int, model: Any = model, together: Barrier = together) -> Any:
                together.wait()
                found = model.model_validate(PAID)
                with pytest.raises(ValueError, match="amount"):
                    model(lines=[{"price": {"amount": "5", "currency": "EUR"}}])
                return found, found.model_dump_json()

            results = list(pool.map(use, range(THREADS)))
            assert all(found == results[0][0] for found, _ in results)
            assert {text for _, text in results} == {
                '{"lines":[{"price":{"amount":5,"currency":"EUR"}}]}'
            }
