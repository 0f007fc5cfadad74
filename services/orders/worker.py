"""Wire the service `orders`: its handlers, work and tables."""

from pathlib import Path

from services.orders.handlers import (
    cart_prices,
    cart_rules,
    catalogue,
    customers,
    documents,
    editing,
    lists,
    orders,
    previews,
    privacy,
    products,
    refunds,
    returns,
    settings,
    states,
    store_credit,
    vouchers,
)
from services.orders.store.orders import ids_of
from services.orders.store.tables import metadata
from services.orders.work import Work
from shared.runtime.pipeline.access import access_handlers
from shared.runtime.process.health import health_handlers
from shared.runtime.service import Service

service = Service(
    name="orders",
    handlers=[
        orders.service,
        states.service,
        catalogue.service,
        customers.service,
        privacy.service,
        lists.service,
        settings.service,
        products.service,
        vouchers.service,
        cart_rules.service,
        cart_prices.service,
        store_credit.service,
        refunds.service,
        returns.service,
        editing.service,
        documents.service,
        previews.service,
        health_handlers,
        access_handlers,
    ],
    work=Work,
    tables=metadata,
    migrations=Path(__file__).parent / "migrations",
    references=ids_of,
    batch=50,
)
