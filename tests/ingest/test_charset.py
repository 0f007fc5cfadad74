"""Texts are decoded whether their charset is declared, wrongly declared, or missing."""

import pytest

from services.ingest.domain.charset import decode
from services.ingest.domain.charset_labels import CODECS, codec_of

PERSIAN = (
    "سلام، سفارش من کجاست؟ لطفا زودتر خبر بدهید که چه وقت ارسال خواهد شد. با سپاس فراوان از شما"
)
ARABIC = "مرحبا، أين طلبي؟ أرجو إخباري متى سيتم إرسال الطلب إلى العنوان المذكور. شكرا جزيلا لكم"
RUSSIAN = "Здравствуйте, где мой заказ? Сообщите, пожалуйста, когда он будет отправлен."
GREEK = "Καλημέρα, πού είναι η παραγγελία μου; Παρακαλώ ενημερώστε με πότε θα σταλεί."


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (PERSIAN.replace("ی", "ي"), "cp1256"),
        (ARABIC, "cp1256"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
    ],
)
@pytest.mark.parametrize("declared", ["", "us-ascii", "utf-8", "x-unknown"])
def test_an_undeclared_charset_is_guessed(text: str, codec: str, declared: str) -> None:
    assert decode(text.encode(codec), declared) == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Grüße aus Köln, naïve – “yes”", "cp1252"),
        ("Ça va très bien, merci à vous", "cp1252"),
    ],
)
def test_a_text_of_the_west_is_not_taken_for_another(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    ("name", "codec", "text"),
    [
        ("iso-8859-8-i", "iso-8859-8", "שלום"),
        ("windows-874", "cp874", "สวัสดี"),
        ("x-gbk", "gb18030", "你好"),
        ("GB2312", "gb18030", "镕"),
        ("ks_c_5601-1987", "cp949", "안녕"),
        ("x-sjis", "cp932", "①"),
        ("macarabic", "mac-arabic", "سلام"),
        ("x-mac-farsi", "mac-farsi", "سلام"),
        ("iso-8859-1", "cp1252", "“€”"),
        ("utf8mb4", "utf-8", "می‌شود"),
        ("cp-850", "cp850", "é"),
        ("ISO-8859-6", "iso8859-6", "سلام"),
        ("big5", "big5hkscs", "你好"),
        ("iso-2022-jp", "iso-2022-jp", "日本"),
    ],
)
def test_names_that_python_does_not_know_are_known(name: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), name) == text


JAPANESE = "ご注文の商品はいつ届きますか。よろしくお願いします。"
CHINESE = "您好，请问我的订单什么时候可以发货？谢谢。"


@pytest.mark.parametrize("place", [0, 7, 20, -1])
@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (PERSIAN, "utf-8", "utf-8"),
        (PERSIAN, "utf-8", ""),
        (PERSIAN, "utf-8", "us-ascii"),
        (RUSSIAN, "utf-8", "x-unknown"),
        (JAPANESE, "utf-8", "utf-8"),
        (CHINESE, "gb18030", "gb2312"),
        (JAPANESE, "euc-jp", "euc-jp"),
        (GREEK, "iso8859-7", "iso-8859-7"),
    ],
)
def test_a_bad_byte_costs_its_character_and_no_other(
    text: str, codec: str, declared: str, place: int
) -> None:
    found = decode(spoiled(text, codec, place), declared)
    assert "\ufffd" in found
    assert sum(character in found for character in text) >= len(text) - 2


def spoiled(text: str, codec: str, place: int) -> bytes:
    """Return the bytes of a text with one byte that is invalid in the codec."""
    pieces = [character.encode(codec) for character in text]
    pieces[place] = b"\xff"
    return b"".join(pieces)


@pytest.mark.parametrize("declared", ["utf-8", "", "us-ascii"])
@pytest.mark.parametrize("text", ["سلام", "Где мой заказ", "いつ届きますか"])
def test_a_text_cut_within_a_character_loses_only_that(text: str, declared: str) -> None:
    assert decode(text.encode()[:-1], declared) == f"{text[:-1]}\ufffd"


def test_characters_that_cesu_8_writes_as_two_halves_are_whole() -> None:
    assert decode(b"\xed\xa0\xbd\xed\xb8\x80 ok", "utf-8") == "\U0001f600 ok"


@pytest.mark.parametrize("declared", ["", "utf-8", "iso-2022-jp", "csISO2022JP", "cp50220"])
def test_japanese_mail_is_read_with_the_characters_of_vendors_declared_or_not(
    declared: str,
) -> None:
    assert (
        decode(b"\x1b$B-!F|K\\\x1b(B 2 \x1b(I1\x1b(B\r\n\x1b$BEl5~\x1b(B", declared)
        == "①日本 2 ｱ\r\n東京"
    )


def test_japanese_mail_without_vendor_characters_is_as_python_reads_it() -> None:
    assert decode(JAPANESE.encode("iso-2022-jp"), "iso-2022-jp") == JAPANESE


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1"])
def test_a_byte_order_mark_names_the_codec_and_never_stays(codec: str, declared: str) -> None:
    assert decode(PERSIAN.encode(codec), declared) == PERSIAN


def test_a_mail_in_utf_7_is_read() -> None:
    assert decode("سلام + خداحافظ".encode("utf-7"), "UTF-7") == "سلام + خداحافظ"


def test_utf_8_declared_as_western_is_read_as_utf_8() -> None:
    assert decode("Grüße, „Köln“".encode(), "iso-8859-1") == "Grüße, „Köln“"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("iso8859-15", "iso-8859-15"),
        ("csiso2022jp", "iso-2022-jp"),
        ("cp50220", "iso-2022-jp"),
        ("ks_c_5601", "cp949"),
        ("koi8", "koi8-r"),
        ("Windows-1256", "cp1256"),
        ("us-ascii", None),
        ("x-unknown", None),
        ("zlib", None),
        ("rot13", None),
        ("replacement", None),
    ],
)
def test_labels_of_browsers_and_mail_programs_are_known_and_no_other_codec(
    label: str, codec: str | None
) -> None:
    assert codec_of(label) == codec


def test_every_label_leads_to_a_codec_of_text() -> None:
    for codec in set(CODECS.values()):
        assert isinstance(b"a".decode(codec, "replace"), str)
