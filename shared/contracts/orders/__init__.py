"""Messages of the service `orders`: what it takes and what it tells."""

from shared.contracts.orders.commands import (
    PlaceOrder as PlaceOrder,
    PutCart as PutCart,
    PutCustomer as PutCustomer,
    PutProduct as PutProduct,
    PutShop as PutShop,
    RecordPayment as RecordPayment,
    SetNote as SetNote,
    SetStock as SetStock,
    TransitionOrder as TransitionOrder,
)
from shared.contracts.orders.events import (
    CartChanged as CartChanged,
    CustomerChanged as CustomerChanged,
    DeliverySlipIssued as DeliverySlipIssued,
    InvoiceIssued as InvoiceIssued,
    OrderNoted as OrderNoted,
    OrderPlaced as OrderPlaced,
    OrderTransitioned as OrderTransitioned,
    PaymentRecorded as PaymentRecorded,
    ProductChanged as ProductChanged,
    ShopChanged as ShopChanged,
    StockChanged as StockChanged,
)
from shared.contracts.orders.lists import (
    Cart as Cart,
    FoundProduct as FoundProduct,
    KnownCustomer as KnownCustomer,
    ListedOrder as ListedOrder,
    OrderFilter as OrderFilter,
)
from shared.contracts.orders.parts import (
    By as By,
    Carrier as Carrier,
    DocumentReference as DocumentReference,
    OrderLineView as OrderLineView,
    OrderSummary as OrderSummary,
    Reference as Reference,
    StateView as StateView,
    WantedLine as WantedLine,
)
from shared.contracts.orders.queries import (
    CartList as CartList,
    CustomersFound as CustomersFound,
    ExportOrders as ExportOrders,
    GetOrder as GetOrder,
    GetStock as GetStock,
    HistoryEntry as HistoryEntry,
    ListCarts as ListCarts,
    ListOrders as ListOrders,
    OrderDetail as OrderDetail,
    OrderExport as OrderExport,
    OrderList as OrderList,
    ProductsFound as ProductsFound,
    SearchCustomers as SearchCustomers,
    SearchProducts as SearchProducts,
    StockLevel as StockLevel,
)
