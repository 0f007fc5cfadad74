"""Find mistakes in the sources of a template before it is rendered."""

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import NamedTuple

from jinja2 import Environment, TemplateError, nodes

from services.notify.adapters.template_sandbox import LAYOUTS, WORDS, forbidden
from services.notify.domain.branding import LAYOUT, Trial
from services.notify.domain.facts import Facts
from services.notify.domain.language import Language
from services.notify.domain.pictures import MAX_PICTURES, named_in
from services.notify.domain.values import values_of
from services.notify.domain.wording import View
from shared.writing.css_check import css_fault
from shared.writing.fault import Fault
from shared.writing.jinja_check import name_fault
from shared.writing.suggestions import did_you_mean


class PartFault(NamedTuple):
    """A mistake in a part of a template; `part` is the field that holds it."""

    part: str
    sentence: str


PLACED = frozenset(field.name for field in fields(View))
"""The variables of a layout."""


def text_names(facts: Facts, language: Language) -> Collection[str]:
    """Return the variables of a subject and a text."""
    return {*values_of(facts, language), "document"}


def source_fault(trial: Trial, jinja: Environment, names: Collection[str]) -> PartFault | None:
    """Return the first mistake, with the part of the template and the line, or None. `names` are
    the variables of subject and text.
    """
    replacement = trial.replacement
    parts = (
        ("html", replacement.html, LAYOUTS, PLACED),
        ("subject", replacement.subject, WORDS, names),
        ("text", replacement.text, WORDS, names),
    )
    for part, source, allowed, known in parts:
        wrong = _jinja_fault(source, jinja, allowed, known)
        if wrong:
            return PartFault(part, f"'{part}', {wrong}")
    found = css_fault(replacement.css)
    if found:
        return PartFault("css", f"'css', {found}")
    for part in ("html", "css"):
        wrong_picture = _picture_fault(getattr(replacement, part), trial)
        if wrong_picture:
            return PartFault(part, f"'{part}', {wrong_picture}")
    if replacement.html and not _places(replacement.html, jinja, "paragraphs"):
        what = "the mails" if trial.name == LAYOUT else "the mail"
        sentence = f"'html': it does not place 'paragraphs', so that {what} would have no text"
        return PartFault("html", sentence)
    return None


def _jinja_fault(
    source: str, jinja: Environment, allowed: tuple[type[nodes.Node], ...], names: Collection[str]
) -> str | None:
    try:
        tree = jinja.parse(source)
        wrong = forbidden(tree, allowed)
        if wrong:
            return wrong
        found = name_fault(tree, jinja, names)
    except TemplateError as error:
        return f"line {getattr(error, 'lineno', 1)}: {error}".rstrip(".")
    except RecursionError:
        return "its parts are nested too deeply"
    return str(found) if found else None


def _picture_fault(source: str, trial: Trial) -> Fault | None:
    named = named_in(source)
    for line, name in named:
        if name not in trial.pictures:
            known = did_you_mean(name, trial.pictures)
            return Fault(line, f"the shop has no picture '{name}'{known}".rstrip("."))
    if len({name for _, name in named}) > MAX_PICTURES:
        return Fault(named[-1][0], f"a mail shows at most {MAX_PICTURES} pictures")
    lines_with_name = {line for line, _ in named}
    for number, text in enumerate(source.splitlines(), start=1):
        if "asset:" in text and number not in lines_with_name:
            return Fault(number, "write the name of the picture behind 'asset:'")
    return None


def _places(source: str, jinja: Environment, name: str) -> bool:
    return any(found.name == name for found in _names(jinja.parse(source)))


def _names(tree: nodes.Template) -> Iterator[nodes.Name]:
    return iter(tree.find_all(nodes.Name))
