"""Find names in a template (Jinja) that do not exist."""

from collections.abc import Collection, Iterator, Mapping

from jinja2 import Environment, StrictUndefined, nodes
from jinja2.utils import missing

from shared.writing.fault import Fault
from shared.writing.suggestions import did_you_mean

SPECIAL = frozenset({"loop", "super", "self", "caller", "varargs", "kwargs"})
"""Names that Jinja sets itself."""


def name_fault(
    tree: nodes.Template,
    environment: Environment,
    names: Collection[str],
    fields: Mapping[str, Collection[str]] | None = None,
) -> Fault | None:
    """Return the first variable, field of a variable, or filter that does not exist. `names` are
    the variables that the template is given, `fields` those of some of them.
    """
    nodes_ = list(_all(tree))
    known = {*names, *environment.globals, *SPECIAL, *_set_by(nodes_)}
    for node in nodes_:
        if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known:
            suggested = did_you_mean(node.name, names)
            return _fault(node, f"there is no variable '{node.name}'{suggested}")
        if isinstance(node, nodes.Filter) and node.name not in environment.filters:
            suggested = did_you_mean(node.name, environment.filters)
            return _fault(node, f"there is no filter '{node.name}'{suggested}")
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            has = (fields or {}).get(node.node.name)
            if has is not None and node.attr not in has:
                suggested = did_you_mean(node.attr, has)
                return _fault(node, f"'{node.node.name}' has no '{node.attr}'{suggested}")
    return None


class SuggestingUndefined(StrictUndefined):
    """An undefined value that says which one may have been meant, without names of classes."""

    @property
    def _undefined_message(self) -> str:
        name = self._undefined_name
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return f"there is no variable '{name}'"
        known = []
        if isinstance(self._undefined_obj, Mapping):
            known = list(map(str, self._undefined_obj))
        elif not isinstance(self._undefined_obj, (str, list, tuple)):
            known = [each for each in dir(self._undefined_obj) if not each.startswith("_")]
        return f"there is no '{name}' here{did_you_mean(str(name), known)}".rstrip(".")


def _set_by(found: list[nodes.Node]) -> Iterator[str]:
    for node in found:
        assigned = isinstance(node, nodes.Name) and node.ctx in ("store", "param")
        if assigned or isinstance(node, nodes.Macro):
            yield node.name  # type: ignore[attr-defined]
        elif isinstance(node, (nodes.Import, nodes.FromImport)):
            yield from _imported(node)


def _imported(node: nodes.Import | nodes.FromImport) -> Iterator[str]:
    if isinstance(node, nodes.Import):
        yield node.target
        return
    for name in node.names:
        yield name if isinstance(name, str) else name[1]


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _fault(node: nodes.Node, sentence: str) -> Fault:
    return Fault(node.lineno, sentence.rstrip("."))
