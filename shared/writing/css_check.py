"""Find mistakes in CSS that renderers pass over in silence."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import tinycss2

from shared.writing.fault import Fault
from shared.writing.suggestions import did_you_mean

COMMENT_OR_STRING = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
FREE = re.compile(r"-|mso-|\*|_")
"""Begins the names that no list can hold: custom properties, those of vendors and of Outlook."""
CLOSED_BY = {"{": "}", "(": ")", "[": "]"}
WITH_RULES = {"media", "supports", "layer", "container", "document"}
MAX_SHOWN = 40  # characters of a property or a value in a sentence


def css_fault(source: str) -> Fault | None:
    """Return the first mistake: a bracket, a rule that cannot be parsed, an unknown property."""
    return _bracket_fault(source) or next(_faults(_parsed(source)), None)


def _parsed(source: str) -> list[Any]:
    parsed: list[Any] = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
    return parsed


def _bracket_fault(source: str) -> Fault | None:
    """Return the bracket that opens or closes nothing: parsers close open ones at the end."""
    bare = COMMENT_OR_STRING.sub(_blank, source)
    if "/*" in bare:
        return Fault(_line(bare, bare.index("/*")), "the comment is not closed: '*/' is missing")
    opened: list[re.Match[str]] = []
    for found in re.finditer(r"[{}()\[\]]", bare):
        if found[0] in CLOSED_BY:
            opened.append(found)
        elif not opened:
            return Fault(_line(bare, found.start()), f"'{found[0]}' closes nothing")
        elif CLOSED_BY[opened.pop()[0]] != found[0]:
            return Fault(_line(bare, found.start()), f"'{found[0]}' closes another bracket")
    if opened:
        last = opened[-1]
        missing = CLOSED_BY[last[0]]
        sentence = f"'{last[0]}' is not closed: '{missing}' is missing"
        return Fault(_line(bare, last.start()), sentence)
    return None


def _faults(rules: list[Any]) -> Iterator[Fault]:
    for rule in rules:
        if rule.type == "error":
            yield Fault(rule.source_line, f"it cannot be read: {rule.message}")
        elif rule.type == "qualified-rule":
            if not tinycss2.serialize(rule.prelude).strip():
                yield Fault(rule.source_line, "the selector before '{' is missing")
            yield from _declaration_faults(rule.content)
        elif rule.type == "at-rule" and rule.content is not None:
            if rule.lower_at_keyword in WITH_RULES:
                inner = tinycss2.parse_rule_list(
                    rule.content, skip_comments=True, skip_whitespace=True
                )
                yield from _faults(inner)
            elif rule.lower_at_keyword in ("page", "font-face"):
                yield from _declaration_faults(rule.content)


def _declaration_faults(content: list[Any]) -> Iterator[Fault]:
    parts = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    for part in parts:
        if part.type == "declaration":
            fault = _declaration_fault(part)
            if fault:
                yield fault
        elif part.type == "error":
            yield Fault(part.source_line, "this is no declaration, such as 'color: red;'")
        elif part.content is not None:  # a nested rule, or a margin box of a page
            yield from _declaration_faults(part.content)


def _declaration_fault(declaration: Any) -> Fault | None:
    name, line = declaration.lower_name, declaration.source_line
    if FREE.match(name):
        return None
    if name not in properties():
        known = did_you_mean(name, properties())
        sentence = f"there is no property '{name[:MAX_SHOWN]}'{known}".rstrip(".")
        return Fault(line, sentence)
    value = tinycss2.serialize(declaration.value).strip()
    if not value:
        return Fault(line, f"'{name}' has no value")
    if value.startswith("progid:"):
        return None
    for part in declaration.value:
        if part == ":":
            missing = value.split(":")[0].split()[-1][:MAX_SHOWN]
            return Fault(part.source_line, f"';' is missing before '{missing}'")
    return None


@cache
def properties() -> frozenset[str]:
    """Return the names of all CSS properties and descriptors, as listed by MDN."""
    listed = (files(__package__) / "css_properties.txt").read_text("utf-8")
    return frozenset(listed.split())


def _blank(found: re.Match[str]) -> str:
    """Return blanks in place of a comment or string; its line breaks stay."""
    return re.sub(r"[^\n]", " ", found[0])


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1
