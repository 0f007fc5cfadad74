"""Personal data of a customer: exported and erased by managers, with what remains and why."""

import json

import pytest
from starlette.testclient import TestClient

from shared.clients.personal_data import ServiceAnswers
from shared.console.users import Users
from shared.contracts.common import PERSONAL_DATA_SERVICES, CustomerErased
from tests.shared.console.fake_operations import FakeOperations
from tests.shared.console.fakes import FakeBus

PAGE = "/customers/c-1001/personal-data"
ID = "5f0c9d6e-1111-4222-8333-444455556666"
ERASE = {"_command": "customer.erase", "_id": ID, "emails": "ada@example.test, a@b.test"}
EXPORT = {"_command": "customer.export", "_id": ID, "emails": "ada@example.test"}


def exported(service: str, part: int = 1, parts: int = 1) -> dict[str, object]:
    records = {"orders": [{"from": f"{service} {part}"}]}
    return {
        "customer_id": "c-1001",
        "service": service,
        "part": part,
        "parts": parts,
        "records": records,
    }


@pytest.mark.parametrize("role", ["look", "desk", "orders", "operator"])
def test_only_managers_see_personal_data(browser: TestClient, users: Users, role: str) -> None:
    users.set_roles("anna@shop.test", [role])
    for answer in (
        browser.get(PAGE),
        browser.post(PAGE, data=EXPORT),
        browser.get(f"{PAGE}/{ID}"),
        browser.get(f"{PAGE}/{ID}/file"),
    ):
        assert answer.status_code == 403
    assert "personal-data" not in browser.get("/customers/c-1001").text


def test_an_erasure_says_before_what_goes_and_what_remains(
    browser: TestClient, bus: FakeBus
) -> None:
    assert PAGE in browser.get("/customers/c-1001").text
    page = browser.get(PAGE).text
    assert "for as long as the law requires" in page
    assert "cannot be restored" in page
    assert "ada@example.test" in page
    assert 'name="_sure" value="off"' in page  # what an empty box sends
    again = browser.post(PAGE, data=ERASE | {"_sure": "off"})
    assert again.status_code == 422
    assert "Confirm that the data shall be erased." in again.text
    assert "a@b.test" in again.text
    assert not bus.sent


def test_an_erasure_shows_what_each_service_did(
    browser: TestClient, bus: FakeBus, operations: FakeOperations
) -> None:
    for _ in range(2):  # a double click
        answer = browser.post(PAGE, data=ERASE | {"_sure": ["off", "on"]})
        assert answer.headers["location"] == f"{PAGE}/{ID}"
    assert {request.id for request in bus.sent} == {ID}
    assert bus.sent[0].data == {
        "customer_id": "c-1001",
        "emails": ["ada@example.test", "a@b.test"],
    }
    page = browser.get(f"{PAGE}/{ID}").text
    assert "Waiting for: customer service, mails, orders" in page
    assert "data-refresh" in page
    answers = operations.personal[ID].answers
    answers.add(dict(CustomerErased.example))
    for service in ("ingest", "notify"):
        answers.add({"service": service, "erased": {"mails": 2, "threads": 0}, "kept": []})
    page = browser.get(f"{PAGE}/{ID}").text
    assert "All services have answered." in page
    assert "data-refresh" not in page
    assert "until 1 January 2037" in page
    assert "The law requires them to be retained." in page
    assert "threads" not in page
    assert browser.get(f"{PAGE}/{ID}/file").status_code == 404
    assert browser.get(f"/customers/c-2/personal-data/{ID}").status_code == 404


def test_an_export_is_a_file_of_all_services(
    browser: TestClient, operations: FakeOperations
) -> None:
    browser.post(PAGE, data=EXPORT)
    answers = operations.personal[ID].answers
    for event in (exported("notify", 2, 2), exported("ingest"), exported("orders")):
        answers.add(event)
    assert browser.get(f"{PAGE}/{ID}/file").status_code == 404  # a part is missing
    answers.add(exported("notify", 1, 2))
    assert f"{PAGE}/{ID}/file" in browser.get(f"{PAGE}/{ID}").text
    file = browser.get(f"{PAGE}/{ID}/file")
    assert "attachment" in file.headers["content-disposition"]
    records = json.loads(file.text)
    assert records["customer_id"] == "c-1001"
    assert [one["from"] for one in records["notify"]["orders"]] == ["notify 1", "notify 2"]


def test_services_that_did_not_answer_are_named(
    browser: TestClient, operations: FakeOperations
) -> None:
    browser.post(PAGE, data=EXPORT)
    operations.personal[ID].began -= 3600
    page = browser.get(f"{PAGE}/{ID}").text
    assert "No answer yet: customer service, mails, orders." in page
    assert "data-refresh" not in page


def test_a_refused_erasure_and_an_unknown_command(browser: TestClient, bus: FakeBus) -> None:
    bus.refuse("customer.erase", "invalid", "It is no address.", field="emails.0")
    page = browser.post(PAGE, data=ERASE | {"_sure": ["off", "on"]})
    assert page.status_code == 422
    assert "It is no address." in page.text
    wrong = ERASE | {"_command": "customer.put"}
    assert browser.post(PAGE, data=wrong).status_code == 404


def test_every_service_with_personal_data_is_awaited() -> None:
    assert ServiceAnswers().silent == sorted(PERSONAL_DATA_SERVICES)
