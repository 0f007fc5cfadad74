"""Write mails with the built-in languages and layouts, or with the templates of a shop.

Those of a shop are used in child processes only, see `branded_writer`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from typing import Any

import css_inline
from jinja2 import DictLoader, Template, TemplateError

from services.notify.adapters.template_sandbox import LAYOUTS, WORDS, environment, forbidden
from services.notify.domain.branding import BUILT_IN, LAYOUT, Branding, Replacement
from services.notify.domain.facts import Facts
from services.notify.domain.language import Language
from services.notify.domain.sample import sample
from services.notify.domain.text import without_isolates
from services.notify.domain.wording import MailBody, View, view
from shared.contracts.values import DocumentReference
from shared.writing import formats

PACKAGE = files("services.notify")
# Errors of rendering a template: Jinja's own, and Python's for unsuitable values.
TROUBLE = (
    TemplateError,
    css_inline.InlineError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
HTML, TEXT, CSS = "mail.html", "mail.txt", "mail.css"


class JinjaMailWriter:
    """Writes the text and the HTML of a mail from the same values."""

    def __init__(self, languages: Mapping[str, Language], layouts: Mapping[str, str]) -> None:
        self.languages, self._css = languages, layouts[CSS]
        self._jinja = environment(DictLoader(dict(layouts)))
        self._compile = lru_cache(maxsize=4096)(self._jinja.from_string)
        # An overlay that escapes: a string has no file name that would switch escaping on.
        self._compile_html = lru_cache(maxsize=100)(
            lambda html: self._jinja.overlay(autoescape=True).from_string(html)
        )
        self._inliner = lru_cache(maxsize=100)(_inliner)

    def write(
        self,
        facts: Facts,
        documents: Sequence[DocumentReference] = (),
        branding: Branding = BUILT_IN,
    ) -> MailBody:
        """Return the written mail, which mentions the attached `documents`. Raises `TROUBLE` where
        a shop's template fails.
        """
        language = formats.choose(self.languages, facts.language).for_shop(facts.shop)
        wording = branding.wording(facts.template, language.tag, language.wording(facts.template))
        shown = view(facts, documents, language, wording, self._say, branding.logo)
        text = self._jinja.get_template(TEXT).render(asdict(shown))
        return MailBody(
            language=language.tag,
            subject=shown.subject,
            text=text if language.direction == "rtl" else without_isolates(text),
            html=self._html(shown, branding.layout(facts.template, language.tag)),
        )

    def page(self, name: str, **shown: Any) -> str:
        """Return a page of the gallery."""
        return self._jinja.get_template(name).render(shown)

    def objection(self, kind: str, language: str, replacement: Replacement) -> str | None:
        """Return the error of a template in one sentence, or None. The template is tried on all
        sample mails that it would be used for.
        """
        templates = {
            "html": replacement.html,
            "subject": replacement.subject,
            "text": replacement.text,
        }
        for field, source in templates.items():
            wrong = self._syntax(source, LAYOUTS if field == "html" else WORDS)
            if wrong:
                return f"'{field}', {wrong}."
        branding = Branding().replacing(kind, language, replacement)
        for tag in [language] if language in self.languages else list(self.languages):
            for template in self.languages[tag].mails if kind == LAYOUT else [kind]:
                wrong = self._trial(template, tag, branding)
                if wrong:
                    return f"Tried on the mail '{template}' in '{tag}': {wrong}."
        return None

    def _syntax(self, source: str, allowed: tuple[type, ...]) -> str | None:
        try:
            return forbidden(self._jinja.parse(source), allowed)
        except TemplateError as error:
            return f"line {getattr(error, 'lineno', 1)}: {error}".rstrip(".")
        except RecursionError:
            return "its parts are nested too deeply"

    def _trial(self, template: str, tag: str, branding: Branding) -> str | None:
        try:
            self.write(*sample(template, tag), branding)
        except TROUBLE as error:
            return f"{error}".rstrip(".")
        return None

    def _html(self, shown: View, layout: Replacement) -> str:
        template = (
            self._compile_html(layout.html) if layout.html else self._jinja.get_template(HTML)
        )
        return self._inliner(f"{self._css}\n{layout.css}").inline(template.render(asdict(shown)))

    def _say(self, template: str, values: Mapping[str, str]) -> str:
        compiled: Template = self._compile(template)
        return compiled.render(values)


def read_languages() -> dict[str, Language]:
    """Return every file of the folder `languages`, by language tag."""
    return formats.read_languages(Language, PACKAGE / "languages")


def read_layouts() -> dict[str, str]:
    """Return every file of the folder `templates`, by file name."""
    return {file.name: file.read_text("utf-8") for file in (PACKAGE / "templates").iterdir()}


def _inliner(css: str) -> css_inline.CSSInliner:
    """Return an inliner for CSS. `load_remote_stylesheets` is off: writing a mail needs
    no network.
    """
    return css_inline.CSSInliner(extra_css=css, load_remote_stylesheets=False, keep_at_rules=True)
