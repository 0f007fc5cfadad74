"""Count marks of hard-to-read prose in docstrings and Markdown pages, per 1,000 words.

The limits are what docstrings of well-kept projects (svcs, structlog, procrastinate, httpx, click)
stay below. Words in code, quoted between backticks or in code blocks, do not count.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mark:
    """A pattern, and how often it may occur per 1,000 words."""

    name: str
    pattern: re.Pattern[str]
    limit: float


MARKS = (
    Mark(
        "'what' as a noun",
        re.compile(r"\bwhat (?:is|was|are|were|it|they|he|comes?|has|no)\b", re.I),
        0.5,
    ),
    Mark("who, whom, whose", re.compile(r"\b(?:who|whom|whose|whoever)\b", re.I), 0.5),
    Mark("he, his, him", re.compile(r"\b(?:he|his|him)\b", re.I), 0.0),
    Mark("told, tells, tell", re.compile(r"\b(?:told|tells|tell)\b", re.I), 0.3),
    Mark("kept, keeps", re.compile(r"\b(?:kept|keeps)\b", re.I), 1.3),
)


@dataclass(frozen=True)
class Passage:
    """A text, and the file and line where it starts."""

    file: Path
    line: int
    text: str


def docstrings(file: Path) -> Iterator[Passage]:
    """Yield the docstrings of a Python file, without its code in backticks."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            value = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield Passage(file, statement.lineno, _without_code(value.value))


def page(file: Path) -> Iterator[Passage]:
    """Yield the prose of a Markdown file, without its code."""
    yield Passage(file, 1, _without_code(file.read_text(encoding="utf-8")))


def count(passages: Iterable[Passage], mark: Mark) -> float:
    """Return how often a mark occurs per 1,000 words."""
    text = "\n".join(passage.text for passage in passages)
    words = len(re.findall(r"[^\W\d_][\w']*", text))
    return 1000 * len(mark.pattern.findall(text)) / max(1, words)


def places(passages: Iterable[Passage], mark: Mark) -> Iterator[str]:
    """Yield `file:line: text` for each occurrence of a mark."""
    for passage in passages:
        for offset, line in enumerate(passage.text.split("\n")):
            if mark.pattern.search(line):
                yield f"{passage.file}:{passage.line + offset}: {line.strip()}"


def _without_code(text: str) -> str:
    """Blank out code blocks and text in backticks; line numbers stay the same."""
    blocks = re.sub(r"^( *)```.*?^\1```", _newlines, text, flags=re.M | re.S)
    return re.sub(r"`[^`]*`", _newlines, blocks)


def _newlines(found: re.Match[str]) -> str:
    return "\n" * found.group().count("\n")
