"""Measure how much the reader of one line of code must keep in mind."""

import ast
from collections.abc import Sequence

COMPREHENSIONS = "comprehensions per 1,000 lines"
CONDITIONALS = "conditional expressions per 1,000 lines"
LONGEST_FILE = "lines of the longest file"
LIMITS = {COMPREHENSIONS: 15.0, CONDITIONALS: 10.0, LONGEST_FILE: 350.0}
"""The aim for files is 300 lines; a module becomes a package before it reaches the limit."""

KINDS = {
    COMPREHENSIONS: (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    CONDITIONALS: (ast.IfExp,),
}


def measure(sources: Sequence[str]) -> dict[str, float]:
    """Return each measure of some source files, empty lines left out."""
    lines = 0
    counts = dict.fromkeys(KINDS, 0)
    longest = 0
    for source in sources:
        lines += len(list(filter(str.strip, source.splitlines())))
        longest = max(longest, len(source.splitlines()))
        for node in ast.walk(ast.parse(source)):
            for name, kinds in KINDS.items():
                counts[name] += isinstance(node, kinds)
    found = {name: 1000 * count / max(1, lines) for name, count in counts.items()}
    return {**found, LONGEST_FILE: longest}
