"""Messages of the service `orders`: what it takes and what it tells."""

from shared.contracts.orders.commands import (
    AdjustStock as AdjustStock,
    PlaceOrder as PlaceOrder,
    PutProduct as PutProduct,
    PutShop as PutShop,
    PutState as PutState,
    RecordPayment as RecordPayment,
    SetStock as SetStock,
    TransitionOrder as TransitionOrder,
)
from shared.contracts.orders.events import (
    DeliverySlipIssued as DeliverySlipIssued,
    InvoiceIssued as InvoiceIssued,
    OrderPlaced as OrderPlaced,
    OrderTransitioned as OrderTransitioned,
    PaymentRecorded as PaymentRecorded,
    ProductChanged as ProductChanged,
    ShopChanged as ShopChanged,
    StateChanged as StateChanged,
    StockChanged as StockChanged,
    StockReserved as StockReserved,
    StockShort as StockShort,
)
from shared.contracts.orders.parts import (
    By as By,
    Carrier as Carrier,
    DocumentReference as DocumentReference,
    OrderLineView as OrderLineView,
    OrderSummary as OrderSummary,
    Possibility as Possibility,
    Reference as Reference,
    Reservation as Reservation,
    StateDefinition as StateDefinition,
    StateFlag as StateFlag,
    StateView as StateView,
    WantedLine as WantedLine,
)
from shared.contracts.orders.queries import (
    GetOrder as GetOrder,
    GetOrderActions as GetOrderActions,
    HistoryEntry as HistoryEntry,
    OrderActions as OrderActions,
    OrderDetail as OrderDetail,
)
from shared.contracts.orders.settings import (
    Numbering as Numbering,
    Numberings as Numberings,
    Rounding as Rounding,
    RoundingMode as RoundingMode,
    TimeZone as TimeZone,
)
