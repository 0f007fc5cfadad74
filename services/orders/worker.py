"""The front door of `orders`."""

from pathlib import Path

from services.orders.handlers import catalogue, lists, orders, people
from services.orders.store.tables import metadata
from services.orders.work import Work
from shared.contracts.orders import (
    CartChanged,
    CustomerChanged,
    DeliverySlipIssued,
    InvoiceIssued,
    OrderNoted,
    OrderPlaced,
    OrderTransitioned,
    PaymentRecorded,
    ProductChanged,
    ShopChanged,
    StockChanged,
)
from shared.runtime.health import house
from shared.runtime.service import Service

service = Service(
    name="orders",
    handlers=[orders.service, catalogue.service, people.service, lists.service, house],
    work=Work,
    tables=metadata,
    migrations=Path(__file__).parent / "migrations",
    tells=(
        OrderPlaced, OrderTransitioned, PaymentRecorded, InvoiceIssued, DeliverySlipIssued, StockChanged,
        ProductChanged, ShopChanged, OrderNoted, CustomerChanged, CartChanged,
    ),
    batch=50,
)
