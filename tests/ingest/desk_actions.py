"""Actions of customers and employees in tests of the desk."""

from typing import Any
from uuid import uuid4

from shared.contracts import samples
from shared.contracts.envelope import Envelope
from tests.ingest.builders import (
    ORDER,
    ORDER_ID,
    FakeMailServer,
    IngestHarness,
    order_placed,
    raw_mail,
    reply_to,
)
from tests.words import changed

ANNA, BELA = "anna@shop.test", "bela@shop.test"
FORM = {
    name: value
    for name, value in samples.SUBMIT_CONTACT.items()
    if name not in ("order_reference", "attachments")
}


def a_form(**changes: Any) -> dict[str, Any]:
    """Return the data of `contact.submit` for a new form without an order."""
    return changed(FORM, submission_id=str(uuid4()), **changes)


def writes(desk: IngestHarness, **changes: Any) -> str:
    """Send a contact form, and return the id of its thread."""
    told = desk.tell("contact.submit", a_form(**changes))
    return str(told[-1].data["thread"]["thread_id"])


def does(desk: IngestHarness, command: str, thread_id: str, **fields: Any) -> list[Envelope]:
    """Send a command of Anna's for a thread, and return the published events."""
    return desk.tell(f"thread.{command}", {"thread_id": thread_id, "by": ANNA, **fields})


def refusal(
    desk: IngestHarness, name: str, data: dict[str, Any], **attributes: Any
) -> tuple[str, str]:
    """Send a command, and return code and field of its refusal."""
    (told,) = desk.tell(name, data, **attributes)
    assert told.name == f"{name}_refused"
    return told.data["code"], told.data["details"]["field"]


def refused(
    desk: IngestHarness, name: str, data: dict[str, Any], **attributes: Any
) -> tuple[str, str]:
    """Send a query, and return code and field of its refusal."""
    told = desk.ask(name, data, **attributes)
    assert told.name == f"{name}_refused"
    return told.data["code"], told.data["details"]["field"]


def names(told: list[Envelope]) -> list[str]:
    return [envelope.name for envelope in told]


def orders(desk: IngestHarness, **changes: Any) -> str:
    """Place an order, and return its id."""
    order_id = str(uuid4())
    reference = changes.pop("order__reference", order_id[:8].upper())
    desk.tell(
        "order.placed",
        order_placed(
            order_id=order_id, order__order_id=order_id, order__reference=reference, **changes
        ),
    )
    return order_id


def moves(desk: IngestHarness, order_id: str, **changes: Any) -> None:
    """Move an order to another state."""
    desk.tell(
        "order.transitioned",
        changed(samples.ORDER_TRANSITIONED, order_id=order_id, order__order_id=order_id, **changes),
    )


def a_third_party(desk: IngestHarness) -> dict[str, Any]:
    """Let an unknown sender answer one of our mails; return the data of `thread.confirm_sender` for
    it.
    """
    desk.tell("order.placed", order_placed())
    server = FakeMailServer(
        [raw_mail("It is me, from work.", from_="ada@work.test", to=reply_to(ORDER))]
    )
    desk.reads_by(server)
    desk.poll(minutes=5)
    (thread,) = desk.threads(order_id=str(ORDER_ID))
    message = desk.thread(thread["thread_id"])["messages"][-1]
    return {"thread_id": thread["thread_id"], "message_id": message["message_id"], "by": ANNA}
