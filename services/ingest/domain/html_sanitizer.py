"""Sanitize HTML of mails: active content, tracking and overlays are removed, the text
remains.

`dir` and `lang` remain; pictures enclosed in the mail keep their `cid:` address. Pictures elsewhere
are blocked, since loading them reveals the reader: their address gets the prefix `blocked:`, which
no program loads.
"""

import re

MAX_LENGTH = 1_000_000  # characters of HTML that are read
MAX_DEPTH = 2000  # nested tags: time grows with the square
MAX_ENTITIES = 50_000
HELD_BACK = "blocked:"

_TAGS = {
    "a",
    "abbr",
    "address",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
}
_CELL = {"align", "valign", "colspan", "rowspan", "width", "bgcolor"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "face", "size"},
    "td": _CELL,
    "th": _CELL,
    "tr": _CELL,
    "table": {"width", "border", "bgcolor"},
    "ol": {"start", "type"},
    "li": {"value"},
    "div": {"align"},
    "p": {"align"},
    "col": {"span", "width"},
}
_STYLES = {
    "color",
    "background-color",
    "direction",
    "text-align",
    "text-decoration",
    "font-weight",
    "font-style",
    "font-size",
    "font-family",
    "unicode-bidi",
}
_HELD_BACK = re.compile(rf'<img\b[^>]*\ssrc="{HELD_BACK}')
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_ALONE = {
    "area",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "param",
    "source",
    "track",
    "wbr",
}
_SILENT = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "textarea",
    "select",
}


def sanitize(page: str) -> str:
    """Return the page without harmful content; empty if nothing remains, or if its size or depth is
    made to exhaust readers.
    """
    # Loaded by the processes that parse mails: see `adapters/parser_preload.py`.
    import nh3  # noqa: PLC0415

    page = page[:MAX_LENGTH]
    if page.count("&") > MAX_ENTITIES or _depth(page) > MAX_DEPTH:
        return ""
    cleaned = nh3.clean(
        page,
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        filter_style_properties=_STYLES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    return cleaned.strip()


def count_blocked_images(page: str) -> int:
    """Return the number of blocked pictures in a sanitized page."""
    return len(_HELD_BACK.findall(page))


def _depth(page: str) -> int:
    deepest = depth = 0
    for tag in _TAG.finditer(page):
        if tag[2].lower() in _ALONE:
            continue
        depth += -1 if tag[1] else 1
        depth = max(0, depth)
        deepest = max(deepest, depth)
    return deepest


def _attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("img", "src") and not value.strip().lower().startswith("cid:"):
        return HELD_BACK + value
    if name == "style" and ("url" in value.lower() or "\\" in value):
        return None
    return value
