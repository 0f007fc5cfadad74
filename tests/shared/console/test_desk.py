"""The screens of customer service, with a bus that answers as the examples of the contract."""

from typing import get_args

import pytest
from starlette.testclient import TestClient

from shared.console.language import TAGS, languages
from shared.console.pages.desk.files import disposition
from shared.console.pages.desk.message_text import parts
from shared.console.users import Users
from shared.contracts import samples
from shared.contracts.ingest.messages import Mark, MessageKind
from shared.contracts.shop_profile import NO_PROFILE
from tests.shared.console.fakes import Data, FakeBus

THREAD = f"/desk/threads/{samples.THREAD_ID}"
MESSAGE_ID, OTHER_ID = samples.MESSAGE_ID, "11111111-2222-4333-8444-555555555555"
FORM_ID = "5f0c9d6e-1111-4222-8333-444455556666"


def message(**changes: object) -> Data:
    return samples.THREAD_MESSAGE | changes


def last_query(bus: FakeBus, name: str) -> Data:
    return next(request.data for request in reversed(bus.asked) if request.name == name)


def test_the_list_takes_its_filter_from_the_address(browser: TestClient, bus: FakeBus) -> None:
    page = browser.get(
        "/desk?search=mug&contact=warranty&waiting=yes&unread=no&nobodys=yes&status=open&cursor=abc"
        "&opened_from=2026-11-01&opened_before=2026-11-02"
    )
    assert page.status_code == 200
    assert last_query(bus, "thread.list") == {
        "search": "mug",
        "contact": "warranty",
        "status": "open",
        "waiting": True,
        "unread": False,
        "nobodys": True,
        "opened_from": "2026-10-31T23:00:00Z",
        "opened_before": "2026-11-02T23:00:00Z",
        "limit": 50,
        "cursor": "abc",
    }
    assert 'rel="next"' in page.text
    assert "When will it arrive?" in page.text
    assert "3 unread" in page.text  # of the contact


def test_a_wrong_filter_is_shown_at_its_field(browser: TestClient, bus: FakeBus) -> None:
    assert "Write a date" in browser.get("/desk?opened_from=soon").text
    bus.refuse("thread.list", "invalid", "This is no address.", field="email")
    page = browser.get("/desk?email=ada@example.test")
    assert page.status_code == 422
    assert "This is no address." in page.text
    assert 'value="ada@example.test"' in page.text


def test_statuses_have_the_meaning_that_the_shop_gave_them(
    browser: TestClient, bus: FakeBus
) -> None:
    page = browser.get("/desk").text
    assert "Waits for the supplier" in page
    assert "We asked the supplier" in page


def test_the_next_unanswered_thread(browser: TestClient, bus: FakeBus) -> None:
    address = f"/desk/next?contact=warranty&after={OTHER_ID}"
    assert browser.get(address).headers["location"] == THREAD
    assert last_query(bus, "thread.next_unanswered") == {
        "contact": "warranty",
        "after_thread_id": OTHER_ID,
    }
    bus.answer("thread.next_unanswered", thread=None, waiting=0)
    assert browser.get("/desk/next").headers["location"] == "/desk"
    assert "No customer waits" in browser.get("/desk").text


def test_statistics_of_each_contact(browser: TestClient, bus: FakeBus) -> None:
    page = browser.get("/desk/statistics?days=7").text
    assert [request.data for request in bus.asked if request.name == "desk.statistics"] == [
        {"days": 7, "with_contacts": True},
        {"days": 7, "contact": "warranty"},
    ]
    assert "1.5" in page  # hours to the first answer
    assert "Warranty" in page


def test_a_thread_shows_customer_order_and_timeline(browser: TestClient) -> None:
    page = browser.get(THREAD).text
    for part in ("Ada Byron", "XKBKNABJK", "Payment accepted", "86.10", "3, of which valid: 2"):
        assert part in page, part


def test_opening_a_thread_marks_what_was_shown_as_read(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("thread.get", thread=samples.THREAD_VIEW | {"unread_messages": 1})
    for _ in range(2):
        browser.get(THREAD)
    first, second = bus.sent
    assert first.data == {
        "thread_id": samples.THREAD_ID,
        "seen": MESSAGE_ID,
        "by": "anna@shop.test",
    }
    assert first.id == second.id  # one command


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-purpose": "prefetch"}])
def test_nothing_is_marked_as_read_for_others(
    browser: TestClient, bus: FakeBus, headers: dict[str, str]
) -> None:
    bus.answer("thread.get", thread=samples.THREAD_VIEW | {"unread_messages": 1})
    assert browser.get(THREAD, headers=headers).status_code == 200
    assert not bus.sent


def test_people_who_only_look_change_nothing(
    browser: TestClient, bus: FakeBus, users: Users
) -> None:
    users.set_roles("anna@shop.test", ["look"])
    bus.answer("thread.get", thread=samples.THREAD_VIEW | {"unread_messages": 1})
    page = browser.get(THREAD)
    assert page.status_code == 200
    assert "<textarea" not in page.text
    for action in ("reply", "note", "status", "owner", "confirm", "forward", "merge"):
        assert browser.post(f"{THREAD}/{action}", data={}).status_code == 403
    assert not bus.sent


def test_quotations_are_folded() -> None:
    found = parts("Hello\n\n> old\n> older\nBye\n-- \nAda", [{"first": 3, "last": 4}])
    assert [(part.text, part.folded) for part in found] == [
        ("Hello", False),
        ("> old\n> older", True),
        ("Bye\n-- \nAda", False),
    ]
    nested = [{"first": 1, "last": 2}, {"first": 2, "last": 9}]
    assert [part.text for part in parts("a\nb\nc", nested)] == ["a\nb", "c"]
    assert parts("\n", []) == []


def test_marks_are_plain_to_see(browser: TestClient, bus: FakeBus) -> None:
    marked = message(
        verified=False,
        private=True,
        undelivered="550 No such user",
        kind="auto_reply",
        marks=["dmarc_failed", "not_mailed"],
    )
    bus.answer("thread.get", messages=[marked])
    page = browser.get(THREAD).text
    for part in (
        "Unverified sender",
        "Private",
        "550 No such user",
        "Automatic reply",
        "probably forged",
        "Withheld",
        "Allow this sender",
    ):
        assert part in page, part


@pytest.mark.parametrize("tag", TAGS)
def test_marks_and_kinds_have_names(tag: str) -> None:
    texts = languages()[tag]
    assert all(texts.has(f"desk_mark.{mark}") for mark in get_args(Mark))
    kinds = set(get_args(MessageKind)) - {"personal"}
    assert all(texts.has(f"desk.kind_{kind}") for kind in kinds)


REPLY = {"text": "Tomorrow.\r\nAnna", "status": "closed", "seen": MESSAGE_ID, "_id": FORM_ID}


def test_a_reply_with_files_documents_and_copies(browser: TestClient, bus: FakeBus) -> None:
    form = REPLY | {
        "cc": "office@example.test, home@example.test",
        "attach_documents": ["IN000001"],
        "_documents": "IN000001 CR000002",
    }
    files = {"attachments": ("returns.txt", b"Send it back.")}
    answer = browser.post(f"{THREAD}/reply", data=form, files=files)
    assert answer.headers["location"] == THREAD
    (sent,) = bus.sent
    assert sent.id == FORM_ID
    assert sent.data == {
        "thread_id": samples.THREAD_ID,
        "text": "Tomorrow.\nAnna",
        "status": "closed",
        "seen": MESSAGE_ID,
        "cc": ["office@example.test", "home@example.test"],
        "bcc": [],
        "attach_documents": ["IN000001", "CR000002"],
        "attachments": [{"filename": "returns.txt", "content": "U2VuZCBpdCBiYWNrLg=="}],
        "by": "anna@shop.test",
    }
    assert "on its way" in browser.get(THREAD).text


def test_a_reply_that_leads_to_the_next_thread(browser: TestClient) -> None:
    form = REPLY | {"_then": "next", "_contact": "a&b"}
    answer = browser.post(f"{THREAD}/reply", data=form)
    assert answer.headers["location"] == f"/desk/next?after={samples.THREAD_ID}&contact=a%26b"


def test_the_reply_begins_with_the_default_text(browser: TestClient, bus: FakeBus) -> None:
    text = browser.get(THREAD).text
    assert last_query(bus, "thread.get")["reply_by"] == "anna@shop.test"
    assert "Dear Ada Byron,\n\n\n\nAnna, Corner Shop</textarea>" in text
    assert 'name="attach_documents" value="IN000001"' in text


def test_a_predefined_message_is_added_to_what_was_typed(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("thread.draft", text="It leaves later.")
    form = REPLY | {"text": "Hello Ada", "canned": "delay", "_insert": "yes"}
    page = browser.post(f"{THREAD}/reply", data=form)
    assert page.status_code == 200
    assert "Hello Ada\n\nIt leaves later.</textarea>" in page.text
    drafts = [request.data for request in bus.asked if request.name == "thread.draft"]
    assert drafts[0]["canned_message"] == "delay"
    assert not bus.sent


def test_a_refused_reply_keeps_what_was_typed(browser: TestClient, bus: FakeBus) -> None:
    bus.refuse(
        "thread.reply", "unknown_document", "There is no document 'X'.", field="attach_documents"
    )
    form = REPLY | {"_documents": "X", "cc": "office@example.test"}
    page = browser.post(f"{THREAD}/reply", data=form)
    assert page.status_code == 422
    for part in ("There is no document", "Tomorrow.", 'value="office@example.test"', 'value="X"'):
        assert part in page.text or part.replace("'", "&#39;") in page.text, part
    assert browser.post(f"{THREAD}/reply", data={"text": " "}).status_code == 422


def test_a_private_note(browser: TestClient, bus: FakeBus) -> None:
    answer = browser.post(f"{THREAD}/note", data={"note": "She called."})
    assert answer.headers["location"] == THREAD
    assert bus.names() == ["thread.add_note"]
    assert bus.sent[0].data["text"] == "She called."
    bus.refuse("thread.add_note", "empty_text", "The note is empty.", field="text")
    page = browser.post(f"{THREAD}/note", data={"note": "kept words"})
    assert page.status_code == 422
    assert "The note is empty." in page.text
    assert "kept words" in page.text
    assert browser.post(f"{THREAD}/note", data={"note": ""}).status_code == 422


@pytest.mark.parametrize(
    ("action", "form", "name", "fields"),
    [
        ("status", {"status": "pending1"}, "thread.set_status", {"status": "pending1"}),
        (
            "status",
            {"status": "open", "_status": "closed"},
            "thread.set_status",
            {"status": "closed"},
        ),
        ("owner", {"owner": "bela@shop.test"}, "thread.assign", {"owner": "bela@shop.test"}),
        ("owner", {"owner": "", "_to": "me"}, "thread.assign", {"owner": "anna@shop.test"}),
        ("owner", {"owner": ""}, "thread.assign", {"owner": None}),
        (
            "confirm",
            {"message_id": MESSAGE_ID},
            "thread.confirm_sender",
            {"message_id": MESSAGE_ID},
        ),
    ],
)
def test_changes_of_a_thread(
    browser: TestClient, bus: FakeBus, action: str, form: Data, name: str, fields: Data
) -> None:
    assert browser.post(f"{THREAD}/{action}", data=form).headers["location"] == THREAD
    assert bus.names() == [name]
    assert bus.sent[0].data == {
        "thread_id": samples.THREAD_ID,
        "by": "anna@shop.test",
        **fields,
    }
    bus.refuse(name, "unseen_messages", "The customer wrote meanwhile.")
    page = browser.post(f"{THREAD}/{action}", data=form)
    assert page.status_code == 422
    assert "The customer wrote meanwhile." in page.text


def test_forwarding_to_an_employee_and_to_someone_else(browser: TestClient, bus: FakeBus) -> None:
    assert browser.get(f"{THREAD}/forward").status_code == 200
    form = {"_to": "employee", "employee": "bela@shop.test", "comment": "Look?", "advice": "on"}
    assert browser.post(f"{THREAD}/forward", data=form).headers["location"] == THREAD
    sent = bus.sent[-1].data
    assert (sent["email"], sent["employee"], sent["advice"]) == (
        "bela@shop.test",
        "bela@shop.test",
        True,
    )
    form = {"_to": "other", "employee": "x", "email": "carrier@example.test", "advice": "on"}
    browser.post(f"{THREAD}/forward", data=form)
    sent = bus.sent[-1].data
    assert (sent["email"], sent["employee"], sent["advice"]) == (
        "carrier@example.test",
        None,
        False,
    )
    page = browser.post(f"{THREAD}/forward", data={"_to": "employee", "comment": "kept words"})
    assert page.status_code == 422
    assert "kept words" in page.text


def test_merging(browser: TestClient, bus: FakeBus) -> None:
    other = samples.LISTED_THREAD | {"thread_id": OTHER_ID, "subject": "The other one"}
    bus.answer("thread.list", threads=[samples.LISTED_THREAD, other])
    page = browser.get(f"{THREAD}/merge").text
    assert "The other one" in page
    assert f'value="{samples.THREAD_ID}"' not in page
    address = f"https://console.test/desk/threads/{OTHER_ID}"
    answer = browser.post(f"{THREAD}/merge", data={"into": address})
    assert answer.headers["location"] == f"/desk/threads/{OTHER_ID}"
    assert bus.sent[0].data["into"] == OTHER_ID
    bus.refuse("thread.merge", "about_an_order", "This thread is about an order.")
    assert "about an order" in browser.post(f"{THREAD}/merge", data={"into": OTHER_ID}).text


def test_a_contact_that_is_gone_does_not_break_the_page(browser: TestClient, bus: FakeBus) -> None:
    bus.refuse("contact.get", "unknown_contact", "No.")
    assert browser.get(THREAD).status_code == 200


@pytest.mark.parametrize(
    ("filename", "plain"),
    [
        ("mug.png", 'filename="mug.png"'),
        ('a"b\r\nSet-Cookie: x.png', 'filename="a_b__Set-Cookie__x.png"'),
        ("عکس.png", "filename*=UTF-8''%D8%B9%DA%A9%D8%B3.png"),
    ],
)
def test_names_of_downloads(filename: str, plain: str) -> None:
    header = disposition(filename, shown=False)
    assert plain in header
    assert "\r" not in header


@pytest.mark.parametrize(
    ("media_type", "dangerous", "view", "sent_as", "kind"),
    [
        ("image/png", False, True, "image/png", "inline"),
        ("image/png", False, False, "image/png", "attachment"),
        ("image/png", True, True, "application/octet-stream", "attachment"),
        ("image/svg+xml", False, True, "application/octet-stream", "attachment"),
        ("text/html", False, True, "application/octet-stream", "attachment"),
        ("application/pdf", False, True, "application/pdf", "attachment"),
    ],
)
def test_files_are_sent_with_types_that_run_nothing(
    browser: TestClient,
    bus: FakeBus,
    media_type: str,
    dangerous: bool,
    view: bool,
    sent_as: str,
    kind: str,
) -> None:
    file = samples.ATTACHMENT | {"media_type": media_type, "dangerous": dangerous}
    bus.answer("attachment.get", attachment=file)
    address = f"/desk/attachments/{MESSAGE_ID}"
    found = browser.get(f"{address}?view=yes" if view else address)
    assert found.headers["content-type"].partition(";")[0] == sent_as
    assert found.headers["content-disposition"].startswith(kind)
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.content == b"\x89PNG\r\n\x1a\n"


HTML = f"/desk/messages/{MESSAGE_ID}/html"
PICTURE = samples.ATTACHMENT | {"content_id": "photo@1", "inline": True}
MAIL = (
    '<p>Hi</p><img src="cid:photo@1"><img src="cid:none"><img src="blocked:https://t.test/1.gif">'
)


def test_the_html_of_a_mail_is_framed_and_loads_nothing(browser: TestClient, bus: FakeBus) -> None:
    shown = message(formatted=True, attachments=[PICTURE])
    bus.answer("message.get", message=shown, html=MAIL)
    page = browser.get(HTML)
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in page.text
    assert "cid:" not in page.text
    assert 'data-address="https://t.test' in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script" not in policy
    assert "not loaded: 1" in page.text


def test_pictures_elsewhere_are_loaded_on_demand(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("message.get", html=MAIL)
    page = browser.get(f"{HTML}?pictures=yes")
    assert 'src="https://t.test/1.gif"' in page.text
    assert "img-src data: https: http:;" in page.headers["content-security-policy"]
    assert "allow-scripts" not in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


def test_the_frame_of_a_formatted_message_allows_no_script(
    browser: TestClient, bus: FakeBus
) -> None:
    bus.answer("thread.get", messages=[message(formatted=True)])
    page = browser.get(THREAD).text
    assert f'src="{HTML}" sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


def test_no_mail_is_promised_for_a_shop_without_a_profile(
    browser: TestClient, bus: FakeBus
) -> None:
    """The employee learns it before and after, and keeps their text."""
    bus.refuse("shop.get", "unknown_shop", "There is no shop 'default'.")
    bus.refuse("thread.reply", NO_PROFILE.code, NO_PROFILE.sentence)
    assert "so that no mail can be sent for it" in browser.get(THREAD).text
    page = browser.post(f"{THREAD}/reply", data={"text": "a long text"})
    assert page.status_code == 422
    assert NO_PROFILE.sentence in page.text
    assert "a long text" in page.text
