"""Check pages in a browser by axe-core. Source: https://www.deque.com/axe/"""

import json
from typing import Any

from playwright.sync_api import Page

from tests.languages.node import TOOLS

AXE = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def prepare(page: Page) -> None:
    """Load axe-core into every page that is opened from now on. The policy of the console allows no
    script of ours in the pages themselves.
    """
    page.add_init_script(path=AXE)


def violations(page: Page, *, colours: bool = True) -> list[str]:
    """Return what axe-core finds on the page that is open. `colours` includes their contrast, which
    takes half of the time and is the same in every language.
    """
    options: dict[str, Any] = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False}
    if not colours:
        options["rules"] = {"color-contrast": {"enabled": False}}
    found: Any = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    wrong: list[str] = []
    for one in found["violations"]:
        for node in one["nodes"]:
            wrong.append(f"{one['id']}: {node['html'][:150]}")
    return wrong
