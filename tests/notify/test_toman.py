"""A shop that writes Toman writes nothing else in its mails: a factor of ten is the classic
mistake.
"""

import pytest

from services.notify.adapters.mail_writer import read_languages
from services.notify.domain.sample import sample
from tests.notify.builders import WRITER

LANGUAGES = read_languages()
RIAL, TOMAN = ("ریال", "IRR"), ("تومان", "Toman", "tomans")


def written(template: str, language: str, *, toman: bool) -> str:
    """The whole of a mail about an order in Rial."""
    facts, documents = sample(template, "fa")
    shop = facts.shop.model_copy(update={"toman": toman})
    order = facts.order.model_copy(update={"shop": shop}) if facts.order else None
    told = facts.model_copy(update={"language": language, "shop": shop, "order": order})
    content = WRITER.write(told, documents)
    return content.subject + content.text + content.html


@pytest.mark.parametrize("template", sorted(LANGUAGES["en"].mails))
def test_every_mail_is_in_one_unit(template: str) -> None:
    for tag in LANGUAGES:
        assert not any(word in written(template, tag, toman=True) for word in RIAL)
        assert not any(word in written(template, tag, toman=False) for word in TOMAN)


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_ten_rial_are_one_toman(tag: str) -> None:
    language, total = LANGUAGES[tag], 4_625_000
    in_toman, in_rial = (written("order_conf", tag, toman=toman) for toman in (True, False))
    assert language.write_number(str(total)) in in_rial
    assert language.write_number(str(total // 10)) in in_toman
    assert language.write_number(str(total)) not in in_toman
