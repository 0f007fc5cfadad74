"""Only the DMARC result of the receiving mail server counts."""

import time

import pytest
from hypothesis import given, strategies as st

from services.ingest.domain.authentication import dmarc_of
from tests.conditions import patient

PASS, FAIL = (
    "mx.shop.test; dmarc=pass header.from=a.test",
    "mx.shop.test; dmarc=fail (p=reject) header.from=a.test",
)
FULL = (
    "MX.Shop.Test 1; spf=pass smtp.mailfrom=a@a.test; dkim=fail header.d=a.test; dmarc=pass (p=x)"
    " header.from=a.test"
)


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ([PASS], "pass"),
        ([FAIL], "fail"),
        ([FULL], "pass"),
        ([PASS, FAIL], "pass"),
        ([FAIL, PASS], "fail"),
        (["mx.evil.test; dmarc=pass", FAIL], "fail"),
        (["mx.shop.test.evil.test; dmarc=pass"], "none"),
        (["mx.shop.test; none"], "none"),
        (["mx.shop.test; spf=pass"], "none"),
        ([";;;(", PASS], "pass"),
        ([], "none"),
        (["mx.shop.test; dmarc=bestguesspass header.from=a.test"], "none"),
        (["mx.shop.test; dmarc=pass; dmarc=fail"], "fail"),
        ([""], "none"),
        (["mx.shop.test (of us; dmarc=pass); dmarc=fail"], "fail"),
        (["mx.shop.test (a (nested; one); dmarc=pass) 1; dmarc=fail"], "fail"),
        (['mx.shop.test; spf=fail reason="no; dmarc=pass"'], "none"),
        (['mx.shop.test; spf=fail reason="a \\" ; dmarc=pass"'], "none"),
        (['mx.shop.test; spf=pass (a " is no quote here); dmarc=pass'], "pass"),
        ([r"mx.shop.test; spf=fail (an escaped \) stays; dmarc=pass)"], "none"),
        (["mx.shop.test; spf=fail (without end; dmarc=pass"], "none"),
        (['mx.shop.test; spf=fail reason="without end; dmarc=pass'], "none"),
        (['"mx.shop.test"; dmarc=pass'], "pass"),
        (["mx.shop.test; DMARC / 1 = PASS"], "pass"),
        (["mx.shop.test; x-dmarc=pass"], "none"),
    ],
)
def test_the_topmost_word_of_our_server_counts(fields: list[str], verdict: str) -> None:
    assert dmarc_of(fields, "mx.shop.test") == verdict


def test_without_a_server_to_believe_nothing_is_believed() -> None:
    assert dmarc_of([PASS, FAIL], None) == "none"


@given(st.lists(st.text(max_size=80), max_size=5))
def test_whatever_stands_there_is_no_trouble(fields: list[str]) -> None:
    assert dmarc_of(fields, "mx.shop.test") in ("pass", "fail", "none")


def test_long_fields_of_other_servers_cost_nothing() -> None:
    """A sender may write fields that take the parser a third of a second each."""
    slow = "mx.evil.test; " + "x=y; " * 800
    began = time.thread_time()
    assert dmarc_of([slow] * 20 + [PASS], "mx.shop.test") == "pass"
    assert time.thread_time() - began < patient(0.1)
