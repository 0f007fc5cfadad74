"""The screens, one package or module per area."""

from starlette.routing import BaseRoute

from shared.console.pages import (
    account,
    customers,
    desk,
    documents,
    mails,
    operation,
    orders,
    personal_data,
    rules,
    states,
    stock,
    templates,
)

ROUTES: list[BaseRoute] = [
    *account.login_routes,
    *account.screens.routes,
    *orders.screens.routes,
    *customers.screens.routes,
    *personal_data.screens.routes,
    *operation.screens.routes,
    *desk.screens.routes,
    *documents.screens.routes,
    *mails.screens.routes,
    *templates.screens.routes,
    *states.screens.routes,
    *stock.screens.routes,
    *rules.screens.routes,
]
