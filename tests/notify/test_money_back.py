"""What mails say of money that goes back: its amount where there is some, nothing where there is
none.
"""

import pytest

from services.notify.domain.composing import orders
from shared.contracts import samples
from shared.contracts.orders import RefundCreated
from tests.notify.builders import COMPOSER, occasion, state_mail
from tests.words import changed

SLIP = samples.INVOICE_REFERENCE | {"kind": "credit_slip", "number": "CR000001"}


def euro(amount: int) -> dict[str, object]:
    return {"amount": amount, "currency": "EUR"}


def cancelled(refund_due: int) -> str:
    mail = state_mail(new_state__mail_template="order_canceled", order__refund_due=euro(refund_due))
    return " ".join(mail.content.body.text.split())


def credited(settled: int, money: int) -> str:
    event = changed(
        RefundCreated.example,
        refund__credit_slip=SLIP,
        refund__settled=euro(settled),
        refund__money=euro(money),
        refund__store_credit=euro(0),
        refund__gross=euro(settled + money),
    )
    (mail,) = orders.refunded(COMPOSER, RefundCreated.model_validate(event), occasion())
    return " ".join(mail.content.body.text.split())


def test_who_had_paid_for_a_cancelled_order_is_told_what_goes_back() -> None:
    assert "In all, EUR 28.70 is still to be given back to you." in cancelled(2870)


def test_who_had_paid_nothing_for_a_cancelled_order_is_told_of_no_money() -> None:
    assert "given back" not in cancelled(0)


@pytest.mark.parametrize(("settled", "money"), [(2380, 0), (1000, 1380), (0, 2380)])
def test_a_credit_slip_s_mail_says_what_was_not_paid_and_what_goes_back(
    settled: int, money: int
) -> None:
    text = credited(settled, money)
    assert "We credited EUR 23.80" in text
    assert ("had not been paid yet" in text) == (settled > 0)
    assert ("goes back as money" in text) == (money > 0)


def test_the_mail_of_a_refund_names_its_amount() -> None:
    mail = state_mail(new_state__mail_template="refund", order__refunded_amount=euro(1190))
    assert "We refunded EUR 11.90 of your order." in " ".join(mail.content.body.text.split())
