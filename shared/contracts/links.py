"""Validate patterns of web addresses with placeholders: tracking pages, order pages."""

import re
from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.contracts.problems import PROBLEMS, Problem

MAX_LENGTH = 500
PAGE = re.compile(r"https://[^\s/{}?#\\@\x00-\x20\x7f<>\"']+(/[^\s\x00-\x20\x7f<>\"'\\]*)?")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ORDER_PLACES = ("reference", "order_id", "language")
PARCEL_PLACES = ("tracking_number", "postcode", "country", "language")


def objection(pattern: str, places: Collection[str]) -> Problem | None:
    """Return why a text is not a valid page address with these placeholders, or None if it is."""
    if not PAGE.fullmatch(pattern):
        return "web_page", {}
    for found in PLACEHOLDER.findall(pattern):
        if found not in places:
            known = ", ".join(f"{{{place}}}" for place in places)
            return "placeholder", {"name": f"{{{found}}}", "known": known}
    if re.search("[{}]", PLACEHOLDER.sub("", pattern)):
        return "brace", {}
    return None


def _checked(pattern: str, places: Collection[str]) -> str:
    wrong = objection(pattern, places) if pattern else None
    if wrong:
        key, values = wrong
        raise PydanticCustomError(key, PROBLEMS[key], dict(values))
    return pattern


def _order_page(pattern: str) -> str:
    return _checked(pattern, ORDER_PLACES)


def _parcel_page(pattern: str) -> str:
    return _checked(pattern, PARCEL_PLACES)


OrderPage = Annotated[
    str,
    AfterValidator(_order_page),
    Field(
        max_length=MAX_LENGTH,
        description=(
            "Page of the storefront that shows an order: https, with {reference}, {order_id} and"
            " {language} as placeholders; empty: there is none"
        ),
        examples=["https://shop.test/orders/{reference}"],
    ),
]
ParcelPage = Annotated[
    str,
    AfterValidator(_parcel_page),
    Field(
        max_length=MAX_LENGTH,
        description=(
            "Page of the carrier that shows where a parcel is: https, with {tracking_number},"
            " {postcode} and {country} of the delivery address, and {language} as placeholders;"
            " empty: there is none"
        ),
        examples=["https://track.test/{tracking_number}"],
    ),
]
