"""Outlook's rich text in winmail.dat, as text or as encapsulated HTML."""

from base64 import b64encode

import pytest
from compressed_rtf import compress
from hypothesis import given, strategies as st

from services.ingest.domain.mail import Mail, read
from services.ingest.domain.rtf import read_rtf
from tests.ingest.builders import raw_mail
from tests.ingest.winmail_writer import winmail

# Microsoft's own example of compressed rich text (MS-OXRTFCP, 4.1).
OF_MICROSOFT = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c09002062770"
    "5b06c647d0a800fa0"
)
# As MS-OXRTFEX has it: HTML in groups of its own, what only readers of rich text need between
# `htmlrtf` and `htmlrtf0`.
WRAPPED = (
    rb"{\rtf1\ansi\ansicpg1256\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0"
    rb" Arial;}{\f1\fcharset178 Tahoma;}}"
    rb"{\*\htmltag19 <html>}{\*\htmltag50 <body dir=rtl>}{\*\htmltag64 <p>}\htmlrtf {\f1\rtlch"
    rb" \htmlrtf0 "
    rb"\'d3\'e1\'c7\'e3\u1740? {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 5 {\*\htmltag84"
    rb" &lt;}\htmlrtf <\htmlrtf0  6"
    rb"\htmlrtf }\htmlrtf0{\*\htmltag92 </b>}\htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>}{\*\htmltag27"
    rb" </body>}}"
)


def mail(content: bytes, name: str = "winmail.dat") -> Mail:
    fields = (
        f'Content-Type: application/ms-tnef; name="{name}"\r\nContent-Transfer-Encoding: base64'
    )
    body = f"--b\r\n{fields}\r\n\r\n{b64encode(content).decode()}\r\n--b--\r\n"
    found = read(raw_mail(body, content_type="multipart/mixed; boundary=b"))
    assert isinstance(found, Mail)
    return found


def test_a_mail_that_is_rich_text_only_has_a_text() -> None:
    found = mail(winmail(rtf=OF_MICROSOFT))
    assert (found.text, found.files) == ("hello world", ())


def test_rich_text_that_ends_with_a_zero_byte_is_read() -> None:
    zero = next(
        packed
        for packed in (
            compress(b"{\\rtf1 hello world" + b"!" * count + b"}") for count in range(100)
        )
        if packed.endswith(b"\0")
    )
    assert mail(winmail(rtf=zero)).text.startswith("hello world!")


def test_the_html_in_it_is_the_html_of_the_mail() -> None:
    found = mail(winmail("offer.pdf", b"%PDF-1.7", rtf=compress(WRAPPED)))
    assert found.text == "سلامی 5 < 6"
    assert found.page == "<p>سلامی <b>5 &lt; 6</b></p>"
    assert [file.filename for file in found.files] == ["offer.pdf"]


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1 one\par two\line three\tab four}", "one\ntwo\nthree\tfour"),
        (
            (
                rb"{\rtf1{\info{\author Eve}}{\stylesheet{\s0 Normal;}}{\*\generator x;}{\pict"
                rb" 0a0b}words}"
            ),
            "words",
        ),
        (rb"{\rtf1 a\{b\}c\\d\~e\_f\-g}", "a{b}c\\d\xa0e\u2011fg"),
        (rb"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe}", "Grüße"),
        (rb"{\rtf1\ansicpg1256 \'d3\'e1\'c7\'e3}", "سلام"),
        (
            (
                rb"{\rtf1{\fonttbl{\f0\fcharset0 A;}{\f2\fcharset178 B;}}\f0 Hi {\f2"
                rb" \'d3\'e1\'c7\'e3} \'fc}"
            ),
            "Hi سلام ü",
        ),
        (rb"{\rtf1\uc1\u1587 ?\u1604 ?\u1575 ?\u1605 ?}", "سلام"),
        (rb"{\rtf1{\uc0\u1587\u1604\u1575\u1605} {\uc2\u252 ue}!}", "سلام ü!"),
        (rb"{\rtf1\u-10179 ?\u-8704 ?}", "😀"),
        (rb"{\rtf1\u-10179 ?x}", "\ufffdx"),
        (rb"{\rtf1{\fonttbl{\f0\fcharset128 A;}}\f0\'93\'fa\'96\'7b}", "日本"),
        (rb"{\rtf1{\field{\*\fldinst HYPERLINK x}{\fldrslt the shop}}}", "the shop"),
        (rb"{\rtf1 \lquote a\rquote\emdash\bullet}", "‘a’—•"),
        (b"{\\rtf1{\\pict\\bin5 }}}{{}after}", "after"),
        (rb"{\rtf1 never closed", "never closed"),
        (b"just words", "just words"),
        (b"", ""),
    ],
)
def test_rich_text_is_read(rtf: bytes, text: str) -> None:
    assert read_rtf(rtf).text == text


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    b"{",
                    b"}",
                    b"\\",
                    b"\\u",
                    b"\\u9 ",
                    b"\\'",
                    b"\\'d3",
                    b"\\*",
                    b"\\htmltag",
                    b"\\htmlrtf",
                    b"\\fromhtml1",
                    b"\\bin99999999 ",
                    b"\\f1",
                    b"\\fonttbl",
                    b"\\ansicpg65001 ",
                    b"\\ansicpg1 ",
                    b"\\uc99 ",
                ]
            ),
            st.binary(max_size=9),
        ),
        max_size=30,
    )
)
def test_whatever_it_is_it_is_not_refused(pieces: list[bytes]) -> None:
    found = read_rtf(b"".join(pieces))
    (found.text + found.page).encode()


@pytest.mark.parametrize(
    "damaged",
    [
        winmail(rtf=OF_MICROSOFT[:-9]),
        winmail(rtf=OF_MICROSOFT[:12] + b"\0\0\0\0" + OF_MICROSOFT[16:]),
        winmail(),
        winmail(rtf=b"x"),
        winmail("offer.pdf", b""),
        winmail(rtf=compress(rb"{\rtf1\pard\par}")),
        b"",
        winmail()[:8],
    ],
)
def test_a_winmail_dat_in_which_nothing_can_be_read_stays_a_file(damaged: bytes) -> None:
    found = mail(damaged)
    assert found.text == ""
    assert [(file.filename, file.content) for file in found.files] == (
        [("winmail.dat", damaged)] if damaged else []
    )
    assert found.marks == (() if damaged else ("attachments_empty",))


def test_a_corrupt_winmail_dat_stays_beside_its_readable_content() -> None:
    whole = winmail("offer.pdf", b"%PDF-1.7", rtf=OF_MICROSOFT)
    for damaged in (whole[:-3], whole.replace(b"PDF", b"PDX")):
        found = mail(damaged)
        assert found.text == "hello world"
        assert [file.filename for file in found.files][-1] == "winmail.dat"
