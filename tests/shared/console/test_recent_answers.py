"""Settings of a shop are asked for once in half a minute, and again after a command of the user."""

from starlette.testclient import TestClient

from shared.console.recent_answers import LIMIT, SECONDS, RecentAnswers
from tests.shared.console.fakes import FakeBus

ORDER = "/orders/6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"


def test_an_answer_is_recent_for_half_a_minute_and_known_for_longer() -> None:
    now = [0.0]
    answers = RecentAnswers(lambda: now[0])
    answers.put("a", "state.list", {}, {"states": [1]})
    assert answers.get("a", "state.list", {}) == {"states": [1]}
    assert answers.get("b", "state.list", {}) is None
    assert answers.get("a", "state.list", {"key": "x"}) is None
    now[0] = SECONDS + 1
    assert answers.get("a", "state.list", {}) is None
    assert answers.last("a", "state.list", {}) == {"states": [1]}


def test_answers_of_other_shops_stay_recent_and_their_number_is_limited() -> None:
    answers = RecentAnswers()
    for shop in ("a", "b"):
        answers.put(shop, "desk.get", {}, {"shop": shop})
    answers.expire("a")
    assert answers.get("a", "desk.get", {}) is None
    assert answers.get("b", "desk.get", {}) == {"shop": "b"}
    for number in range(LIMIT):
        answers.put("a", "contact.get", {"key": str(number)}, {})
    assert answers.last("b", "desk.get", {}) is None


def test_a_page_asks_for_settings_again_only_after_a_command(
    browser: TestClient, bus: FakeBus
) -> None:
    def asked() -> int:
        return [request.name for request in bus.asked].count("state.list")

    browser.get("/orders")
    browser.get("/orders")
    assert asked() == 1
    browser.post(f"{ORDER}/do/order.set_note", data={"note": "call first"})
    browser.get("/orders")
    assert asked() == 2
