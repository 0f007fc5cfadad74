"""The screens, one package or module per area."""

from starlette.routing import BaseRoute

from shared.console.pages import account, desk, operation, orders

ROUTES: list[BaseRoute] = [
    *account.login_routes,
    *account.screens.routes,
    *orders.screens.routes,
    *operation.screens.routes,
    *desk.screens.routes,
]
