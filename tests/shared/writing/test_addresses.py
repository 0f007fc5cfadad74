"""Addresses as the post of their country wants them."""

import pytest

from shared.contracts.values import Address
from shared.writing.addresses import address_lines

PARTS = {
    "company": "C",
    "name": "N",
    "line1": "Street 1",
    "line2": "Floor 2",
    "postcode": "123",
    "city": "Town",
    "region": "Region",
    "country": "DE",
}


def lines(*, comma: str = ", ", with_name: bool = True, **parts: str) -> list[str]:
    return address_lines(
        Address(**{**PARTS, **parts}),
        clean=str.strip,
        comma=comma,
        with_name=with_name,
        label_postcode=lambda code: f"Postcode: {code}",
    )


@pytest.mark.parametrize(
    ("country", "wanted"),
    [
        ("DE", ["123 Town", "Region"]),
        ("FR", ["123 Town", "Region"]),
        ("GB", ["Town", "Region", "123"]),
        ("US", ["Town, Region 123"]),
        ("CA", ["Town Region 123"]),
        ("NZ", ["Region", "Town 123"]),
    ],
)
def test_the_place_is_written_as_its_country_writes_it(country: str, wanted: list[str]) -> None:
    assert lines(country=country) == ["C", "N", "Street 1", "Floor 2", *wanted]


def test_a_persian_address_goes_from_the_large_to_the_small_and_labels_its_postcode() -> None:
    assert lines(country="IR") == ["C", "N", "Region, Town", "Street 1", "Floor 2", "Postcode: 123"]
    assert lines(country="IR", comma="، ", with_name=False)[0] == "Region، Town"
    assert lines(country="IR", postcode="")[-1] == "Floor 2"


@pytest.mark.parametrize("country", ["DE", "GB", "US", "IR", "NZ"])
def test_a_region_that_is_named_as_the_city_is_written_once(country: str) -> None:
    assert " ".join(lines(country=country, region="Town")).count("Town") == 1


@pytest.mark.parametrize("country", ["DE", "GB", "US", "AU", "IR", "NZ"])
def test_what_is_missing_leaves_no_trace(country: str) -> None:
    empty = {"company": "", "line2": "", "postcode": "", "region": ""}
    assert lines(country=country, **empty) in (["N", "Street 1", "Town"], ["N", "Town", "Street 1"])  # type: ignore[arg-type]
