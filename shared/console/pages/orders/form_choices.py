"""Load the choices of the selects in the forms of actions."""

from collections.abc import Awaitable, Callable
from operator import itemgetter

from shared.console import choices
from shared.console.choices import Choices
from shared.console.screen import Data, Screen


async def load_choices(screen: Screen, command: str, found: Data) -> dict[str, Choices]:
    """Return the choices in the form of a command, by name. `found` holds `order.get`."""
    if command not in LOADERS:
        return {}
    name, load = LOADERS[command]
    return {name: await load(screen, found)}


async def carriers(screen: Screen, found: Data) -> Choices:
    """Return the shop's carriers, that of the order first."""
    answer = await screen.ask("carrier.list")
    names = list(map(itemgetter("name"), answer["carriers"]))
    return choices.same(dict.fromkeys([found["order"]["carrier"], *names]))


async def methods(screen: Screen, found: Data) -> Choices:
    """Return the shop's payment methods, that of the order first."""
    names = list(map(itemgetter(0), await choices.payment_methods(screen)))
    return choices.same(dict.fromkeys([found["order"]["payment_method"], *names]))


async def invoices(_screen: Screen, found: Data) -> Choices:
    """Return the invoices of the order."""
    listed: Choices = []
    for document in found["documents"]:
        if document["kind"] == "invoice":
            listed.append((document["document_id"], document["number"]))
    return listed


async def moves(screen: Screen, found: Data) -> Choices:
    """Return all states but the present one, also those that need force."""
    data = {"order_id": found["order"]["order_id"], "language": screen.language.tag}
    answer = await screen.ask("order.actions", data)
    return [(move["state"], move["state_label"]) for move in answer["moves"]]


async def addresses(screen: Screen, found: Data) -> Choices:
    """Return the addresses of the order's customer, each on one line."""
    customer = found["order"]["customer"]["customer_id"]
    if not customer:
        return []
    answer = await screen.try_ask("customer.get", {"customer_id": customer}) or {"addresses": ()}
    return [(address["address_id"], line_of(address)) for address in answer["addresses"]]


def line_of(address: Data) -> str:
    """Return an address on one line."""
    parts = (address["name"], address["company"], address["line1"], address["city"])
    return ", ".join(filter(None, parts))


async def canned_messages(screen: Screen, _found: Data) -> Choices:
    """Return the predefined messages of the shop."""
    answer = await screen.try_ask("canned_message.list") or {"messages": ()}
    listed: Choices = []
    for message in answer["messages"]:
        listed.append((message["key"], choices.label(message["names"], screen.language)))
    return listed


LOADERS: dict[str, tuple[str, Callable[[Screen, Data], Awaitable[Choices]]]] = {
    "order.change_shipping": ("carriers", carriers),
    "payment.record": ("methods", methods),
    "order.add_discount": ("invoices", invoices),
    "order.transition": ("moves", moves),
    "order.change_address": ("addresses", addresses),
    "thread.post_order_message": ("canned", canned_messages),
}
