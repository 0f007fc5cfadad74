"""Languages and layouts that come with the service, and mails written with them (Jinja2, sandboxed)."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files

from jinja2 import DictLoader, StrictUndefined, Template, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from services.notify.domain.language import Language
from services.notify.domain.text import direction, without_isolates
from services.notify.domain.wording import Content, Facts, View, view
from shared.contracts.orders import DocumentReference
from shared.writing import script
from shared.writing.text import FIRST_STRONG, POP

HOUSE = files("services.notify")
LINE = 76  # characters of a line of text


class Writer:
    """Writes text and HTML of a mail from the same words."""

    def __init__(self, languages: Mapping[str, Language], layouts: Mapping[str, str]) -> None:
        self.languages = languages
        self._jinja = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(layouts)), autoescape=select_autoescape(["html"], default_for_string=False),
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        )
        self._jinja.filters |= {"wrap": _wrap, "rich": _rich, "direction": direction}
        self._compile = lru_cache(maxsize=4096)(self._jinja.from_string)

    def write(self, facts: Facts, documents: Sequence[DocumentReference] = ()) -> Content:
        """The content of a mail that takes `documents` along."""
        language = script.choose(self.languages, facts.language)
        shown = view(facts, documents, language, self._say)
        text = self._place("mail.txt", shown)
        return Content(
            language=language.tag,
            subject=shown.subject,
            text=text if language.direction == "rtl" else without_isolates(text),
            html=self._place("mail.html", shown),
        )

    def _say(self, template: str, values: Mapping[str, str]) -> str:
        compiled: Template = self._compile(template)
        return compiled.render(values)

    def _place(self, layout: str, shown: View) -> str:
        return self._jinja.get_template(layout).render(asdict(shown))


def read_languages() -> dict[str, Language]:
    """Every file of the folder `languages`, by its tag."""
    return script.read_languages(Language, HOUSE / "languages")


def read_layouts() -> dict[str, str]:
    """Every file of the folder `templates`, by its name."""
    return {file.name: file.read_text("utf-8") for file in (HOUSE / "templates").iterdir()}


def _wrap(text: str) -> str:
    """Each line broken between words; a person's text is not given to this."""
    lines = text.splitlines()
    return "\n".join(textwrap.fill(line, LINE, break_long_words=False, break_on_hyphens=False) for line in lines)


def _rich(text: str) -> Markup:
    """Plain text as HTML: escaped, lines kept, isolates as elements that say their direction (Outlook guesses none)."""
    parts = re.split(f"({FIRST_STRONG}[^{POP}]*{POP})", text)
    html = Markup().join(_bdi(part[1:-1]) if part.startswith(FIRST_STRONG) else escape(part) for part in parts)
    return html.replace("\n", Markup("<br>\n"))


def _bdi(text: str) -> Markup:
    way = direction(text)
    return Markup('<bdi dir="{}">{}</bdi>').format(way, text) if way else Markup("<bdi>{}</bdi>").format(text)
