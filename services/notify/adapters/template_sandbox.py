"""Jinja for templates that shops bring: they place what they are given, and nothing else.

There is a list of what a template may be made of. Nothing can be called or calculated, and loops
run over given lists only, so that none can take long, grow large or reach anything.
"""

import re
import textwrap
from collections.abc import Iterator

from jinja2 import BaseLoader, StrictUndefined, nodes, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from services.notify.domain.text import direction
from shared.writing.text import FIRST_STRONG, POP

LINE = 76  # characters of a line of text
DEEPEST_LOOP = 2
WORDS = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
)
LAYOUTS = (*WORDS, nodes.For, nodes.Tuple, nodes.Filter, nodes.Getattr, nodes.Assign)
FILTERS = frozenset({"rich", "direction", "wrap", "length", "upper", "lower", "escape", "e"})


def environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    """Where templates are filled: HTML is escaped, text is not, and a name that is none is an
    error.
    """
    made = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=select_autoescape(["html"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"wrap": _wrap, "rich": _rich, "direction": direction}
    return made


def forbidden(tree: nodes.Template, allowed: tuple[type[nodes.Node], ...]) -> str | None:
    """What a template is made of and must not be, with its line."""
    for node in _all(tree):
        if not isinstance(node, allowed):
            return (
                f"line {node.lineno}: '{type(node).__name__.lower()}' is not allowed in a template"
            )
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            return f"line {node.lineno}: there is no filter '{node.name}' for templates"
        if isinstance(node, nodes.Getattr) and not (
            isinstance(node.node, nodes.Name) and node.node.name == "loop"
        ):
            return f"line {node.lineno}: '.{node.attr}' can be asked of 'loop' only"
    return "loops stand too deep in each other" if _depth(tree) > DEEPEST_LOOP else None


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _depth(node: nodes.Node) -> int:
    inside = max(map(_depth, node.iter_child_nodes()), default=0)
    return inside + isinstance(node, nodes.For)


def _wrap(text: str) -> str:
    """Each line broken between words; a person's text is not given to this."""
    lines = text.splitlines()
    return "\n".join(
        textwrap.fill(line, LINE, break_long_words=False, break_on_hyphens=False) for line in lines
    )


def _rich(text: str) -> Markup:
    """Plain text as HTML: escaped, lines kept, isolates as elements that say their direction
    (Outlook guesses none).
    """
    parts = re.split(f"({FIRST_STRONG}[^{POP}]*{POP})", text)
    html = Markup().join(
        _bdi(part[1:-1]) if part.startswith(FIRST_STRONG) else escape(part) for part in parts
    )
    return html.replace("\n", Markup("<br>\n"))


def _bdi(text: str) -> Markup:
    way = direction(text)
    return (
        Markup('<bdi dir="{}">{}</bdi>').format(way, text)
        if way
        else Markup("<bdi>{}</bdi>").format(text)
    )
