"""Texts of strangers stay texts: markup in every field of every answer is shown, never parsed."""

import copy
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from shared.console.messages import message_named
from shared.contracts import samples
from shared.contracts.message import Query
from tests.shared.console.fakes import Data, FakeBus

HOSTILE = (
    "\"'></title></textarea></script></svg><hostile onload=alert(1)><script>hostile()</script>"
)
ADDRESSES = ("javascript:hostile()", "data:text/html,<hostile>")
SCRIPTS = {"/static/htmx.min.js", "/static/console.js", "/static/live.js"}
LINKS = ("href", "src", "action", "formaction", "srcdoc", "xlink:href")
QUERIES = (
    "asset.list",
    "cart_rule.get",
    "cart_rule.list",
    "attachment.get",
    "canned_message.get",
    "canned_message.list",
    "contact.get",
    "contact.list",
    "desk.get",
    "document.get",
    "document.list",
    "mail.get",
    "mail.list",
    "product.get",
    "product.list",
    "state.get",
    "state.list",
    "stock.movements",
    "suppression.list",
    "template.get",
    "template.list",
    "template.versions",
    "voucher.list",
    "mailbox.list",
    "message.get",
    "order.get",
    "order.list",
    "thread.draft",
    "thread.get",
    "thread.list",
    "thread.timeline",
)
THREAD = f"/desk/threads/{samples.THREAD_ID}"
PAGES = (
    "/orders",
    "/orders/XKBKNABJK",
    "/desk",
    THREAD,
    f"{THREAD}/timeline",
    f"{THREAD}/forward",
    f"{THREAD}/merge",
    "/desk/statistics",
    "/documents",
    f"/documents/{samples.DOCUMENT_ID}",
    "/mails",
    f"/mails/{samples.MAIL_ID}",
    "/mails/suppressed",
    "/rules",
    "/rules/automatic",
    f"/rules/{samples.RULE_ID}",
    f"/rules/{samples.RULE_ID}/edit",
    "/states",
    "/states/packed",
    "/stock",
    "/stock/MUG-BLUE",
    "/stock-movements",
    "/templates",
    "/templates/notify/payment",
    "/templates/notify/payment/versions",
    "/templates/documents/invoice",
    "/templates/pictures",
    "/desk/mailboxes",
    "/desk/settings",
    "/desk/contacts",
    "/desk/contacts/warranty",
    "/desk/canned",
    "/desk/canned/delay",
)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of all texts."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for key, part in enumerate(value):
            yield from leaves(part, (*path, key))


def replaced(value: Data, path: tuple[Any, ...], text: str) -> Data:
    found = copy.deepcopy(value)
    at: Any = found
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = text
    return found


def poisoned(query: str) -> Data:
    """Return an answer in which every text that may be any text is hostile."""
    kind = message_named(query)
    assert issubclass(kind, Query)
    answer = kind.answer.model_validate(kind.answer.example).model_dump(mode="json")
    if query == "thread.get":
        rich = samples.THREAD_MESSAGE | {"formatted": True, "verified": False, "undelivered": "x"}
        file = samples.ATTACHMENT | {"media_type": "application/zip"}
        answer["messages"] = [rich | {"attachments": [samples.ATTACHMENT, file]}]
        answer = kind.answer.model_validate(answer).model_dump(mode="json")
    for path in leaves(answer):
        for text in (HOSTILE, *ADDRESSES):
            candidate = replaced(answer, path, text)
            try:
                kind.answer.model_validate(candidate)
            except ValidationError:
                continue
            answer = candidate
            break
    return answer


class Elements(HTMLParser):
    """Collects what a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "hostile" or (tag == "script" and found.get("src") not in SCRIPTS):
            self.wrong.append(f"<{tag}>")
        for name, value in attributes:
            address = (value or "").strip().lower()
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.wrong.append(f"<{tag} {name}>")
            if name in LINKS and address.startswith(("javascript:", "data:", "vbscript:")):
                self.wrong.append(f"<{tag} {name}={address}>")


def wrong_elements(page: str) -> list[str]:
    parser = Elements()
    parser.feed(page)
    return parser.wrong


@pytest.fixture
def hostile(browser: TestClient, bus: FakeBus) -> TestClient:
    for query in QUERIES:
        bus.answer(query, **poisoned(query))
    return browser


def test_the_answers_are_hostile_where_strangers_write() -> None:
    thread = poisoned("thread.get")
    assert thread["thread"]["subject"] == thread["thread"]["customer_name"] == HOSTILE
    assert thread["messages"][0]["text"] == thread["messages"][0]["author"] == HOSTILE
    assert thread["messages"][0]["attachments"][0]["filename"] == HOSTILE
    assert thread["customer"]["name"] == HOSTILE
    assert poisoned("thread.list")["threads"][0]["last_text"] == HOSTILE


@pytest.mark.parametrize("path", PAGES)
def test_markup_in_texts_of_strangers_is_inert(hostile: TestClient, path: str) -> None:
    page = hostile.get(path)
    assert page.status_code == 200, page.text
    assert wrong_elements(page.text) == []


@pytest.mark.parametrize("form", ["reply", "note", "forward", "merge", "owner"])
def test_what_was_typed_is_inert(hostile: TestClient, bus: FakeBus, form: str) -> None:
    for name in ("thread.reply", "thread.add_note", "thread.merge", "thread.assign"):
        bus.refuse(name, "any", HOSTILE, field="text")
    typed = dict.fromkeys(("text", "note", "comment", "cc", "_documents", "canned"), HOSTILE)
    typed |= {"_to": "employee", "employee": "", "into": samples.ORDER_ID, "owner": "bela"}
    typed |= {"cc": "", "_documents": '"><hostile>'}
    page = hostile.post(f"{THREAD}/{form}", data=typed)
    assert page.status_code == 422
    assert wrong_elements(page.text) == []
    assert hostile.get(f"/desk?search={HOSTILE}&email=a@b.test").status_code == 200


def test_links_in_messages_lead_only_to_the_web(browser: TestClient, bus: FakeBus) -> None:
    text = 'See https://shop.test/a?b=1&c="><hostile> javascript:hostile() www.shop.test'
    bus.answer("thread.get", messages=[samples.THREAD_MESSAGE | {"text": text}])
    page = browser.get(THREAD).text
    assert 'href="https://shop.test/a?b=1&amp;c=' in page
    assert wrong_elements(page) == []


@pytest.mark.parametrize(
    "bad", ["<hostile>", '<a href=" JavaScript:x">', "<p onclick=x>", "<script>x</script>"]
)
def test_the_guard_finds_what_runs(bad: str) -> None:
    assert wrong_elements(bad)
