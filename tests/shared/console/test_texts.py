"""Each text exists in every language, and no template holds a text of its own."""

import re
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest

from shared.console.language import FOLDER, TAGS, languages
from shared.console.navigation import NAVIGATION
from shared.console.roles import PERMISSIONS

CONSOLE = Path(str(FOLDER)).parent
TEMPLATES = sorted((CONSOLE / "templates").rglob("*.html"))
MODULES = sorted(CONSOLE.glob("*/**/*.py"))
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
KEY = re.compile(r"""\bt\(\s*["']([a-z_.]+)["']\s*[,)]""")
PRESSED = re.compile(r"""\b(?:data-)?key="(.)\"""")
SHOWN = {"title", "placeholder", "aria-label", "alt", "summary"}
SYMBOLS = {"Aftercart", "j", "k", "r", "e", "f", "n"}
HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"  # htmx.org 4.0.1, npm


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("tag", TAGS)
def test_all_languages_have_the_same_texts_with_the_same_values(tag: str) -> None:
    english, other = languages()["en"].texts, languages()[tag].texts
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert other[key].strip(), key
        assert placeholders(other[key]) == placeholders(text), key


@pytest.mark.parametrize("file", [*TEMPLATES, *MODULES], ids=lambda file: file.name)
def test_each_text_that_is_used_exists(file: Path) -> None:
    source = file.read_text()
    missing = set(KEY.findall(source)) - languages()["en"].texts.keys()
    assert not {key for key in missing if not key.endswith(".")}


def test_names_that_are_put_together_exist() -> None:
    texts = languages()["en"].texts
    sources = "".join(file.read_text() for file in TEMPLATES)
    pressed = set(PRESSED.findall(sources)) - {"/"}
    listed = re.search(r"for key in \((.*)\)", (CONSOLE / "templates/base.html").read_text())
    assert listed
    assert pressed | {"j", "k"} == set(re.findall(r'"(.)"', listed[1]))
    assert all(f"keys.{key}" in texts for key in pressed)
    permissions = frozenset().union(*PERMISSIONS.values())
    assert all(f"permission.{permission}" in texts for permission in permissions)
    assert all(f"navigation.{entry.key}" in texts for entry in NAVIGATION)


class Texts(HTMLParser):
    """Collects what a browser would show of a template, without its expressions."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert "style" not in dict(attributes), "the policy of the pages allows no inline style"
        for name, value in attributes:
            assert not name.startswith("on"), "the policy of the pages allows no inline script"
            if name in SHOWN and value:
                self.found.append(value)


def bare_texts(source: str) -> Iterator[str]:
    parser = Texts()
    parser.feed(JINJA.sub(" ", source))
    for text in parser.found:
        for word in re.findall(r"[^\W\d_]+", text):
            if word not in SYMBOLS:
                yield word


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_holds_a_bare_text(file: Path) -> None:
    assert not list(bare_texts(file.read_text()))


def test_the_guard_finds_bare_texts() -> None:
    assert list(bare_texts("<p>{{ t('a.b') }} hello</p>")) == ["hello"]
    assert list(bare_texts('<a title="Go">{{ x }}</a>')) == ["Go"]


def test_htmx_is_the_published_file() -> None:
    assert sha256((CONSOLE / "static" / "htmx.min.js").read_bytes()).hexdigest() == HTMX
