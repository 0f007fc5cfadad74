"""Every day that a mail shows is that of the shop."""

import pytest

from services.notify.adapters.mail_writer import read_languages
from services.notify.domain.facts import Facts
from services.notify.domain.sample import sample
from shared.contracts.shop_profile import ShopProfile
from tests.moments import DAYS, EAST, WEST, at_the_moment, utc_days
from tests.notify.builders import WRITER

LANGUAGES = read_languages()
DATED = ("voucher", "order_return_confirmed", "forward_msg")


def written(template: str, language: str, zone: str) -> str:
    """Return the text of a mail with all facts at one moment."""
    facts, documents = sample(template, language)
    told = Facts.model_validate(at_the_moment(facts.model_dump(), zone))
    content = WRITER.write(told, documents)
    return content.subject + content.text + content.html


@pytest.mark.parametrize("zone", [EAST, WEST])
@pytest.mark.parametrize("template", sorted(LANGUAGES["en"].mails))
def test_no_mail_shows_the_day_of_utc(template: str, zone: str) -> None:
    for tag in LANGUAGES:
        assert utc_days(written(template, tag, zone)) == []


@pytest.mark.parametrize("zone", [EAST, WEST])
@pytest.mark.parametrize("template", DATED)
def test_what_shows_a_day_shows_that_of_the_shop(template: str, zone: str) -> None:
    for tag in LANGUAGES:
        assert DAYS[zone][tag] in written(template, tag, zone)


def test_a_profile_without_a_zone_keeps_the_days_of_utc() -> None:
    known = sample("voucher", "en")[0].shop.model_dump(exclude={"timezone"})
    assert ShopProfile.model_validate(known).timezone == "UTC"
