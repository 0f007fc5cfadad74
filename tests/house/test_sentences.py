"""Sentences that people read state money as people write it: `60.77 EUR`, by
`shared.writing.currencies.written`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loops import for_each

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in ROOT.glob("services/*/*/**/*.py") if "migrations" not in path.parts
)


def bare_amounts(source: str) -> Iterator[str]:
    """Yield each f-string that writes a value and a currency beside each other, or speaks of minor
    units.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        text = ast.unparse(node)
        pairs = zip(node.values, node.values[1:], node.values[2:], strict=False)
        beside = any(
            isinstance(value, ast.FormattedValue)
            and isinstance(blank, ast.Constant)
            and blank.value == " "
            and isinstance(currency, ast.FormattedValue)
            and "currency" in ast.unparse(currency.value)
            for value, blank, currency in pairs
        )
        if beside or "minor units" in text:
            yield text


@for_each(SOURCES, str)
def test_no_sentence_states_an_amount_in_minor_units(path: Path) -> None:
    assert list(bare_amounts(path.read_text())) == []


@pytest.mark.parametrize(
    "sentence", ['f"{left} {order.currency} is left."', 'f"{left} (minor units) are left."']
)
def test_a_bare_amount_is_found(sentence: str) -> None:
    assert list(bare_amounts(sentence))
