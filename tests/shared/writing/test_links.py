"""Web addresses from patterns of shops: nothing that is filled in can leave its place."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.contracts.links import OrderPage, ParcelPage
from shared.writing.links import fill

order_page, parcel_page = TypeAdapter(OrderPage), TypeAdapter(ParcelPage)
PATTERN = "https://shop.test/orders/{reference}/view?of={reference}#{language}"


@pytest.mark.parametrize(
    "pattern", ["", "https://shop.test", "https://shop.test:8443/o?ref={reference}", PATTERN]
)
def test_a_pattern_is_a_page_with_known_placeholders(pattern: str) -> None:
    assert order_page.validate_python(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "http://shop.test/{reference}",
        "javascript:alert(1)",
        "//shop.test",
        "shop.test",
        "https://",
        "https:///a",
        "https://{reference}.shop.test/",
        "https://shop.test{reference}",
        "https://a@shop.test/",
        "https://shop.test/a b",
        'https://shop.test/"',
        "https://shop.test/<b>",
        "https://shop.test/\n",
        "https://shop.test/{customer}",
        "https://shop.test/{}",
        "https://shop.test/{reference",
        "https://shop.test/{reference}}",
        "https://shop.test/{{reference}}",
        "https://shop.test/{reference!r}",
        "https://shop.test/" + "x" * 500,
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        order_page.validate_python(pattern)


def test_a_carrier_may_ask_for_the_number_and_the_place() -> None:
    pattern = parcel_page.validate_python(
        "https://track.test/{tracking_number}?p={postcode}&d={country}"
    )
    values = {"tracking_number": "3S/1 2", "postcode": "1012 AB", "country": "NL", "language": "nl"}
    assert fill(pattern, **values) == "https://track.test/3S%2F1%202?p=1012%20AB&d=NL"
    with pytest.raises(
        ValidationError, match=r"placeholder \{reference\}; there are \{tracking_number\}"
    ):
        parcel_page.validate_python("https://track.test/{reference}")


@given(st.text(max_size=30))
def test_whatever_is_filled_in_stays_in_its_place(value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    url = urlsplit(fill(PATTERN, reference=value, language="en"))
    assert (url.scheme, url.netloc, url.fragment) == ("https", "shop.test", "en")
    path = url.path.split("/")
    assert (path[:2], path[3:], "." in {path[2], path[2].replace("..", ".")}) == (
        ["", "orders"],
        ["view"],
        False,
    )
    assert url.query.count("=") == 1


@pytest.mark.parametrize(
    "value", ["..", ".", "../admin", "a/../../b", "?x=1", "#x", "a&b=c", '"><script>', "%2e%2e"]
)
def test_a_hostile_value_is_encoded(value: str) -> None:
    url = fill("https://shop.test/orders/{reference}", reference=value)
    rest = url.removeprefix("https://shop.test/orders/")
    assert not set(rest) & set('/?#&"<> ')
    assert rest not in ("", ".", "..")
