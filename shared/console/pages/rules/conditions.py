"""The conditions of a cart rule that are lists: products of the cart, and rules used with it."""

import re

from shared.console.choices import Choices, label
from shared.console.screen import Data, Screen

LISTS = ("skus", "categories", "brands", "suppliers", "attributes")
EMPTY_ROWS = 2
MOST_RULES = 200
NAMED = re.compile(r"choices\[(\d{1,2})\]\.")
SEPARATORS = re.compile(r"[,،]")


def rows(screen: Screen, rule: Data) -> list[Data]:
    """Return the product conditions as texts, by input, then empty ones to fill in."""
    count = len(rule["choices"])
    for name in screen.form:
        found = NAMED.match(name)
        if found and screen.submitted(name).strip():
            count = max(count, int(found[1]) + 1)
    written: list[Data] = []
    while len(written) < count + EMPTY_ROWS:
        written.append(dict.fromkeys((*LISTS, "quantity"), ""))
    for row, choice in zip(written, rule["choices"], strict=False):
        row["quantity"] = choice["quantity"]
        for name in LISTS:
            row[name] = ", ".join(choice[name])
    return written


def together(screen: Screen, rule: Data) -> Data:
    """Return which rules may be used with this one: `all`, `none` or `these`, and their ids."""
    ids = rule["goes_with"]
    mode = "all" if ids is None else "these"
    if ids == []:
        mode = "none"
    if screen.form:
        ids = screen.form.getlist("_goes_with")
    return {"mode": screen.submitted("_together", mode), "ids": ids or ()}


async def other_rules(screen: Screen, rule: Data) -> Choices:
    """Return the other rules of the shop with their names, vouchers among them."""
    query = {"include_vouchers": True, "limit": MOST_RULES}
    answer = await screen.try_ask("cart_rule.list", query) or {"rules": ()}
    found: Choices = []
    for entry in answer["rules"]:
        other = entry["rule"]
        if other["rule_id"] != rule.get("rule_id"):
            name = label(other["names"], screen.language)
            found.append((other["rule_id"], f"{name} ({other['code']})" if other["code"] else name))
    return sorted(found, key=lambda choice: choice[1])


def submitted(screen: Screen, data: Data) -> Data:
    """Return the fields of both conditions; none if the form does not have them."""
    if not screen.submitted("_together"):
        return {}
    products: list[Data] = []
    for choice in data.get("choices", ()):
        for name in LISTS:
            choice[name] = _parts(choice.get(name, ()))
        products.append(choice)
    goes_with: dict[str, list[str] | None] = {"all": None, "none": []}
    ids = [str(value) for value in screen.form.getlist("_goes_with")]
    return {"choices": products, "goes_with": goes_with.get(screen.submitted("_together"), ids)}


def _parts(texts: list[str]) -> list[str]:
    """Return the entries of a text that separates them by commas."""
    found: list[str] = []
    for text in texts:
        found += filter(None, map(str.strip, SEPARATORS.split(text)))
    return found
