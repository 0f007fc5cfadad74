"""Documents, mails, templates, states, stock, rules and operation in a browser: axe-core finds
nothing in English and Persian.

Source: https://www.deque.com/axe/
"""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from deploy.stack.ports import free_port
from shared.console.application import create_application
from shared.console.settings import ConsoleSettings
from shared.console.users import Users
from shared.contracts import samples
from tests.languages.node import TOOLS
from tests.shared.console.conftest import PASSWORD, QUICK
from tests.shared.console.fake_operations import FakeOperations, event
from tests.shared.console.fakes import FakeBus

AXE = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RUN = f"axe.run(document, {{runOnly: {RULES}, iframes: false}})"
PAGES = (
    "/operation",
    "/operation/queues",
    "/operation/events",
    "/operation/dead-letters",
    "/documents",
    f"/documents/{samples.DOCUMENT_ID}",
    "/documents/print",
    "/mails",
    f"/mails/{samples.MAIL_ID}",
    "/mails/suppressed",
    "/templates",
    "/templates/notify/payment",
    "/templates/notify/payment/versions",
    "/templates/pictures",
    "/states?focus=packed",
    "/states/new",
    "/stock",
    "/stock-products",
    "/stock/MUG-BLUE",
    "/stock-movements",
    "/rules",
    f"/rules/{samples.RULE_ID}",
    "/rules/new",
)


@pytest.fixture(scope="module")
def operations() -> FakeOperations:
    return FakeOperations()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, operations: FakeOperations) -> Iterator[str]:
    """The address of a console in which a manager exists, who also operates."""
    folder = tmp_path_factory.mktemp("console")
    users = Users(folder / "users.json", QUICK)
    users.add("anna", ["manager", "operator"], PASSWORD)
    operations.events.add(event("order.placed", order_id="o-1"))
    settings = ConsoleSettings(
        broker_url="amqp://nobody@localhost", filters_file=folder / "filters.json"
    )
    port = free_port()
    application = create_application(FakeBus(), users, settings, operations)
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def page(site: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        found = browser.new_page(bypass_csp=True)  # for axe-core only
        found.goto(f"{site}/login")
        found.fill("#name", "anna")
        found.fill("#password", PASSWORD)
        found.press("#password", "Enter")
        found.wait_for_selector("nav")
        yield found
        browser.close()


@pytest.mark.parametrize("tag", ["en", "fa"])
def test_axe_finds_nothing(page: Page, site: str, tag: str) -> None:
    page.goto(f"{site}/mails")
    page.select_option("#language", tag)
    page.wait_for_selector(f"html[lang={tag}]")
    source = Path(AXE).read_text()
    wrong: dict[str, Any] = {}
    for path in PAGES:
        page.goto(site + path, wait_until="domcontentloaded")
        page.add_script_tag(content=source)
        for violation in page.evaluate(RUN)["violations"]:
            wrong[f"{path} {violation['id']}"] = [node["html"] for node in violation["nodes"]]
    assert not wrong, json.dumps(wrong, indent=1)[:3000]


def test_the_guard_finds_what_is_wrong(page: Page) -> None:
    page.set_content("<!doctype html><img src=x><input>")
    page.add_script_tag(content=Path(AXE).read_text())
    assert {"image-alt", "label"} <= {one["id"] for one in page.evaluate(RUN)["violations"]}


def test_new_events_appear_and_wait_while_paused(
    page: Page, site: str, operations: FakeOperations
) -> None:
    page.goto(f"{site}/operation/events")
    page.wait_for_function("document.getElementById('live-status').textContent")
    operations.events.add(event("mail.failed", mail_id="m-1", reason="<b>no</b>"))
    page.wait_for_selector("text=<b>no</b>")
    page.click("#live-pause")
    operations.events.add(event("order.paused", order_id="o-2", a=1, b=2))
    page.wait_for_function("document.getElementById('live-status').textContent.includes('(1)')")
    assert not page.query_selector("text=order.paused")
    page.click("#live-pause")
    page.wait_for_selector("text=order.paused")


def test_what_is_typed_is_shown_in_the_frame(page: Page, site: str) -> None:
    page.goto(f"{site}/templates/notify/payment?language=en")
    with page.expect_response(lambda answer: answer.url.endswith("/draft")) as draft:
        page.fill("#f-text", "Thank you")
    assert draft.value.request.method == "POST"
    assert draft.value.status == 200
    page.click("form.whole button.primary:not([formaction])")
    page.wait_for_selector(".flash")
