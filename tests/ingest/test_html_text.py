"""HTML becomes text, in linear time even if it is malformed."""

import time

import pytest
from hypothesis import given, strategies as st

from services.ingest.domain.html_text import text_of_html
from tests.conditions import patient


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<BR/>Three", "One\nTwo\nThree"),
        ("<div>One</div><div>Two</div>", "One\n\nTwo"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a &lt; b &amp;&#x20; c &hellip; &#1587;", "a < b & c … س"),
        ("a < b and c > d", "a < b and c > d"),
        ("<a href='http://x.test/?a>b'>here</a>", "here"),
        ('<img alt="a > b">after', "after"),
        ("<script>if (a < b) { x('</p>') }</script>after", "after"),
        ("<style>p { }</style >after", "after"),
        ("<title>not this</title>but this", "but this"),
        ("before<!-- <p>hidden</p> -->after", "beforeafter"),
        ("<![if mso]>kept<![endif]>", "kept"),
        ("<p>never closed <b>at all", "never closed at all"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("<o:p>Word</o:p>", "Word"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("   \n\t ", ""),
    ],
)
def test_the_text_of_html_is_laid_out_as_shown(page: str, text: str) -> None:
    assert text_of_html(page) == text


@pytest.mark.parametrize(
    "page",
    [
        "<style>p { color: red } <p>hello",
        "<!-- hello",
        "<script>hello",
        "<title>x<p>hello",
        "<html><head><style><b>hello</b>",
        "<textarea>hello",
        "<div>" * 3000 + "hello",
        "<b" + " a=b" * 3000 + ">hello",
    ],
)
def test_where_there_are_words_they_come_out(page: str) -> None:
    assert "hello" in text_of_html(page)


@pytest.mark.parametrize(
    "page", ["<style>p</style>", "<script>x()</script><style>p</style>", "<!-- x -->", "<p></p>"]
)
def test_content_without_text_has_no_text(page: str) -> None:
    assert text_of_html(page) == ""


@given(st.text(alphabet=st.sampled_from("<>/!-&#;'\" aPscript=x0\n\u200c"), max_size=200))
def test_whatever_it_is_text_comes_of_it(page: str) -> None:
    assert "<p>" not in text_of_html(page)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "<a ",
        "<div>",
        '<a b="',
        "<a '\"",
        "&",
        "&#",
        "<!",
        "</",
        "<script>",
        "<style></style",
        "<![CDATA[",
        "&#99999999;",
        "\n ",
        '<a "" ',
        "<title",
        "<p",
        "a",
    ],
)
def test_time_grows_with_length_only(piece: str) -> None:
    began = time.monotonic()
    text_of_html(piece * (1_000_000 // len(piece)))
    assert time.monotonic() - began < patient(10)
