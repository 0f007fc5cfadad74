"""Convert HTML to plain text: paragraphs are separated; scripts, styles and comments are
removed.

Not `html.parser`, which takes minutes for half a megabyte of `<!--`. Here every expression ends at
the next `<`, so that time grows linearly.
"""

import html
import re

MAX_LENGTH = 2_000_000  # characters of HTML that are read
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<mute>script|style|title|template|textarea)\b.*?(?:</(?P=mute)\b[^<>]*>?|\Z)"
    r"|</?(?P<tag>[a-z][a-z0-9:-]*)[^<>\"']*(?:(?:\"[^\"<]*\"|'[^'<]*')[^<>\"']*)*>"
    r"|<[a-z/!?][^<>]*>?",
    re.DOTALL | re.IGNORECASE,
)
_ENDLESS = re.compile(r"&#x?[0-9a-f]{8,};?", re.IGNORECASE)  # no character has such a number
_SPACE = re.compile(r"\s+")
_NEW_LINE = (
    "address",
    "article",
    "blockquote",
    "body",
    "br",
    "div",
    "dl",
    "dt",
    "dd",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
)
_BREAKS = dict.fromkeys(_NEW_LINE, "\n") | {"p": "\n\n", "td": " ", "th": " "}


def text_of_html(page: str) -> str:
    """Return the text of a page or a fragment. Never refuses; if a style or script without an end
    would hide all words, its content is returned.
    """
    page = page[:MAX_LENGTH]
    return _text(page) or _text(_swallowed(page))


def _swallowed(page: str) -> str:
    """Return the text after the beginning of a comment, style or script that never ends."""
    for token in _TOKEN.finditer(page):
        if token.end() == len(page):
            return _content_of(token)
    return ""


def _content_of(token: re.Match[str]) -> str:
    """Return the content of a token without an end; empty if it has one."""
    text = token[0]
    if token["mute"]:
        is_closed = f"</{token['mute'].lower()}" in text.lower()
        return "" if is_closed else text.partition(">")[2]
    if text.startswith("<!--") and not text.endswith("-->"):
        return text.removeprefix("<!--")
    return ""


def _text(page: str) -> str:
    pieces: list[str] = []
    end = 0
    for token in _TOKEN.finditer(page):
        pieces += [_plain(page[end : token.start()]), _BREAKS.get((token["tag"] or "").lower(), "")]
        end = token.end()
    return _tidy("".join(pieces) + _plain(page[end:]))


def _plain(text: str) -> str:
    spaced = _SPACE.sub(" ", text)
    if "&" not in spaced:
        return spaced
    return html.unescape(_ENDLESS.sub("\ufffd", spaced))


def _tidy(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
