"""Changes of WeasyPrint 70 and pydyf that make the same bytes in less time.

They replace private parts of both: tests compare the bytes with those of unchanged ones.
`deploy/weasyprint/weasyprint-70.0.patch` has the same changes, and more, for their authors.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import pydyf
from weasyprint.css import AnonymousStyle, ComputedStyle
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.layout import percent
from weasyprint.text import line_break
from weasyprint.text.constants import LST_TO_ISO, PANGO_DIRECTION
from weasyprint.text.ffi import ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import font_features, get_font_description
from weasyprint.text.line_break import Layout

DEPENDENT = {"float", "page", "position"}
"""Properties whose value also depends on other elements or properties."""
FEATURES = (
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_caps",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
)
features_of = itemgetter(*FEATURES)
FONT = (
    "font_family",
    "font_style",
    "font_stretch",
    "font_weight",
    "font_variation_settings",
    "font_language_override",
    "lang",
)
text_key = itemgetter("direction", "font_size", *FONT, *FEATURES)
font_key = itemgetter(*FONT, *FEATURES[1:])
sized_font_key = itemgetter("font_size", "line_height", *FONT, *FEATURES[1:])

_write, _serialize = pydyf.PDF.write, pydyf.Stream.data.fget
_set_up = Layout.setup
_make_computed, _make_anonymous = ComputedStyle.__init__, AnonymousStyle.__init__
_compute = ComputedStyle.__missing__
_font_style, _resolve = line_break._font_style_cache_key, percent.resolve_one_percentage


# pydyf: the identifier of a file is a hash of all objects, for which they were serialized, and
# streams compressed, a second time.


class Serialized(pydyf.Object):  # type: ignore[misc]
    """An object of a file that is complete."""

    data = b""

    def __init__(self, found: Any) -> None:
        super().__init__()
        self.number, self.generation, self.free = found.number, found.generation, found.free
        self.data = found.data


def write(pdf: Any, *arguments: Any, **options: Any) -> None:
    """Write a file, and serialize each object once."""
    for place, found in enumerate(pdf.objects):
        if found.free != "f" and not isinstance(found, pydyf.Stream):
            pdf.objects[place] = Serialized(found)
    _write(pdf, *arguments, **options)


def stream_data(stream: Any) -> bytes:
    """Return a serialized stream. Streams are complete before the first call."""
    if "_serialized" not in stream.__dict__:
        stream._serialized = _serialize(stream)
    data: bytes = stream._serialized
    return data


_page_references = pydyf.PDF.page_references.fget


def page_references(pdf: Any) -> tuple[bytes, ...]:
    """Return references to the pages; each tag of a document asks for them."""
    count, known = pdf.__dict__.get("_references", (0, ()))
    if count != pdf.pages["Count"]:
        known = _page_references(pdf)
        pdf._references = pdf.pages["Count"], known
    references: tuple[bytes, ...] = known
    return references


# Pango: creating a context and a font description takes longer than laying out a short text.


def set_up(layout: Any, style: Any) -> None:
    """Prepare a layout, with the context and the font description of earlier ones alike."""
    if style["text_decoration_line"] != "none":
        _set_up(layout, style)  # measures the lines, too
        return
    known = style.font_config.__dict__.setdefault("_contexts", {})
    key = text_key(style)
    if key not in known:
        known[key] = _context_of(style)
    if known[key] is None:
        _set_up(layout, style)
        return
    context, description, language = known[key]
    layout.style, layout.first_line_direction = style, 0
    layout.language = language
    layout.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, False)
    pango.pango_layout_set_font_description(layout.layout, description)
    layout.ascent = layout.underline_position = layout.strikethrough_position = None


def _context_of(style: Any) -> tuple[Any, Any, Any] | None:
    """Return context, font description and language; None for a style with features of fonts, which
    belong to the layout.
    """
    if font_features(*features_of(style)):
        return None
    context = ffi.gc(
        pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref
    )
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    language = _language_of(style)
    if language is None:
        language = pango.pango_language_get_default()
    else:
        pango.pango_context_set_language(context, language)
    return context, get_font_description(style), language


def _language_of(style: Any) -> Any:
    name = style["lang"]
    override = style["font_language_override"]
    if override != "normal":
        name = LST_TO_ISO.get(override.lower(), override)
    if not name:
        return None
    pointer, _bytes = unicode_to_char_p(name)
    return pango.pango_language_from_string(pointer)


def font_style(style: Any, include_size: bool = False) -> tuple[Any, ...]:
    """Return the key of a style for measures of its font; it was a text of all values."""
    key: tuple[Any, ...] = sized_font_key(style) if include_size else font_key(style)
    return key


def resolve(box: Any, name: str, whole: Any) -> None:
    """Set a length of a box, which is in pixels nearly always."""
    value = box.style[name]
    if getattr(value, "unit", None) == "px":
        setattr(box, name, value.value)
    else:
        _resolve(box, name, whole)


# Styles: most properties of a style have their initial value, which was found one by one.


def _initial_values() -> dict[str, Any]:
    """Return the values of properties that are not inherited and computed as they are."""
    found = {}
    for name, value in INITIAL_VALUES.items():
        special = name in DEPENDENT or name.startswith("text_decoration_")
        if not special and name not in INHERITED and name not in INITIAL_NOT_COMPUTED:
            found[name] = value
    return found


def _logical_properties() -> set[str]:
    """Return the properties that may set others, like `margin-inline-start`."""
    found = set()
    for function in PHYSICAL_FUNCTIONS.values():
        for direction in ("ltr", "rtl"):
            found.add(function(block="ttb", inline=direction))
    return found


SIMPLE, LOGICAL = _initial_values(), _logical_properties()


def make_computed(
    style: Any, parent_style: Any, cascaded: Any, *arguments: Any, **options: Any
) -> None:
    """Begin a style with the initial values of all properties that no rule sets."""
    _make_computed(style, parent_style, cascaded, *arguments, **options)
    style.update(SIMPLE)
    for name in cascaded:
        style.pop(name, None)
    if not LOGICAL.isdisjoint(cascaded):
        for name in PHYSICAL_FUNCTIONS:
            style.pop(name, None)


def make_anonymous(style: Any, parent_style: Any) -> None:
    """Begin the style of an anonymous box with the initial values."""
    style.update(SIMPLE)
    _make_anonymous(style, parent_style)


def compute(style: Any, name: str) -> Any:
    """Return the value of a property that is not in the style yet."""
    if name in INHERITED and name not in style.cascaded and style.parent_style is not None:
        value = style[name] = style.parent_style[name]
        return value
    return _compute(style, name)


REPLACEMENTS: Sequence[tuple[Any, str, Any]] = (
    (pydyf.PDF, "write", write),
    (pydyf.PDF, "page_references", property(page_references)),
    (pydyf.Stream, "data", property(stream_data)),
    (Layout, "setup", set_up),
    (ComputedStyle, "__init__", make_computed),
    (ComputedStyle, "__missing__", compute),
    (AnonymousStyle, "__init__", make_anonymous),
    (line_break, "_font_style_cache_key", font_style),
    (percent, "resolve_one_percentage", resolve),
)
INSTALLED = [(owner, name, vars(owner)[name]) for owner, name, _ in REPLACEMENTS]


def apply() -> None:
    """Replace the slow parts, for all documents of this process, unless WeasyPrint is patched."""
    if not hasattr(line_break, "get_pango_context"):
        for owner, name, replacement in REPLACEMENTS:
            setattr(owner, name, replacement)


def withdraw() -> None:
    """Restore WeasyPrint and pydyf as they were installed."""
    for owner, name, installed in INSTALLED:
        setattr(owner, name, installed)
