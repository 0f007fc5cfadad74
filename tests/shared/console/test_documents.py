"""Documents: the list, their files, and printing in bulk."""

import base64
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from shared.clients.client import NoReply
from shared.console.operation.printing import QUIET_SECONDS, PrintJob, PrintJobs
from shared.console.pages.documents.periods import month
from shared.console.users import Users
from shared.contracts import samples
from tests.shared.console.fake_operations import FakeOperations, event
from tests.shared.console.fakes import FakeBus

HERE = f"/documents/{samples.DOCUMENT_ID}"
FORM = {"_id": "5f0c9d6e-1111-4222-8333-444455556666"}
PART = {"document_count": 2, "pages": 3, "content": base64.b64encode(b"%PDF-1.7").decode()}


def test_filters_of_the_address_become_the_query(browser: TestClient, bus: FakeBus) -> None:
    page = browser.get("/documents?order=XKBKNABJK&kind=invoice&from=2026-11-01&to=2026-11-30")
    asked = next(request for request in bus.asked if request.name == "document.list")
    assert asked.data["kinds"] == ["invoice"]
    assert asked.data["order_id"] == "XKBKNABJK"
    assert asked.data["issued_from"] == "2026-10-31T23:00:00Z"
    assert asked.data["issued_before"] == "2026-11-30T23:00:00Z"
    assert "IN000001" in page.text
    wrong = browser.get("/documents?from=tomorrow")
    assert wrong.status_code == 422
    assert "Write a date" in wrong.text


def test_files_are_opened_without_running_anything(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("document.get", document=samples.DOCUMENT_VIEW | {"filename": 'a"\r\nX: y;.pdf'})
    pdf = browser.get(f"{HERE}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert (
        pdf.headers["content-disposition"] == "inline; filename*=UTF-8''a%22%0D%0AX%3A%20y%3B.pdf"
    )
    assert pdf.headers["x-content-type-options"] == "nosniff"
    browser.get(f"{HERE}/xml?standard=")
    assert bus.asked[-1].data["standard"] == "en16931"
    xml = browser.get(f"{HERE}/xml?standard=peppol")
    assert xml.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    bus.refuse("document.e_invoice", "rule_violated", "BT-10 is missing.", field="")
    refused = browser.get(f"{HERE}/xml?standard=xrechnung")
    assert refused.status_code == 422
    assert "BT-10 is missing." in refused.text


def test_a_document_is_published_again_by_those_who_may(
    browser: TestClient, bus: FakeBus, users: Users
) -> None:
    assert browser.post(f"{HERE}/publish", data=FORM).headers["location"] == HERE
    order = {"order_id": samples.ORDER_ID}
    assert "order=" in browser.post("/documents/summary", data=FORM | order).headers["location"]
    assert bus.names() == ["document.render", "document.render"]
    users.set_roles("anna@shop.test", ["look"])
    assert browser.post(f"{HERE}/publish", data=FORM).status_code == 403
    assert browser.get("/documents/print").status_code == 403
    assert "/publish" not in browser.get(HERE).text


def test_a_batch_is_printed_with_progress(
    browser: TestClient, bus: FakeBus, operations: FakeOperations
) -> None:
    form = FORM | {"kinds": ["invoice", "delivery_slip"], "state": "shipped"}
    places = {browser.post("/documents/print", data=form).headers["location"] for _ in range(2)}
    place = places.pop()
    assert not places  # a form sent twice is one batch
    assert bus.sent[0].data["order_ids"]
    assert bus.sent[0].data["kinds"] == ["invoice", "delivery_slip"]
    assert "Waiting for the first part." in browser.get(place).text
    job = next(iter(operations.jobs.values()))
    job.add(PART | {"part": 1, "remaining": 5})
    job.add(PART | {"part": 1, "remaining": 5})
    page = browser.get(place).text
    assert "2 of 7 documents" in page
    assert 'data-refresh="2"' in page
    job.add(PART | {"part": 2, "remaining": 0})
    page = browser.get(place).text
    assert "All 4 documents are bound." in page
    assert "data-refresh" not in page
    pdf = browser.get(f"{place}/2")
    assert pdf.content == b"%PDF-1.7"
    assert pdf.headers["content-disposition"].startswith("inline")
    assert browser.get(f"{place}/3").status_code == 404
    assert browser.get("/documents/print/unknown").status_code == 404


def test_documents_of_chosen_orders_are_printed(browser: TestClient, bus: FakeBus) -> None:
    other = "0d4f8f0e-51c5-4f5b-8a77-4be1f9c6b002"
    chosen = f"order={samples.ORDER_ID}+XKBKNABJK&order={other}+REF2"
    page = browser.get(f"/documents/print?{chosen}").text
    assert "Documents of the 2 chosen orders." in page
    assert f'name="order_ids" value="{other}"' in page
    form = FORM | {"kinds": "delivery_slip", "order_ids": [samples.ORDER_ID, other]}
    browser.post("/documents/print", data=form)
    assert bus.sent[0].data["order_ids"] == [samples.ORDER_ID, other]


@pytest.mark.parametrize(
    ("name", "today", "in_jalali", "first", "last"),
    [
        ("last_month", "2026-11-29", False, "2026-10-01", "2026-10-31"),
        ("last_month", "2026-01-05", False, "2025-12-01", "2025-12-31"),
        ("this_month", "2026-11-29", False, "2026-11-01", "2026-11-29"),
        # 8 Azar 1405: Aban has 30 days.
        ("last_month", "2026-11-29", True, "2026-10-23", "2026-11-21"),
        ("this_month", "2026-11-29", True, "2026-11-22", "2026-11-29"),
    ],
)
def test_months_are_those_of_the_calendar(
    name: str, today: str, in_jalali: bool, first: str, last: str
) -> None:
    found = month(name, date.fromisoformat(today), in_jalali=in_jalali)
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_month_is_printed_whole(browser: TestClient, bus: FakeBus) -> None:
    browser.post("/documents/print", data=FORM | {"kinds": "invoice", "_month": "last_month"})
    data = bus.sent[0].data
    begin, end = map(datetime.fromisoformat, (data["issued_from"], data["issued_before"]))
    berlin = ZoneInfo("Europe/Berlin")
    assert [at.astimezone(berlin).day for at in (begin, end)] == [1, 1]
    assert timedelta(27) < end - begin < timedelta(32)


def test_a_slow_batch_is_watched_and_a_refused_one_stays_at_its_form(
    browser: TestClient, bus: FakeBus, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.refuse("document.print_batch", "no_documents", "No document matches.")
    page = browser.post("/documents/print", data=FORM | {"kinds": "invoice", "from": "2026-11-01"})
    assert page.status_code == 422
    assert "No document matches." in page.text
    assert 'value="2026-11-01"' in page.text
    assert 'value="invoice" checked' in page.text
    bus.answer("order.list", orders=[])
    page = browser.post("/documents/print", data=FORM | {"order": "NONE"})
    assert "No order matches." in page.text
    bus.accept("document.print_batch")
    request = bus.request

    async def slow(asked: object, timeout: float) -> object:
        if timeout < 5:
            raise NoReply("busy")
        return await request(asked, timeout)  # type: ignore[arg-type]

    monkeypatch.setattr(bus, "request", slow)
    assert browser.post("/documents/print", data=FORM).status_code == 303


def test_a_batch_ends_with_a_refused_part_or_in_silence(operations: FakeOperations) -> None:
    refused = event("document.print_batch_refused", reason="An object is missing.")
    refused = refused.model_copy(update={"subject": "b"})
    jobs = PrintJobs("amqp://nobody@localhost", lambda shop: [refused])
    job = PrintJob("default", "b", operations.directory)
    assert jobs._ended(job)
    assert (job.error, job.running) == ("An object is missing.", False)
    silent = PrintJob("default", "c", operations.directory)
    assert not jobs._ended(silent)
    silent.heard -= QUIET_SECONDS + 1
    assert jobs._ended(silent)
