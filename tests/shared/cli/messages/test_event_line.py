"""An event as one line: its fields in short, harmless to the terminal."""

from typing import Any

from shared.cli.messages.event_line import event_line
from shared.contracts import samples
from shared.contracts.envelope import Envelope


def told(name: Any, data: Any, subject: Any = None) -> Any:
    """The line without its time."""
    event = Envelope(
        id="1",
        source="/s",
        type=f"aftercart.{name}.v1",
        subject=subject,
        time=samples.NOON,
        data=data,
    )
    return event_line(event).plain.split(" ", 1)[1]


def test_a_transition() -> None:
    assert (
        told("order.transitioned", samples.ORDER_TRANSITIONED, samples.ORDER_ID)
        == f"order.transitioned {samples.ORDER_ID} order=XKBKNABJK 28.70 EUR"
        " came_from=awaiting_bank_wire new_state=payment_accepted by=anna@shop.test attach=1"
    )


def test_money_is_shown_in_its_currency() -> None:
    payment = {"payment": samples.PAYMENT, "due": {"amount": -5, "currency": "EUR"}}
    assert told("payment.recorded", payment) == "payment.recorded payment=28.70 EUR due=-0.05 EUR"
    assert told("x.y", {"a": {"amount": 500, "currency": "JPY"}}) == "x.y a=500 JPY"
    assert told("x.y", {"a": {"amount": 1234, "currency": "KWD"}}) == "x.y a=1.234 KWD"


def test_a_mail() -> None:
    assert told(
        "mail.sent", {"mail_id": samples.MAIL_ID, "mail": samples.MAIL_VIEW}, samples.MAIL_ID
    ).endswith("mail=payment ada@example.test")


def test_long_values_are_cut() -> None:
    assert told("x.y", {"pdf": "A" * 10_000}) == f"x.y pdf={'A' * 47}…"


def test_a_stranger_s_text_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in told("x.y", {"text": "\x1b[2Jgone\x9b\u202eabc"}, "\x1b]0;title\x07")


def test_persian_stays_as_it_is() -> None:
    assert told("x.y", {"name": "می\u200cخواهم"}) == "x.y name=می\u200cخواهم"


def test_a_refusal_tells_code_and_reason() -> None:
    data = {"aggregate": "a", "code": "unlucky", "reason": "13 is not added.", "details": {}}
    assert (
        told("toy.add_refused", data, "a")
        == "toy.add_refused a code=unlucky reason=13 is not added."
    )
