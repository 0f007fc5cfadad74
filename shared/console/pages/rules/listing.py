"""The lists of vouchers and of cart rules."""

from starlette.responses import Response

from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
PAGE = 100


@screens.get("/rules")
async def list_vouchers(screen: Screen) -> Response:
    """Show the vouchers, sorted by code; those of one customer with the filter."""
    query = _page(screen)
    if screen.query("customer").strip():
        query["customer_id"] = screen.query("customer").strip()
    found = await screen.ask("voucher.list", query)
    entries = [entry | {"rule": entry["voucher"]} for entry in found["vouchers"]]
    return screen.page("rules/list.html", entries=entries, next=found["next"], now="vouchers")


@screens.get("/rules/automatic")
async def list_rules(screen: Screen) -> Response:
    """Show the rules without a code, which apply by themselves."""
    query = _page(screen)
    if screen.query("active") in ("yes", "no"):
        query["active"] = screen.query("active") == "yes"
    found = await screen.ask("cart_rule.list", query)
    return screen.page("rules/list.html", entries=found["rules"], next=found["next"], now="rules")


def _page(screen: Screen) -> Data:
    query: Data = {"limit": PAGE}
    if screen.query("cursor"):
        query["cursor"] = screen.query("cursor")
    return query
