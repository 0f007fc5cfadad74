"""Text of every charset that occurs, declared, wrongly declared, or not at all."""

import pytest

from services.ingest.domain.charset import decode

PERSIAN = "سلام، سفارش من کجاست؟ لطفا زودتر خبر بدهید که چه وقت ارسال خواهد شد. با سپاس فراوان از شما"
ARABIC = "مرحبا، أين طلبي؟ أرجو إخباري متى سيتم إرسال الطلب إلى العنوان المذكور. شكرا جزيلا لكم"
RUSSIAN = "Здравствуйте, где мой заказ? Сообщите, пожалуйста, когда он будет отправлен."
GREEK = "Καλημέρα, πού είναι η παραγγελία μου; Παρακαλώ ενημερώστε με πότε θα σταλεί."


@pytest.mark.parametrize(("text", "codec"), [
    (PERSIAN.replace("ی", "ي"), "cp1256"), (ARABIC, "cp1256"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"),
    (GREEK, "cp1253"),
])
@pytest.mark.parametrize("declared", ["", "us-ascii", "utf-8", "x-unknown"])
def test_what_is_not_declared_is_read_as_it_looks(text: str, codec: str, declared: str) -> None:
    assert decode(text.encode(codec), declared) == text


@pytest.mark.parametrize(("text", "codec"), [
    ("Grüße aus Köln, naïve – “yes”", "cp1252"), ("Ça va très bien, merci à vous", "cp1252"),
])
def test_a_text_of_the_west_is_not_taken_for_another(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(("name", "codec", "text"), [
    ("iso-8859-8-i", "iso-8859-8", "שלום"), ("windows-874", "cp874", "สวัสดี"), ("x-gbk", "gb18030", "你好"),
    ("GB2312", "gb18030", "镕"), ("ks_c_5601-1987", "cp949", "안녕"), ("x-sjis", "cp932", "①"),
    ("macarabic", "mac-arabic", "سلام"), ("x-mac-farsi", "mac-farsi", "سلام"), ("iso-8859-1", "cp1252", "“€”"),
    ("utf8mb4", "utf-8", "می‌شود"), ("cp-850", "cp850", "é"),
    ("ISO-8859-6", "iso8859-6", "سلام"), ("big5", "big5hkscs", "你好"), ("iso-2022-jp", "iso-2022-jp", "日本"),
])
def test_names_that_python_does_not_know_are_known(name: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), name) == text
