"""Format addresses as the postal service of their country requires.

Source: the formats of Google's libaddressinput for some countries. For all others the postcode
precedes the city, as in most countries.
"""

from collections.abc import Callable
from string import Formatter

from shared.contracts.values import Address

DEFAULT_FORMAT = ("{company}", "{name}", "{line1}", "{line2}", "{postcode} {city}", "{region}")
CITY_FIRST = ("{company}", "{name}", "{line1}", "{line2}", "{city} {region} {postcode}")
FORMATS = {
    "GB": ("{company}", "{name}", "{line1}", "{line2}", "{city}", "{region}", "{postcode}"),
    "IE": ("{company}", "{name}", "{line1}", "{line2}", "{city}", "{region}", "{postcode}"),
    "US": ("{company}", "{name}", "{line1}", "{line2}", "{city}, {region} {postcode}"),
    "AU": CITY_FIRST,
    "CA": CITY_FIRST,
    "NZ": ("{company}", "{name}", "{line1}", "{line2}", "{region}", "{city} {postcode}"),
    "IR": ("{company}", "{name}", "{region}, {city}", "{line1}", "{line2}", "{labelled_postcode}"),
}

Write = Callable[[str], str]


def address_lines(
    address: Address,
    *,
    label_postcode: Write,
    clean: Write,
    comma: str = ", ",
    with_name: bool = True,
) -> list[str]:
    """Return the cleaned lines of an address without its country. A region with the city's name is
    left out.

    `label_postcode` formats a postcode with its label, for countries that require one.
    """
    parts = {key: clean(getattr(address, key)) for key in _KEYS}
    if parts["region"] == parts["city"]:
        parts["region"] = ""
    if not with_name:
        parts |= {"company": "", "name": ""}
    parts["labelled_postcode"] = ""
    if parts["postcode"]:
        parts["labelled_postcode"] = label_postcode(parts["postcode"])
    lines = []
    for form in FORMATS.get(address.country, DEFAULT_FORMAT):
        line = _fill(form, parts, comma)
        if line:
            lines.append(line)
    return lines


_KEYS = ("company", "name", "line1", "line2", "postcode", "city", "region")


def _fill(form: str, parts: dict[str, str], comma: str) -> str:
    """Return a line of the parts that are not empty, with separators only between them."""
    line = ""
    for literal, key, _, _ in Formatter().parse(form):
        text = parts[key or ""]
        if not text:
            continue
        if line:
            line += literal.replace(", ", comma)
        line += text
    return line
