"""Find elements of an HTML page that are not closed, or closed without being open."""

import re
from collections import Counter
from html.parser import HTMLParser

from shared.writing.fault import Fault

VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
"""Elements without content, which are never closed."""
CLOSED_BY_OTHERS = frozenset(
    "html head body p li dt dd tr td th thead tbody tfoot colgroup caption"  # noqa: SIM905
    " option optgroup rt rp".split()
)
"""Elements whose end tag HTML allows to leave out."""
FOREIGN = ("svg", "math")
"""Elements in which `<path/>` closes itself."""
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


def html_fault(page: str) -> Fault | None:
    """Return the first mistake in the nesting of a page's elements."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.fault or reader.unclosed()


def fault_in_template(template: str, page: str) -> Fault | None:
    """Return the mistake in a page that a template (Jinja) rendered: with the line of the template
    if the same mistake is found there, else with the line 0, since a branch hides it.
    """
    in_page = html_fault(page)
    if in_page is None:
        return None
    in_template = html_fault(JINJA.sub(_blank, template))
    if in_template and in_template.sentence == in_page.sentence:
        return in_template
    return in_page._replace(line=0)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fault: Fault | None = None
        self.opened: list[Fault] = []
        self.counts = Counter[str]()  # of open elements, by name

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.opened.append(Fault(self.getpos()[0], tag))
            self.counts[tag] += 1

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        foreign = any(self.counts[name] for name in FOREIGN)
        if not foreign and tag not in VOID and tag not in FOREIGN:
            self._note(f"<{tag}/> does not close itself: write <{tag}></{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if not self.counts[tag]:
            self._note(f"</{tag}> closes nothing")
            return
        while self.opened:
            element = self.opened.pop()
            self.counts[element.sentence] -= 1
            if element.sentence == tag:
                return
            if element.sentence not in CLOSED_BY_OTHERS:
                self._note(f"<{element.sentence}> is not closed", element.line)

    def unclosed(self) -> Fault | None:
        """Return the innermost element that is open at the end."""
        for element in reversed(self.opened):
            if element.sentence not in CLOSED_BY_OTHERS:
                return Fault(element.line, f"<{element.sentence}> is not closed")
        return None

    def _note(self, sentence: str, line: int = 0) -> None:
        if self.fault is None:
            self.fault = Fault(line or self.getpos()[0], sentence)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
