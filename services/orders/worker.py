"""The front door of `orders`."""

from pathlib import Path

from services.orders.handlers import (
    catalogue,
    customers,
    editing,
    lists,
    orders,
    paper,
    people,
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
from shared.contracts.house import CustomerErased, CustomerExported
from shared.contracts.orders import (
    CartChanged,
    CartRuleChanged,
    CreditSlipIssued,
    CustomerChanged,
    DeliverySlipIssued,
    DocumentMailRequested,
    InvoiceCorrected,
    InvoiceIssued,
    InvoiceNoted,
    OrderAddressChanged,
    OrderChangeAnnounced,
    OrderCustomerChanged,
    OrderDiscounted,
    OrderEdited,
    OrderNoted,
    OrderPlaced,
    OrderShippingChanged,
    OrderSummaryIssued,
    OrderTransitioned,
    PaymentRecorded,
    PaymentRefundDue,
    PaymentRefunded,
    PaymentReversed,
    ProductChanged,
    RefundConverted,
    RefundCreated,
    ReturnCompleted,
    ReturnConfirmed,
    ReturnDenied,
    ReturnReceived,
    ReturnRequested,
    ReturnSlipIssued,
    ShopChanged,
    StateChanged,
    StockChanged,
    StockReserved,
    StockShort,
    StoreCreditExpired,
    StoreCreditGivenBack,
    StoreCreditIssued,
    StoreCreditUsed,
    VoucherCreated,
    VoucherDisabled,
    VoucherRedeemed,
    VoucherReturned,
)
from shared.runtime.health import house
from shared.runtime.service import Service

service = Service(
    name="orders",
    handlers=[
        orders.service, states.service, catalogue.service, people.service, customers.service, lists.service,
        settings.service, products.service,
        vouchers.service, store_credit.service, refunds.service, returns.service, editing.service, paper.service, house,
    ],
    work=Work,
    tables=metadata,
    migrations=Path(__file__).parent / "migrations",
    tells=(
        OrderPlaced, OrderTransitioned, PaymentRecorded, InvoiceIssued, DeliverySlipIssued, StockChanged,
        StockShort, StockReserved, ProductChanged, ShopChanged, StateChanged, OrderNoted, CustomerChanged, CartChanged,
        CustomerErased, CustomerExported, CartRuleChanged, VoucherCreated, VoucherRedeemed, VoucherReturned,
        VoucherDisabled,
        RefundCreated, RefundConverted, StoreCreditIssued, StoreCreditUsed, StoreCreditGivenBack, StoreCreditExpired,
        CreditSlipIssued, PaymentRefundDue, PaymentRefunded, PaymentReversed, ReturnRequested, ReturnConfirmed,
        ReturnDenied, ReturnReceived, ReturnCompleted, ReturnSlipIssued, OrderEdited, OrderDiscounted,
        OrderShippingChanged, OrderAddressChanged, OrderChangeAnnounced, InvoiceNoted, OrderSummaryIssued,
        OrderCustomerChanged, DocumentMailRequested, InvoiceCorrected,
    ),
    references=ids_of,
    batch=50,
)
