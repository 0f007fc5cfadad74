"""Quoted mails and signatures are folded in four languages; nothing is removed."""

import pytest
import quotequail
from hypothesis import given, strategies as st
from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

from services.ingest.domain.folded_lines import folds_of

QUOTED = "> Shall we send it?\n> The shop"
MARKERS = [
    "On Mon, 23 Nov 2026 at 10:00, Corner Shop <service@shop.test> wrote:",
    (
        "On Mon, 23 Nov 2026 at 10:00, Corner"
        " Shop\n<service+abcdefghijklmnopqrstuvwxyz234567abcdefghi@shop.test>\nwrote:"
    ),
    "Le lun. 23 nov. 2026 à 10:00, Corner Shop <service@shop.test> a écrit :",
    "Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Corner Shop <service@shop.test>:",
    "Corner Shop schrieb am 23.11.2026 um 10:00:",
    "در دوشنبه ۲ آذر ۱۴۰۵ ساعت ۱۰:۰۰، فروشگاه <service@shop.test> نوشت:",
    "در تاریخ دوشنبه ۲ آذر ۱۴۰۵، فروشگاه نوشته است:",
]
ORIGINALS = [
    "-----Original Message-----\nFrom: Corner Shop\nSent: Monday\nTo: Ada\nSubject: Mug",
    (
        "-----Ursprüngliche Nachricht-----\nVon: Corner Shop\nGesendet: Montag\nAn: Ada\nBetreff:"
        " Tasse"
    ),
    "-----Message d'origine-----\nDe : Corner Shop\nEnvoyé : lundi\nÀ : Ada\nObjet : Tasse",
    "-----پیام اصلی-----\nاز: فروشگاه\nبه: آدا\nموضوع: لیوان",
    "________________________________\nFrom: Corner Shop\nSent: Monday\nTo: Ada\nSubject: Mug",
    (
        "------------------------------\n*From:* Corner Shop\n*Sent:* Monday\n*To:*"
        " Ada\n*Subject:* Mug"
    ),
    "Von: Corner Shop\nGesendet: Montag\nAn: Ada\nBetreff: Tasse",
    "از: فروشگاه\nتاریخ: دوشنبه\nبه: آدا\nموضوع: لیوان",
]


ADDRESS = "Corner Shop <service@shop.test>"
# By language, as Gmail, Apple Mail, Outlook, Thunderbird and Yahoo write them.
OF_LANGUAGES = {
    "de": [
        "Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Corner Shop <\nservice@shop.test>:",
        f"{ADDRESS} schrieb am Mo., 23. Nov. 2026,\n10:00:",
        f"Am 23.11.2026 um 10:00 schrieb\n{ADDRESS}:",
        "Am 23.11.26 um 10:00 schrieb Corner Shop:",
    ],
    "en": [
        "On Mon, Nov 23, 2026 at 10:00 AM Corner Shop <service@shop.test>\nwrote:",
        f"On 23 Nov 2026, at 10:00, {ADDRESS} wrote:",
        "Corner Shop wrote on 23/11/2026 10:00:",
    ],
    "fr": [
        f"Le lun. 23 nov. 2026 à 10:00, {ADDRESS} a\nécrit :",
        "Le 23/11/2026 à 10:00, Corner Shop a écrit :",
    ],
    "es": [
        f"El lun, 23 nov 2026 a las 10:00, {ADDRESS}\nescribió:",
        f"El 23/11/26 a las 10:00, {ADDRESS} escribió:",
    ],
    "it": [
        f"Il giorno lun 23 nov 2026 alle ore 10:00 {ADDRESS}\nha scritto:",
        f"Il 23/11/2026 10:00, {ADDRESS} ha scritto:",
    ],
    "nl": [
        f"Op ma 23 nov 2026 om 10:00 schreef {ADDRESS}:",
        f"Op 23 nov. 2026 om 10:00 heeft {ADDRESS} het volgende geschreven:",
    ],
    "pt": [
        f"Em seg., 23 de nov. de 2026 às 10:00, {ADDRESS}\nescreveu:",
        f"{ADDRESS} escreveu no dia segunda, 23/11/2026 à(s) 10:00:",
    ],
    "pl": [
        f"pon., 23 lis 2026 o 10:00 {ADDRESS} napisał(a):",
        f"W dniu 23.11.2026 o 10:00, {ADDRESS} pisze:",
    ],
    "sv": [
        f"Den mån 23 nov. 2026 kl 10:00 skrev {ADDRESS}:",
        f"23 nov. 2026 kl. 10:00 skrev {ADDRESS}:",
    ],
    "da": [
        f"Den man. 23. nov. 2026 kl. 10.00 skrev {ADDRESS}:",
        f"Den 23. nov. 2026 kl. 10.00 skrev\n{ADDRESS}:",
    ],
    "no": [
        f"man. 23. nov. 2026 kl. 10:00 skrev {ADDRESS}:",
        f"Den 23.11.2026 10:00, skrev {ADDRESS}:",
    ],
    "ru": [
        f"пн, 23 нояб. 2026 г. в 10:00, {ADDRESS}:",
        f"23 ноября 2026, 10:00, {ADDRESS} написал(а):",
    ],
    "wrapped": [
        '20 нояб. 2026 г. 10:00 пользователь "Corner Shop" <\nservice@shop.test> написал:',
        "23 ноября 2026 г.,\nCorner Shop <service@shop.test> написал(а):",
        'Am 23.11.2026 10:00 schrieb "Corner Shop" <service@shop.test\n>:',
        "---- On Mon, 23 Nov 2026 10:00:00 +0100 Corner Shop <service@shop.test> wrote ----",
        "2026/11/23 Corner Shop <service@shop.test>",
    ],
    "uk": [
        f"пн, 23 лист. 2026 р. о 10:00 {ADDRESS} пише:",
        f"23 лист. 2026 р. о 10:00 {ADDRESS} написав(ла):",
    ],
    "tr": [
        f"{ADDRESS}, 23 Kas 2026 Pzt, 10:00\ntarihinde şunu yazdı:",
        f"23 Kas 2026 10:00 tarihinde {ADDRESS} şunları yazdı:",
    ],
    "ar": [
        f"في الاثنين، 23 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة \u202a{ADDRESS}\u202c:",
        f"في 23 نوفمبر 2026، كتب {ADDRESS}:",
    ],
    "ja": [
        "2026年11月23日(月) 10:00 Corner Shop <service@shop.test>:",
        "2026/11/23 10:00、Corner Shop のメール：",
    ],
    "cs": [f"Dne po 23. 11. 2026 10:00 uživatel {ADDRESS} napsal:"],
    "fa": [f"در تاریخ دوشنبه ۲۳ نوامبر ۲۰۲۶،\u200f ۱۰:۰۰ {ADDRESS}\nنوشت:"],
    "none": [
        f"2026-11-23 10:00 GMT+02:00 {ADDRESS}:",
        "2026-11-23 10:00 GMT+02:00 Corner Shop\n<service@shop.test>:",
    ],
}
MARKERS += [marker for markers in OF_LANGUAGES.values() for marker in markers]
ABOVE = [
    "##- Please type your reply above this line -##",
    "-- Reply above this line --",
    "--- Reply ABOVE THIS LINE ---",
    "##- Bitte geben Sie Ihre Antwort über dieser Zeile ein -##",
    "---- Bitte antworten Sie oberhalb dieser Zeile ----",
    "## Répondez au-dessus de cette ligne ##",
    "=== لطفاً پاسخ خود را بالای این خط بنویسید ===",
]


@pytest.mark.parametrize("line", ABOVE)
def test_all_below_the_line_to_answer_above_is_folded(line: str) -> None:
    assert folds_of(f"Yes.\n\n{line}\n\nDear Ada") == ((3, 5),)


@pytest.mark.parametrize("marker", MARKERS)
def test_quotes_are_folded_with_their_attribution(marker: str) -> None:
    text = f"Yes.\n\n{marker}\n{QUOTED}\n\nThanks"
    last = 3 + marker.count("\n") + 2
    assert folds_of(text) == ((3, last),)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_mail_quoted_without_any_sign_is_folded_to_its_end(marker: str) -> None:
    text = f"Yes.\n\n{marker}\nShall we send it?\nThe shop"
    assert folds_of(text) == ((3, text.count("\n") + 1),)


@pytest.mark.parametrize("original", ORIGINALS)
def test_an_original_below_is_folded_to_its_end(original: str) -> None:
    text = f"Yes, please.\n\n{original}\n\nDear Ada"
    assert folds_of(text) == ((3, text.count("\n") + 1),)


def test_answers_between_the_lines_stay_open() -> None:
    assert folds_of("> Blue or red?\nBlue.\n> How many?\nTwo.") == ((1, 1), (3, 3))


def test_a_signature_is_folded() -> None:
    assert folds_of("Yes.\n-- \nAda Byron\nLondon") == ((2, 4),)


def test_a_forwarded_mail_is_not_folded() -> None:
    forwarded = (
        "---------- Forwarded message ---------\nFrom: Eve\nDate: Monday\nSubject: Mug\nTo:"
        " Ada\n\nHello"
    )
    text = f"See below.\n\n{forwarded}"
    assert folds_of(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just words.",
        "> only\n> quotes",
        MARKERS[0] + "\n" + QUOTED,
        "On Monday I wrote: nothing",
        "Hello,\nas I wrote on 23.11.2026:\nI want my mug",
        "My address: Main Street 1\nAda",
        "Please note:\n1 mug\n2 plates",
        "Ship it to Ada Byron <ada@example.test>:\nMain Street 1",
        "On Monday you wrote:\nthat is wrong",
        "See above this line",
        "Мама пишет:\nгде кружка?",
        "Yes\n-- above --\nthat line",
        "Am Ende schrieb er mir:\nalles gut",
        "From: me\nwith love",
        "Von: hier\nnach dort",
        "____________\nNo header follows",
        "Le chat écrit :",
        "در خانه بودم",
    ],
)
def test_where_nothing_else_would_be_left_or_nothing_is_quoted_nothing_is_folded(text: str) -> None:
    assert folds_of(text) == ()


# --- other judges ---------------------------------------------------------------------------------


def unfolded(text: str) -> str:
    folded = {number for fold in folds_of(text) for number in range(fold.first, fold.last + 1)}
    return "\n".join(
        line for number, line in enumerate(text.split("\n"), 1) if number not in folded
    ).strip()


def judges(text: str, language: str) -> list[str]:
    """Return the answer that other parsers find in a text, if they find a quoted mail in it."""
    found = (quotequail.unwrap(text) or {}).get("text_top", "")
    if language in MAIL_LANGUAGES:
        answer = EmailReplyParser(languages=[language]).parse_reply(text).strip()
        return [each for each in (found, answer) if each and each != text]
    return [found] if found else []


def test_all_that_other_parsers_take_for_quoted_is_folded() -> None:
    judged = set()
    for language, markers in OF_LANGUAGES.items():
        for marker in markers:
            text = f"Yes, both of them.\n\n{marker}\n\n{QUOTED}"
            agreeing = [answer for answer in judges(text, language) if answer == unfolded(text)]
            assert unfolded(text) == "Yes, both of them."
            judged |= {language} if agreeing else set()
    assert judged >= {"da", "de", "en", "es", "fr", "it", "ja", "nl", "no", "pt", "ru", "sv"}


@pytest.mark.parametrize(
    "text",
    [
        "Dear shop,\n\nI wrote on Monday: where is it?\n\nFrom here it is far.\n\nAda",
        "سلام،\n\nسفارش من کجاست؟\n\nآدا",
        "Hallo,\n\nich schrieb Ihnen am Montag:\nbitte zwei.\n\nAda",
        "Bonjour,\n\nLe colis: perdu.\n\nAda",
    ],
)
def test_text_that_no_other_parser_folds_is_not_folded(text: str) -> None:
    assert unfolded(text) == text
    assert quotequail.unwrap(text) is None


# --- whatever comes -------------------------------------------------------------------------------

LINES = [*MARKERS, *ORIGINALS, QUOTED, "", "words", "-- ", "> x", "wrote:", "On "]


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_folds_are_in_order_within_the_text_and_leave_something(lines: list[str]) -> None:
    text = "\n".join(lines)
    folds = folds_of(text)
    numbers = [number for fold in folds for number in range(fold.first, fold.last + 1)]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(1, text.count("\n") + 2))
    if folds:
        rest = [line for number, line in enumerate(text.split("\n"), 1) if number not in numbers]
        assert any(line.strip() for line in rest)
