"""The console in a real browser, on the whole stack: walks by clicking, and attempts to run what
strangers wrote.

With CONSOLE_PICTURES=docs/pictures the pictures of the documentation are written anew, without the
strangers' attempts.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.stack import console
from deploy.stack.local import LocalStack
from shared.clients.client import open_client
from tests.conditions import until
from tests.shared.console.axe import prepare, violations
from tests.shared.console.desk_walk import EVIL as HOSTILE, DeskWalk

ROOT = Path(__file__).parents[3]
MESSAGES = ROOT / "docs" / "howto" / "order.json"
PICTURES = os.environ.get("CONSOLE_PICTURES", "")
EVIL = "" if PICTURES else HOSTILE

pytestmark = pytest.mark.slow


@dataclass
class Site:
    """The console of a stack with one order, and a page of a user who is logged in."""

    address: str
    page: Page
    order_id: str
    errors: list[str]
    thread: str = ""  # path of the thread, once there is one

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def choose_language(self, tag: str) -> None:
        self.open("/orders")
        self.page.select_option("#language", tag)
        self.page.wait_for_selector(f"html[lang={tag}]")

    def picture(self, name: str, path: str = "") -> None:
        """Take a picture of a page for the documentation."""
        if not PICTURES:
            return
        if path:
            self.open(path)
        taken = Image.open(BytesIO(self.page.screenshot()))
        taken.save(f"{PICTURES}/console-{name}.webp", quality=75, method=6)


def order_of_the_howto(stack: LocalStack) -> str:
    """Send the messages of the how-to, with names that a stranger chose, and return the order."""
    order_id = str(uuid4())
    text = (
        MESSAGES.read_text()
        .replace("{order_id}", order_id)
        .replace("{reference}", f"ADA{uuid4().hex[:6].upper()}")
    )
    with open_client(stack.amqp_url("client"), "test") as client:
        for message in json.loads(text.replace("{payment_id}", str(uuid4()))):
            assert client.request(message["name"], message["data"]).refusal is None
        note = {
            "order_id": order_id,
            "text": f"Wants it by Friday {EVIL}",
            "by": "anna",
            "private": True,
        }
        assert client.request("thread.post_order_message", note).refusal is None
        noted = {"order_id": order_id, "note": EVIL or "Rings twice", "by": "anna"}
        assert client.request("order.set_note", noted).refusal is None
        renamed = {"order_id": order_id, "customer_name": f"Ada King {EVIL}".strip(), "by": "anna"}
        assert client.request("order.change_customer", renamed).refusal is None
    return order_id


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    running = LocalStack(tmp_path_factory.mktemp("stack"))
    try:
        running.up(lambda part: None)
        yield running
    finally:
        running.down()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield found
        found.close()


@pytest.fixture(scope="module")
def site(stack: LocalStack, browser: Browser) -> Iterator[Site]:
    order_id = order_of_the_howto(stack)
    password = console.start(stack, lambda part: None).rpartition("password ")[2].split(" ")[0]
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    prepare(page)
    page.set_default_timeout(120_000)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    found = Site(f"http://127.0.0.1:{console.port(stack)}", page, order_id, errors)
    found.open("/orders")
    page.fill("#name", "admin")
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav[aria-label=Areas]")
    yield found
    context.close()


def test_an_order_from_the_first_click_to_the_refund(site: Site) -> None:
    page = site.page
    site.open("/orders")
    site.picture("orders")
    page.keyboard.press("n")
    page.wait_for_url("**/orders/new")
    page.wait_for_load_state()  # what is typed before htmx is loaded is not searched
    page.fill("#customer-text", "ada@cust")
    page.click("#customers-found button")
    page.wait_for_selector("[name='customer.email'][value='ada@customer.test']")
    page.wait_for_load_state()
    page.fill("#product-text", "mug")
    page.click("#products-found button")
    page.fill("[name='lines[0].quantity']", "3")
    page.fill("#f-carrier", "Swift Post")
    page.fill("#f-shipping_price", "4.90")
    page.fill("#f-payment_method", "Bank wire")
    page.click("details summary:has-text('new voucher')")
    page.fill("#f-_voucher_percent", "10")
    page.click("button[name=_update]")
    page.wait_for_selector("text=EUR 37.03")  # 3 x 11.90 less 10 %, and 4.90
    site.picture("new-order")
    page.click("text=Place the order")
    page.wait_for_selector("text=The order is placed.")
    page.click("text=Record a payment")
    page.click("form.stacked button.primary")
    page.wait_for_selector("text=Done.")
    for state in ("Processing in progress", "Shipped"):
        page.click(f"section:has(#moves) .actions >> text={state}")
        page.click("form.stacked button.primary")
        page.wait_for_selector("text=Done.")
    page.click("text=Refund amounts")
    page.fill("[name='lines[0].amount']", "500")
    page.click("text=Preview")
    page.wait_for_selector("[role=alert]")  # more than is left: refused, with what was typed
    assert page.input_value("[name='lines[0].amount']") == "500"
    page.fill("[name='lines[0].amount']", "5")
    page.click("text=Preview")
    page.wait_for_selector("text=Effect of this change")
    page.click("form.stacked button.primary")
    page.wait_for_selector("text=Done.")
    assert "EUR 5.00" in page.inner_text("section:has(#refunds)")
    site.picture("order")
    if PICTURES:
        here = page.url.removeprefix(site.address)
        site.choose_language("fa")
        site.picture("order-fa", here)
        site.choose_language("en")
        site.picture("states", "/states?focus=processing")
        site.picture("template", "/templates/notify/payment?language=en")
        site.picture("events", "/operation/events")


def test_customer_service_from_the_first_mail_to_the_closed_thread(
    site: Site, stack: LocalStack
) -> None:
    walk = DeskWalk(site.page, site.address, stack)
    site.thread = walk.whole()
    site.open(site.thread)
    site.picture("thread")
    assert walk.shows("/desk/mailboxes", "can be read")
    site.page.get_by_role("button", name="Check now").click()
    site.page.wait_for_selector("text=The mailbox was read now")


def test_keys_move_through_the_list(site: Site) -> None:
    site.open("/orders")
    site.page.keyboard.press("j")
    site.page.keyboard.press("j")
    site.page.keyboard.press("k")
    assert site.page.evaluate("document.activeElement.closest('[data-row]') !== null")
    site.page.keyboard.press("?")
    assert site.page.is_visible("#keys")


def test_what_strangers_wrote_does_not_run(site: Site) -> None:
    site.errors.clear()
    order = f"/orders/{site.order_id}"
    for path in (order, "/orders", "/customers", "/customers/c-1001", "/desk", site.thread):
        site.open(path)
        assert site.page.evaluate("window.pwned") is None
    site.open(order)
    assert EVIL in site.page.inner_text("main")
    assert not site.errors


def test_it_works_without_javascript(site: Site, browser: Browser) -> None:
    context = browser.new_context(
        java_script_enabled=False, storage_state=site.page.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{site.address}/orders/new")
    page.fill("#product-text", "tea")
    page.click("section:has(#product-text) button:has-text('Find')")
    page.click("#products-found button")
    assert page.is_visible("text=TEA-250")
    context.close()


@pytest.mark.parametrize("tag", ["en", "fa"])
def test_axe_finds_nothing_beside_what_strangers_wrote(site: Site, tag: str) -> None:
    """`test_accessible` opens every page, with the examples of the contract."""
    site.choose_language(tag)
    found: dict[str, list[str]] = {}
    for path in (f"/orders/{site.order_id}", "/orders", "/customers/c-1001", "/desk", site.thread):
        site.open(path)
        wrong = violations(site.page, colours=tag == "en")
        if wrong:
            found[path] = wrong
    assert not found, json.dumps(found, indent=1)


def test_personal_data_is_exported_and_erased_in_every_service(site: Site) -> None:
    site.choose_language("en")
    for button, outcome in (("Export", "Save as a file"), ("Erase", "The law requires them")):
        site.open("/customers/c-1001/personal-data")
        site.page.check("#f-_sure")
        site.page.click(f"main button:text-is('{button}')")
        site.page.wait_for_selector("text=All services have answered.")
        assert outcome in site.page.inner_text("main")


def test_an_answer_that_does_not_come_loses_nothing(site: Site, stack: LocalStack) -> None:
    site.choose_language("en")
    site.open(f"/orders/{site.order_id}/do/order.set_note")
    site.page.fill("#f-note", "a note that took long to write")
    stack.rabbit.stop()
    site.page.click("form.stacked button.primary")
    site.page.wait_for_selector("text=No service answers")
    assert "a note that took long" in site.page.input_value("textarea")
    stack.rabbit.start()

    def sent() -> bool:
        site.page.click("text=Send again")
        return site.page.is_visible("text=Done.")

    until(sent, pause=0.3)
    assert "a note that took long" in site.page.inner_text("section:has(#note)")
