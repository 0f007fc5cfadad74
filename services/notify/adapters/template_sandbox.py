"""A sandbox for templates (Jinja) from shops: they can place the values they are given, and nothing
else.

An allowlist names the syntax that a template may use. Nothing can be called or calculated, and
loops run over given lists only, so that no template takes long, grows large or reaches other
objects.
"""

import re
import textwrap
from collections.abc import Iterator
from html import unescape

from jinja2 import BaseLoader, nodes, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from services.notify.domain.text import direction
from shared.writing.jinja_check import SuggestingUndefined
from shared.writing.suggestions import did_you_mean
from shared.writing.text import FIRST_STRONG, POP

ISOLATE = re.compile(f"{FIRST_STRONG}([^{POP}]*){POP}")
LINE = 76  # characters of a line of text
MAX_LOOP_DEPTH = 2
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
    """Return an environment that escapes HTML but not text, and treats an undefined name as an
    error.
    """
    made = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=select_autoescape(["html"], default_for_string=False),
        undefined=SuggestingUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"wrap": _wrap, "rich": _rich, "direction": direction}
    return made


def forbidden(tree: nodes.Template, allowed: tuple[type[nodes.Node], ...]) -> str | None:
    """Return the first construct of a template that is not allowed, with its line, or None."""
    for node in _all(tree):
        if not isinstance(node, allowed):
            return (
                f"line {node.lineno}: '{type(node).__name__.lower()}' is not allowed in a template"
            )
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            suggested = did_you_mean(node.name, FILTERS).rstrip(".")
            return f"line {node.lineno}: there is no filter '{node.name}'{suggested}"
        if isinstance(node, nodes.Getattr) and not (
            isinstance(node.node, nodes.Name) and node.node.name == "loop"
        ):
            return f"line {node.lineno}: '.{node.attr}' is allowed after 'loop' only"
    return "loops are nested too deeply" if _depth(tree) > MAX_LOOP_DEPTH else None


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _depth(node: nodes.Node) -> int:
    inside = max(map(_depth, node.iter_child_nodes()), default=0)
    return inside + isinstance(node, nodes.For)


def _wrap(text: str) -> str:
    """Break each line between words. The text of a person is not passed to this filter."""
    lines = []
    for line in text.splitlines():
        lines.append(textwrap.fill(line, LINE, break_long_words=False, break_on_hyphens=False))
    return "\n".join(lines)


def _rich(text: str) -> Markup:
    """Return plain text as HTML: escaped, with line breaks, and isolates as `bdi` elements with a
    direction (Outlook does not detect it).
    """
    html = ISOLATE.sub(_bdi, str(escape(str(text))))
    return Markup(html.replace("\n", "<br>\n"))  # noqa: S704 - escaped above


def _bdi(isolate: re.Match[str]) -> str:
    """Return the element of an isolate, whose text is escaped already."""
    way = direction(unescape(isolate[1]))
    if way:
        return f'<bdi dir="{way}">{isolate[1]}</bdi>'
    return f"<bdi>{isolate[1]}</bdi>"
