"""Mails of the shop: why one failed, its preview, and sending it again."""

from starlette.testclient import TestClient

from shared.console.users import Users
from shared.contracts import samples
from tests.shared.console.fake_operations import XSS
from tests.shared.console.fakes import FakeBus

HERE = f"/mails/{samples.MAIL_ID}"
FAILED = samples.MAIL_VIEW | {"state": "failed", "reason": "550 5.1.1 User unknown"}
ATTEMPT = {
    "attempt": 1,
    "at": samples.MAIL_VIEW["at"],
    "result": "permanent",
    "reason": "550 5.1.1 User unknown",
}


def test_the_list_shows_why_mails_failed(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("mail.list", mails=[FAILED])
    page = browser.get("/mails?state=failed&recipient=ada@example.test&order=XKBKNABJK").text
    assert "550 5.1.1 User unknown" in page
    asked = next(request for request in bus.asked if request.name == "mail.list")
    assert asked.data["state"] == "failed"
    assert asked.data["recipient"] == "ada@example.test"
    thread = samples.THREAD_ID
    page = browser.get(f"/mails?thread_id={thread}").text
    assert bus.asked[-1].data["thread_id"] == thread
    assert f'name="thread_id" value="{thread}"' in page
    bus.refuse("mail.list", "unknown_cursor", "The cursor is invalid.")
    assert "The cursor is invalid." in browser.get("/mails?cursor=x").text


def test_a_mail_is_shown_in_a_frame_where_nothing_runs(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("mail.get", mail=FAILED, html=f"<p>Hello</p>{XSS}", attempts=[ATTEMPT])
    page = browser.get(HERE).text
    assert f'src="{HERE}/html" sandbox>' in page
    assert "<p>Hello</p>" not in page
    assert "refused" in page
    frame = browser.get(f"{HERE}/html")
    assert "<p>Hello</p>" in frame.text
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy


def test_a_mail_is_sent_again(browser: TestClient, bus: FakeBus, users: Users) -> None:
    sent = browser.post(f"{HERE}/resend", data={"to": "ada@work.test"})
    assert sent.headers["location"] == HERE
    assert bus.sent[0].data == {
        "mail_id": samples.MAIL_ID,
        "to": "ada@work.test",
        "by": "anna@shop.test",
    }
    bus.refuse("mail.resend", "suppressed", "This address is suppressed.", field="to")
    again = browser.post(f"{HERE}/resend", data={"to": "ada@gone.test"})
    assert again.status_code == 422
    assert "This address is suppressed." in again.text
    assert 'value="ada@gone.test"' in again.text
    bus.accept("mail.resend")
    for roles, status in ((["look"], 403), (["desk"], 303), (["orders"], 303)):
        users.set_roles("anna@shop.test", roles)
        assert browser.post(f"{HERE}/resend", data={"to": ""}).status_code == status


def test_a_suppressed_address_is_released(browser: TestClient, bus: FakeBus) -> None:
    page = browser.get("/mails/suppressed").text
    assert "ada@example.test" in page
    form = {"email": "ada@example.test"}
    assert browser.post("/mails/suppressed", data=form).headers["location"] == "/mails/suppressed"
    assert bus.sent[0].data == form | {"by": "anna@shop.test"}
