"""The detail of an order: its timeline first, then all of its parts and actions."""

import asyncio
from contextlib import suppress
from uuid import UUID

from starlette.responses import Response

from shared.console.pages.orders.timeline import timeline
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
THREADS = {"limit": 3, "message_limit": 200}
GROUPS = {
    "products": ("order.edit_lines", "order.add_lines", "order.cancel_lines", "order.add_discount"),
    "money": ("payment.record", "store_credit.use"),
    "refunds": ("refund.create", "return.request"),
    "delivery": ("order.change_shipping", "order.change_address", "order.issue_delivery_slip"),
    "documents": (
        "order.print_summary",
        "order.issue_invoice",
        "order.set_invoice_note",
        "order.correct_invoice",
        "order.send_documents",
    ),
    "others": (
        "order.notify_change",
        "order.change_customer",
        "order.set_exemption",
        "order.set_exchange_rate",
    ),
}
"""The actions of the order itself; those on one of its payments or returns are beside that."""
ALWAYS = {"order.change_shipping": "action.tracking_only"}
"""Actions of which a part is possible at any time."""


@screens.get("/orders/{order}")
async def show_order(screen: Screen) -> Response:
    """Show an order, by its id or reference."""
    named = {"order_id": await _id(screen)}
    found, mails, threads = await asyncio.gather(
        load(screen, with_actions=True),
        screen.try_ask("mail.list", named),
        screen.try_ask("thread.list", named | THREADS),
    )
    order, shown = found["order"], (threads or {}).get("threads", [])
    return screen.page(
        "orders/detail.html",
        found=found,
        order=order,
        actions=_by_name(found["actions"]),
        moves=found["moves"],
        groups=GROUPS,
        always=ALWAYS,
        mails=(mails or {}).get("mails", []),
        missing=[name for name, part in (("mails", mails), ("threads", threads)) if part is None],
        timeline=timeline(found, shown, []),
        replaced=_replaced(found),
    )


async def _id(screen: Screen) -> str:
    """Return the id of the order in the address. Raises `Refused`."""
    named = screen.path("order")
    with suppress(ValueError):
        return str(UUID(named))
    return str((await load(screen))["order"]["order_id"])


async def load(screen: Screen, *, with_actions: bool = False) -> Data:
    """Return the fields of the order in the address. Raises `Refused`."""
    data: Data = {"order_id": screen.path("order"), "language": screen.language.tag}
    if with_actions:
        data["with_actions"] = True
    return await screen.ask("order.get", data)


def _by_name(actions: list[Data]) -> dict[str, Data]:
    """Return the actions by name, or by name and kind for those of several kinds."""
    found: dict[str, Data] = {}
    for action in actions:
        name = action["name"]
        if action["refund_kind"]:
            name += f"?kind={action['refund_kind']}"
        found[name] = action
    return found


def _replaced(found: Data) -> set[str]:
    """Return the ids of documents that another document replaces."""
    replaced: set[str] = set()
    for document in found["documents"]:
        replaced.update(document["replaced_document_ids"])
    return replaced
