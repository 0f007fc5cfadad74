"""The page *set up a shop*: every block is sent as it stands."""

import json
import re
from pathlib import Path

from tests.orders.words import Storefront

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "shop.md"
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
]


def test_the_page_says_what_is_done(shop: Storefront) -> None:
    for block in BLOCKS:
        told = shop.tell(block["name"], block["data"])
        assert [each.name for each in told] == ["shop.changed"], told[0].data
