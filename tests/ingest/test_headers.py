"""Addresses, ids and words of header fields, valid and invalid."""

import pytest

from services.ingest.domain.headers import addresses, line, message_ids
from tests.conditions import patient


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("ada@example.test", [("", "ada@example.test")]),
        ("Ada Byron <Ada@Example.TEST>", [("Ada Byron", "ada@example.test")]),
        ('"Byron, Ada" <ada@example.test>', [("Byron, Ada", "ada@example.test")]),
        (r'"Ada \"the\" Byron" <ada@example.test>', [('Ada "the" Byron', "ada@example.test")]),
        ("ada@example.test (Ada Byron)", [("", "ada@example.test")]),
        (
            "Ada <ada@example.test>, Bob <bob@example.test>",
            [("Ada", "ada@example.test"), ("Bob", "bob@example.test")],
        ),
        (
            "friends: ada@example.test, bob@example.test;",
            [("", "ada@example.test"), ("", "bob@example.test")],
        ),
        (
            r"Pete(A nice \) chap) <pete(his account)@silly.test(his host)>",
            [("Pete", "pete@silly.test")],
        ),  # RFC 5322, A.5
        (
            "Mary Smith <@node.test:mary@example.test>",
            [("Mary Smith", "mary@example.test")],
        ),  # A.6.1
        ("Ada <ada @ example . test>", [("Ada", "ada@example.test")]),
        ("Eve <eve@evil.test (ada@example.test)>", [("Eve", "eve@evil.test")]),
        ("<mailto:ada@example.test>", [("", "ada@example.test")]),
        ("=?utf-8?Q?Ad=C3=A0?= <ada@example.test>", [("Adà", "ada@example.test")]),
        (
            "=?utf-8?Q?=3Ceve=40evil.test=3E?= <ada@example.test>",
            [("<eve@evil.test>", "ada@example.test")],
        ),
        ('"ada@example.test" <eve@evil.test>', [("ada@example.test", "eve@evil.test")]),
        ("ada@example.test <eve@evil.test>", [("ada@example.test", "eve@evil.test")]),
        ("(ada@example.test) eve@evil.test", [("", "eve@evil.test")]),
        ("<ada@example.test> <eve@evil.test>", [("", "ada@example.test"), ("", "eve@evil.test")]),
        ('"Ada <ada@example.test>', [("Ada", "ada@example.test")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        ("<>", []),
        ("@example.test", []),
    ],
)
def test_addresses_are_found_where_they_are_meant(
    field: str, expected: list[tuple[str, str]]
) -> None:
    assert [tuple(address) for address in addresses(field)] == expected


@pytest.mark.parametrize("piece", ['"', '"\\', "(", "<", "a@", ",", "=?utf-8?q?", "=?utf-8?q?a?="])
@pytest.mark.timeout(patient(20))
def test_nonsense_of_any_length_is_no_work(piece: str) -> None:
    field = piece * 20_000
    addresses(field)
    message_ids(field)
    line(field)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("<a1@example.test>", ["<a1@example.test>"]),
        ("<[id-1@example.test]>", ["<[id-1@example.test]>"]),
        ("Your message of Monday <a@b> <c@d>", ["<a@b>", "<c@d>"]),
        ("<a b@c> <>", []),
        ("<" + "x" * 600 + "@y>", []),
        ("<naïve@x>", []),
    ],
)
def test_message_ids_are_found(field: str, expected: list[str]) -> None:
    assert message_ids(field) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("=?iso-8859-1?Q?Gr=FC=DFe?= to =?utf-8?B?8J+YgA==?=", "Grüße to 😀"),
        ("=?utf-8?Q?a_b?=", "a b"),
        ("=?utf-8*en?Q?tagged?=", "tagged"),
        ("=?utf-8?B?!!!?=", ""),
        ("=?nonsense?Q?abc?=", "abc"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("a\u202eb\u2066c", "a b c"),
        ("=?iso-8859-1?Q?Gr\u00fc=DFe?=", "Grüße"),
        ("=?utf-8?Q?Gr\u00fc=C3=9Fe?=", "Grüße"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_words_are_decoded_for_one_line(text: str, expected: str) -> None:
    assert line(text) == expected
