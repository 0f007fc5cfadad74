"""Logging in, sessions, forms of other sites, and roles."""

import json
import stat
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from shared.clients.client import NoReply
from shared.console.application import create_application
from shared.console.bus import BrokerAway
from shared.console.screen import local_path
from shared.console.security import MAX_BODY, LoginLimit, same_origin
from shared.console.settings import ConsoleSettings
from shared.console.users import UserError, Users
from tests.shared.console.conftest import OURS, PASSWORD, log_in
from tests.shared.console.fakes import FakeBus

ORDER = "/orders/6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"
NOTE = f"{ORDER}/do/order.set_note"


def test_nobody_sees_a_page_before_the_login(visitor: TestClient) -> None:
    answer = visitor.get("/orders?search=ada")
    assert answer.headers["location"] == "/login?to=/orders%3Fsearch%3Dada"
    assert visitor.get("/static/console.css").status_code == 200


def test_the_login_leads_back_to_the_page(visitor: TestClient, users: Users) -> None:
    users.add("anna", ["look"], PASSWORD)
    form = {"name": "anna", "password": PASSWORD, "to": "/orders?search=ada"}
    assert visitor.post("/login", data=form).headers["location"] == "/orders?search=ada"
    cookie = visitor.post("/login", data=form).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    "address", ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)", ""]
)
def test_an_address_in_a_form_leads_to_no_other_site(address: str) -> None:
    assert local_path(address) == "/"


def test_a_removed_user_or_role_counts_at_once(browser: TestClient, users: Users) -> None:
    users.set_roles("anna@shop.test", ["look"])
    assert browser.get("/orders").status_code == 200
    assert browser.get(NOTE).status_code == 403
    users.remove("anna@shop.test")
    assert browser.get("/orders").status_code == 303


def test_failed_logins_are_limited(visitor: TestClient, users: Users) -> None:
    users.add("anna", ["look"], PASSWORD)
    wrong = {"name": "anna", "password": "wrong"}
    statuses = [visitor.post("/login", data=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    right = visitor.post("/login", data={"name": "anna", "password": PASSWORD})
    assert right.status_code == 429


def test_a_limit_ends_after_its_time() -> None:
    now = [0.0]
    limit = LoginLimit(attempts=1, seconds=60, clock=lambda: now[0])
    limit.failed("a")
    assert not limit.allows("a", "b")
    assert limit.allows("b")
    now[0] = 61
    assert limit.allows("a")


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://console.test", "host": "console.test"}, True),
        ({"origin": "http://evil.test", "host": "console.test"}, False),
        ({"origin": "null", "host": "console.test"}, False),
        ({}, False),
    ],
)
def test_forms_of_other_sites_are_refused(headers: dict[str, str], accepted: bool) -> None:
    assert same_origin(Headers(headers)) is accepted


def test_no_command_is_sent_for_another_site(browser: TestClient, bus: FakeBus) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    assert browser.post(NOTE, data={"note": "x"}, headers=foreign).status_code == 403
    assert not bus.sent


def test_every_page_has_the_policy(browser: TestClient) -> None:
    for path in ("/login", "/orders", "/nowhere", "/static/console.js"):
        policy = browser.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_a_body_of_unknown_or_great_length_is_refused(browser: TestClient, bus: FakeBus) -> None:
    pieces = iter([b"note=", b"Hello"])  # sent in chunks
    assert browser.post("/login", content=pieces).status_code == 411
    assert browser.post("/login", content=b"n" * (MAX_BODY + 1)).status_code == 413
    assert not bus.sent


def test_a_form_is_one_command_however_often_it_is_sent(browser: TestClient, bus: FakeBus) -> None:
    form = {"note": "call first", "_id": "5f0c9d6e-1111-4222-8333-444455556666"}
    for _ in range(2):
        assert browser.post(NOTE, data=form).headers["location"] == ORDER
    assert [request.id for request in bus.sent] == [form["_id"]] * 2
    assert "Done." in browser.get(ORDER).text
    assert "Done." not in browser.get(ORDER).text


def test_a_refusal_stands_at_its_field_with_what_was_typed(
    browser: TestClient, bus: FakeBus
) -> None:
    bus.refuse("order.set_note", "too_long", "It is too long.", field="note")
    page = browser.post(NOTE, data={"note": "my <b>text"})
    assert page.status_code == 422
    assert "It is too long." in page.text
    assert "my &lt;b&gt;text" in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize("error", [BrokerAway("away"), NoReply("no reply")])
def test_what_was_typed_is_not_lost(browser: TestClient, bus: FakeBus, error: Exception) -> None:
    browser.get("/orders")
    bus.error = error
    form = {"note": "a long text", "_id": "5f0c9d6e-1111-4222-8333-444455556666"}
    page = browser.post(NOTE, data=form)
    assert page.status_code == 503
    assert "a long text" in page.text
    assert form["_id"] in page.text


def test_something_unknown_is_not_found(browser: TestClient, bus: FakeBus) -> None:
    bus.refuse("order.get", "unknown_order", "There is no order 'NONE'.")
    page = browser.get("/orders/NONE")
    assert page.status_code == 404
    assert "There is no order" in page.text
    assert browser.get("/nowhere/at/all").status_code == 404


def test_a_trusted_proxy_names_the_user(bus: FakeBus, users: Users) -> None:
    users.add("anna", ["look"], "")
    settings = ConsoleSettings(
        broker_url="amqp://nobody@localhost",
        trusted_header="X-User",
        trusted_proxies=("10.0.0.1", "10.0.1.0/24"),
    )
    application = create_application(bus, users, settings)
    for host, status in (("10.0.0.1", 200), ("10.0.1.9", 200), ("10.0.0.2", 303)):
        browser = TestClient(
            application, headers=OURS | {"X-User": "anna"}, client=(host, 1), follow_redirects=False
        )
        assert browser.get("/orders").status_code == status


def test_behind_a_proxy_with_https_the_browsers_are_told_apart(bus: FakeBus, users: Users) -> None:
    """The proxy stays trusted by its own address, and a browser that tries passwords locks no other
    one out.
    """
    users.add("anna", ["look"], "")
    settings = ConsoleSettings(
        broker_url="amqp://nobody@localhost",
        https=True,
        trusted_header="X-User",
        trusted_proxies=("10.0.0.1",),
    )
    application = create_application(bus, users, settings)

    def browser(peer: str, address: str) -> TestClient:
        headers = OURS | {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
        return TestClient(application, headers=headers, client=(peer, 1), follow_redirects=False)

    through = browser("10.0.0.1", "203.0.113.5")
    assert through.get("/orders", headers={"X-User": "anna"}).status_code == 200
    forged = browser("203.0.113.5", "10.0.0.1")
    assert forged.get("/orders", headers={"X-User": "anna"}).status_code == 303
    for number in range(10):
        through.post("/login", data={"name": f"guess{number}", "password": "wrong"})
    answers = [
        browser("10.0.0.1", address).post("/login", data={"name": "eve", "password": "wrong"})
        for address in ("203.0.113.5", "203.0.113.6")
    ]
    assert [answer.status_code for answer in answers] == [429, 401]


@pytest.mark.parametrize("wrong", ["proxy.test", "10.0.0.1/8", ""])
def test_a_proxy_that_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no address and no network"):
        ConsoleSettings(broker_url="amqp://nobody@localhost", trusted_proxies=(wrong,))


def test_probes_need_no_login(visitor: TestClient, bus: FakeBus) -> None:
    assert visitor.get("/-/healthy").status_code == visitor.get("/-/ready").status_code == 200
    bus.error = BrokerAway("away")
    assert visitor.get("/-/healthy").status_code == 200  # its pages return what was typed
    assert visitor.get("/-/ready").status_code == 503


def test_the_users_file_holds_hashes_and_is_private(users: Users, tmp_path: Path) -> None:
    users.add("anna", ["desk", "desk", "look"], PASSWORD)
    file = tmp_path / "users.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD not in file.read_text()
    assert json.loads(file.read_text())["anna"]["roles"] == ["desk", "look"]
    assert users.verify("anna", PASSWORD)
    assert not users.verify("anna", PASSWORD + "x")
    assert not users.verify("nobody", "")
    users.add("proxy-only", ["look"], "")
    assert not users.verify("proxy-only", "")


@pytest.mark.parametrize(
    ("name", "roles", "password", "part"),
    [
        ("a b", ["look"], PASSWORD, "not a valid name"),
        ("anna", ["boss"], PASSWORD, "no role 'boss'"),
        ("anna", [], PASSWORD, "needs a role"),
        ("anna", ["look"], "short", "10 to 200"),
    ],
)
def test_users_that_cannot_be_added(
    users: Users, name: str, roles: list[str], password: str, part: str
) -> None:
    with pytest.raises(UserError, match=part):
        users.add(name, roles, password)
    assert not users.all()


def test_a_damaged_users_file_is_not_overwritten(users: Users) -> None:
    users.path.write_text("{")
    with pytest.raises(UserError, match="damaged"):
        users.add("anna", ["look"], PASSWORD)


def test_logging_out_ends_the_session(browser: TestClient) -> None:
    assert browser.post("/logout").headers["location"] == "/login"
    assert browser.get("/orders").status_code == 303


def test_languages(browser: TestClient) -> None:
    for tag, title, direction in (("fa", "سفارش‌ها", "rtl"), ("de", "Bestellungen", "ltr")):
        browser.post("/language", data={"language": tag, "to": "/orders"})
        page = browser.get("/orders").text
        assert title in page
        assert f'dir="{direction}"' in page
    again = TestClient(browser.app, headers=OURS, follow_redirects=False)
    log_in(again, "anna@shop.test")
    assert "Commandes" in again.get("/orders", headers={"accept-language": "fr-FR,fr;q=0.9"}).text
