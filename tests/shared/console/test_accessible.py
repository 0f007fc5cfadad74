"""All pages in a browser, of a console without RabbitMQ: axe-core finds nothing in English and
Persian.
"""

import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from deploy.stack.ports import free_port
from shared.console.application import create_application
from shared.console.operation.personal_data import PersonalDataJob
from shared.console.operation.printing import PrintJob
from shared.console.pages import ROUTES
from shared.console.settings import ConsoleSettings
from shared.console.users import Users
from shared.contracts import samples
from shared.contracts.common import CustomerErased
from tests.shared.console.axe import prepare, violations
from tests.shared.console.conftest import PASSWORD, QUICK
from tests.shared.console.fake_operations import FakeOperations, event
from tests.shared.console.fakes import FakeBus

pytestmark = pytest.mark.slow

FORMS = ("order.edit_lines", "order.change_address", "thread.post_order_message")
BATCH, JOB = "7d0c9d6e-1111-4222-8333-444455556666", "5f0c9d6e-1111-4222-8333-444455556666"
SAMPLES = {
    "order": samples.ORDER_ID,
    "command": "refund.create",
    "customer": "c-1001",
    "job:uuid": JOB,
    "thread:uuid": samples.THREAD_ID,
    "key": "packed",
    "batch": BATCH,
    "document": samples.DOCUMENT_ID,
    "mail": samples.MAIL_ID,
    "service": "notify",
    "template": "payment",
    "sku:path": "MUG-BLUE",
    "rule:uuid": samples.RULE_ID,
}
MORE = (
    "/orders?search=ada",
    *(f"/orders/{samples.ORDER_ID}/do/{command}" for command in FORMS),
    "/desk/contacts/new",
    "/desk/canned/new",
    "/states?focus=packed",
    "/operation/dead-letters/orders/id-order.place-1",
)
# The pages have the same elements in every language, and `test_texts` finds missing texts: these
# show texts of several languages, or of both directions.
PERSIAN = (
    "/orders",
    f"/orders/{samples.ORDER_ID}",
    "/states?focus=packed",
    "/templates/notify/payment",
    f"/desk/threads/{samples.THREAD_ID}",
    f"/mails/{samples.MAIL_ID}",
)
NO_PAGES = (  # files, parts of pages, live streams, and addresses that lead elsewhere
    "/",
    "/login",
    "/orders.csv",
    "/orders/new/products",
    "/orders/new/customers",
    "/orders/{order}/documents/{document}",
    "/customers/{customer}/personal-data/{job:uuid}/file",
    "/operation/events/stream",
    "/operation/dead-letters/{service}/{letter}",
    "/desk/next",
    "/desk/attachments/{attachment:uuid}",
    "/desk/messages/{message:uuid}/html",
    "/documents/print/{batch}/{part:int}",
    "/documents/{document}/pdf",
    "/documents/{document}/xml",
    "/mails/{mail}/html",
    "/templates/pictures/{asset}",
    "/templates/{service}/{template}/sample",
)


def pages() -> list[str]:
    """Return the addresses of all pages. A new one needs a sample of each of its parameters."""
    found: list[str] = []
    for route in ROUTES:
        methods, path = getattr(route, "methods", set()), getattr(route, "path", "")
        if "GET" in methods and path not in NO_PAGES:
            found.append(re.sub(r"\{([^}]+)\}", lambda name: SAMPLES[name[1]], path))
    return [*found, *MORE]


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
    operations.jobs[BATCH] = PrintJob("default", BATCH, folder)
    erasure = PersonalDataJob("default", SAMPLES["customer"], "customer.erase", JOB)
    erasure.answers.add(dict(CustomerErased.example))
    operations.personal[JOB] = erasure
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
        found = browser.new_page(bypass_csp=True)  # for the functions that tests wait for
        prepare(found)
        found.goto(f"{site}/login")
        assert not violations(found)
        found.fill("#name", "anna")
        found.fill("#password", PASSWORD)
        found.press("#password", "Enter")
        found.wait_for_selector("nav")
        yield found
        browser.close()


@pytest.mark.parametrize(("tag", "paths"), [("en", pages()), ("fa", PERSIAN)], ids=["en", "fa"])
def test_axe_finds_nothing_on_any_page(
    page: Page, site: str, tag: str, paths: Sequence[str]
) -> None:
    page.goto(f"{site}/mails")
    page.select_option("#language", tag)
    page.wait_for_selector(f"html[lang={tag}]")
    wrong: dict[str, Any] = {}
    for path in paths:
        answer = page.goto(site + path, wait_until="domcontentloaded")
        assert answer, path
        assert answer.status == 200, path
        found = violations(page, colours=tag == "en")
        if found:
            wrong[path] = found
    assert not wrong, json.dumps(wrong, indent=1)[:3000]


def test_the_guard_finds_what_is_wrong(page: Page, site: str) -> None:
    page.goto(f"{site}/mails")
    page.set_content("<!doctype html><img src=x><input><p><font color='#cccccc'>pale</font></p>")
    found = {one.partition(":")[0] for one in violations(page)}
    assert {"image-alt", "label", "color-contrast"} <= found


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
