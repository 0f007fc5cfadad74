"""A cart rule or voucher with its uses; disabling it."""

from starlette.responses import Response

from shared.console.pages.rules.conditions import other_rules
from shared.console.roles import ORDERS
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()


@screens.get("/rules/{rule:uuid}")
async def show_rule(screen: Screen) -> Response:
    """Show a rule, its conditions and the orders that used it."""
    found = await screen.ask("cart_rule.get", {"rule_id": screen.path("rule")})
    names = {}
    if found["rule"]["goes_with"]:
        names = dict(await other_rules(screen, found["rule"]))
    return screen.page("rules/show.html", found=found, rule=found["rule"], names=names)


@screens.post("/rules/{rule:uuid}/disable", needs=ORDERS)
async def disable_rule(screen: Screen) -> Response:
    """Disable a rule. Orders that used it keep their discounts."""
    rule = screen.path("rule")
    return await screen.run(
        "cart_rule.disable",
        {"rule_id": rule},
        then=f"/rules/{rule}",
        again=show_rule,
        done="rules.disabled",
    )
