"""The built-in templates and languages, and HTML from them."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from traceback import extract_tb
from types import SimpleNamespace

from jinja2 import DictLoader, Template, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.documents.adapters.weasyprint_log import TemplateFault
from services.documents.domain.branding import Branding
from services.documents.domain.document_text import DocumentText
from services.documents.domain.language import Language
from services.documents.domain.wording import write
from shared.contracts.snapshot import DocumentSnapshot
from shared.writing import formats
from shared.writing.html_check import fault_in_template
from shared.writing.jinja_check import SuggestingUndefined, name_fault

PACKAGE = files("services.documents")
UNDESCRIBED = "-"
SHOP_TEMPLATE = "<of the shop>"
GIVEN = ("document", "texts", "assets", "draft")
"""The variables that a template is given."""
TAGS = re.compile(r"<style.*?</style>|<title.*?</title>|<[^>]*>", re.DOTALL)


def read_languages() -> dict[str, Language]:
    """Return every file of the folder `languages`, by language tag."""
    return formats.read_languages(Language, PACKAGE / "languages")


def read_templates() -> dict[str, str]:
    """Return every file of the folder `templates`, by file name."""
    return {file.name: file.read_text("utf-8") for file in (PACKAGE / "templates").iterdir()}


@cache
def built_in(kind: str) -> Mapping[str, str]:
    """Return the HTML and the CSS of a built-in template."""
    sources = read_templates()
    return {"html": sources[f"{kind}.html"], "css": sources["document.css"]}


class Templates:
    """Renders snapshots as HTML. Templates run in a sandbox: they reach the text they are given and
    nothing else.
    """

    def __init__(self, templates: dict[str, str], languages: Mapping[str, Language]) -> None:
        self.languages = languages
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(templates),
            autoescape=True,
            undefined=SuggestingUndefined,
            trim_blocks=True,
        )

    def write(self, snapshot: DocumentSnapshot) -> DocumentText:
        """Return the text of a document, in its language."""
        return write(snapshot, formats.choose(self.languages, snapshot.language))

    def fill(self, text: DocumentText, branding: Branding) -> str:
        """Return the HTML of a document. Raise `jinja2.TemplateError`."""
        if branding.template.html:
            template = self._compile(branding.template.html)
        else:
            template = self._environment.get_template(f"{text.kind}.html")
        descriptions = {}
        for name, asset in branding.assets.items():
            descriptions[name] = asset.description or UNDESCRIBED
        return template.render(
            document=text,
            texts=SimpleNamespace(
                **text.texts
            ),  # not the dict itself: `texts.items` would be its method
            assets=descriptions,
            draft=branding.draft,
        )

    def check(self, text: DocumentText, branding: Branding) -> None:
        """Raise `TemplateFault` for a mistake in a shop's template that rendering does not show, or
        shows without its line.
        """
        source = branding.template.html
        if not source:
            return
        has = {"document": _fields_of(text), "texts": text.texts}
        found = name_fault(self._environment.parse(source), self._environment, GIVEN, has)
        if found:
            raise TemplateFault(f"line {found.line} of the template: {found.sentence}", "html")
        page = self.fill(text, branding)
        wrong = fault_in_template(source, page)
        if wrong:
            place = f"line {wrong.line} of the template: " if wrong.line else ""
            raise TemplateFault(f"{place}{wrong.sentence}", "html")
        if not TAGS.sub("", page).strip() and "<img" not in page:
            raise TemplateFault("the document would be empty", "html")

    def _compile(self, source: str) -> Template:
        code = self._environment.compile(source, filename=SHOP_TEMPLATE)
        return Template.from_code(self._environment, code, self._environment.make_globals(None))


def _fields_of(text: DocumentText) -> set[str]:
    return {name for name in dir(text) if not name.startswith("_")}


def template_line(error: Exception) -> int | None:
    """Return the line of a shop's template in which an error happened, or None."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    for frame in reversed(extract_tb(error.__traceback__)):
        if frame.filename == SHOP_TEMPLATE:
            return frame.lineno
    return None
