"""Write mails with the built-in languages and layouts, or with the templates of a shop.

Those of a shop are used in child processes only, see `branded_writer`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import css_inline
from jinja2 import DictLoader, Template, TemplateError

from services.notify.adapters.template_checks import PartFault, source_fault, text_names
from services.notify.adapters.template_sandbox import environment
from services.notify.domain.branding import BUILT_IN, LAYOUT, Branding, Replacement, Trial
from services.notify.domain.facts import Facts
from services.notify.domain.language import Language
from services.notify.domain.pictures import with_content_ids
from services.notify.domain.sample import sample
from services.notify.domain.text import without_isolates
from services.notify.domain.wording import MailBody, View, view
from shared.contracts.values import DocumentReference
from shared.writing import formats
from shared.writing.html_check import fault_in_template
from shared.writing.suggestions import sentence

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
        self.languages, self._layouts, self._css = languages, layouts, layouts[CSS]
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
        shown = self._view(facts, documents, branding)
        values = asdict(shown)
        text = self._jinja.get_template(TEXT).render(values)
        return MailBody(
            language=shown.language,
            subject=shown.subject,
            text=text if shown.direction == "rtl" else without_isolates(text),
            html=self._html(values, branding.layout(facts.template, shown.language)),
        )

    def page(self, name: str, **shown: Any) -> str:
        """Return a page of the gallery."""
        return self._jinja.get_template(name).render(shown)

    def built_in_template(self, name: str, language: str) -> Replacement:
        """Return the built-in template of a mail, or the layout."""
        layout = Replacement(html=self._layouts[HTML], css=self._css)
        if name == LAYOUT:
            return layout
        wording = formats.choose(self.languages, language).wording(name)
        text = "\n\n".join(wording.body)
        return layout.model_copy(update={"subject": wording.subject, "text": text})

    def objection(self, trial: Trial) -> PartFault | None:
        """Return the error of a template in one sentence, or None. The template is tried on all
        sample mails that it would be used for.
        """
        wrong = source_fault(trial, self._jinja, self._text_names) or self._tried(trial)
        return wrong and PartFault(wrong.part, sentence(wrong.sentence))

    def _tried(self, trial: Trial) -> PartFault | None:
        branding = Branding(pictures=trial.pictures)
        branding = branding.replacing(trial.name, trial.language, trial.replacement)
        for tag in [trial.language] if trial.language else list(self.languages):
            mails = list(self.languages[tag].mails) if trial.name == LAYOUT else [trial.name]
            for template in mails:
                wrong = self._trial(template, tag, branding, trial.replacement)
                if wrong:
                    return wrong
        return None

    @cached_property
    def _text_names(self) -> Collection[str]:
        facts, _ = sample("payment", "en")
        return text_names(facts, self.languages["en"])

    def _trial(
        self, template: str, tag: str, branding: Branding, tried: Replacement
    ) -> PartFault | None:
        facts, documents = sample(template, tag)
        layout = branding.layout(template, tag)
        part = "text" if tried.text else "subject"
        try:
            self._view(facts, documents, branding)
            part = "html"
            self.write(facts, documents, branding)
            if not layout.html:
                return None
            shown = self._view(facts, documents, branding)
            found = fault_in_template(layout.html, self._page(asdict(shown), layout))
        except TROUBLE as error:
            return PartFault(part, f"Tried on the mail '{template}' in '{tag}': {error}")
        return found and PartFault("html", f"'html', {found}")

    def _view(
        self, facts: Facts, documents: Sequence[DocumentReference], branding: Branding
    ) -> View:
        language = formats.choose(self.languages, facts.language).for_shop(facts.shop)
        wording = branding.wording(facts.template, language.tag, language.wording(facts.template))
        return view(facts, documents, language, wording, self._say, branding.logo)

    def _page(self, values: Mapping[str, Any], layout: Replacement) -> str:
        template = self._jinja.get_template(HTML)
        if layout.html:
            template = self._compile_html(with_content_ids(layout.html))
        return template.render(values)

    def _html(self, values: Mapping[str, Any], layout: Replacement) -> str:
        css = f"{self._css}\n{with_content_ids(layout.css)}"
        return self._inliner(css).inline(self._page(values, layout))

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
