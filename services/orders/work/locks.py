"""What a batch of messages may change, locked kind by kind: two batches never wait for each other
in a circle.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from services.orders.domain.lifecycle import missing_documents
from services.orders.domain.moves import where_paid
from services.orders.domain.order import Order
from services.orders.domain.placing import is_with_credit
from services.orders.domain.states import Graph, State
from services.orders.store.catalogue import Key, Products, Shops
from services.orders.store.orders import Orders
from services.orders.store.people import Customers
from services.orders.store.states import States
from services.orders.work.credit import CreditLocks
from services.orders.work.promotions import Promotions
from services.orders.work.stockroom import Stockroom
from shared.contracts.common import EraseCustomer
from shared.contracts.documents import RenderDocument
from shared.contracts.message import Message
from shared.contracts.orders import (
    AddDiscount,
    AddLines,
    AdjustStock,
    CancelLines,
    ChangeAddress,
    ChangeCustomer,
    ChangeShipping,
    CompleteReturn,
    ConfirmReturn,
    CorrectInvoice,
    CreateRefund,
    DenyReturn,
    EditLines,
    IssueDeliverySlip,
    IssueInvoice,
    MarkRefunded,
    NotifyChange,
    PlaceOrder,
    PrintSummary,
    PutAddress,
    PutCustomer,
    PutProduct,
    PutShop,
    PutState,
    ReceiveReturn,
    RecordPayment,
    RefundToStoreCredit,
    RemoveAddress,
    RemoveDiscount,
    RequestReturn,
    ReversePayment,
    SendDocuments,
    SetExchangeRate,
    SetExemption,
    SetInvoiceNote,
    SetNote,
    SetStock,
    TransitionOrder,
    UseStoreCredit,
)
from shared.runtime.storage.unit_of_work import Arrived

Moving = PlaceOrder | TransitionOrder | RecordPayment | UseStoreCredit
Returning = RequestReturn | ConfirmReturn | DenyReturn | ReceiveReturn | CompleteReturn
Refunding = CreateRefund | RefundToStoreCredit | MarkRefunded | Returning
Issuing = IssueInvoice | IssueDeliverySlip | CorrectInvoice
Discounting = AddDiscount | RemoveDiscount
Editing = (
    AddLines
    | EditLines
    | CancelLines
    | Discounting
    | ChangeShipping
    | ChangeAddress
    | Issuing
    | SetExemption
)
Noting = (
    SetNote
    | SetInvoiceNote
    | ChangeCustomer
    | NotifyChange
    | PrintSummary
    | RenderDocument
    | SendDocuments
    | ReversePayment
    | SetExchangeRate
)
Addressing = ChangeCustomer | ChangeAddress | CorrectInvoice | SetExemption
"""What may change the addresses of an order, which stay with its customer."""
Reached = tuple[str, Order | None, State]
"""A shop, an order of it if it is there already, and a state that it may come to."""


class Locking(Stockroom, CreditLocks):
    """The unit of work, as far as it locks."""

    shops: Shops
    states: States
    orders: Orders
    products: Products
    customers: Customers
    promotions: Promotions

    def preload(self, batch: Sequence[Arrived]) -> None:
        """Locks all that a batch will change."""
        self.orders.preload(self._order_ids(batch))
        self.orders.read_references(_references(batch))
        self.products.lock(
            (envelope.shop, put.sku) for envelope, put in batch if isinstance(put, PutProduct)
        )
        reached = [
            found for envelope, message in batch for found in self._reached(envelope.shop, message)
        ]
        lines = [
            (order.shop.key, line.sku) for order in self._worked_on(batch) for line in order.lines
        ]
        self.stock.preload(
            [*self._stock_keys(batch, reached), *self.promotions.find(batch), *lines]
        )
        self.waiting.preload(
            (order.shop.key, line.sku) for _, order, _ in reached if order for line in order.lines
        )
        self.waiting.preload(lines)
        self.promotions.preload(batch, [*self._ended(reached), *_undiscounted(batch)])
        self.credit.accounts.preload(
            self.accounts_of(batch, [order for _, order, _ in reached if order])
        )
        self.customers.preload([*self.promotions.grouped(batch), *self._changed_customers(batch)])
        changed = {
            envelope.shop for envelope, message in batch if isinstance(message, PutShop | PutState)
        }
        numbered = {
            shop
            for shop, order, state in reached
            if missing_documents(order, state)
            or (order and order.issued("invoice") and _gives_back(order, state))
        }
        self.shops.lock(changed | numbered | self._numbered(batch))
        self.states.forget(changed)  # read before the lock

    def _order_ids(self, batch: Sequence[Arrived]) -> Iterator[UUID]:
        for envelope, message in batch:
            if isinstance(message, Moving | Refunding | Editing | Noting) and message.order_id:
                yield message.order_id
            elif isinstance(message, EraseCustomer):
                yield from self.orders.of_customer(envelope.shop, message.customer_id)
        yield from self.orders_of_slips(batch)

    def _stock_keys(self, batch: Sequence[Arrived], reached: Sequence[Reached]) -> Iterator[Key]:
        for envelope, message in batch:
            if isinstance(message, SetStock | AdjustStock):
                yield envelope.shop, message.sku
            elif isinstance(message, PlaceOrder | AddLines):
                yield from ((envelope.shop, line.sku) for line in message.lines)
        for shop, order, state in reached:
            if order and _gives_back(order, state):
                yield from ((shop, line.sku) for line in order.lines)

    def _ended(self, reached: Sequence[Reached]) -> Iterator[tuple[str, UUID]]:
        """Orders that may give back what they used, or use it again."""
        for shop, order, state in reached:
            if order and _gives_back(order, state):
                yield shop, order.order_id

    def _worked_on(self, batch: Sequence[Arrived]) -> Iterator[Order]:
        """The orders whose pieces a batch may move, beside moving them to states."""
        for envelope, message in batch:
            order = (
                self.orders.bare(message.order_id)
                if isinstance(message, Refunding | Editing)
                else None
            )
            if order is not None and order.shop.key == envelope.shop:
                yield order

    def _changed_customers(self, batch: Sequence[Arrived]) -> Iterator[tuple[str, str]]:
        """The customers, by shop, that a batch changes."""
        for envelope, message in batch:
            if isinstance(message, PutCustomer | PutAddress | RemoveAddress):
                yield envelope.shop, message.customer_id
            elif isinstance(message, PlaceOrder):
                yield envelope.shop, message.customer.customer_id
            changing = message if isinstance(message, Addressing) else None
            order = self.orders.bare(changing.order_id) if changing else None
            if order is not None and order.shop.key == envelope.shop:
                yield envelope.shop, order.customer.customer_id

    def _numbered(self, batch: Sequence[Arrived]) -> set[str]:
        """The shops that may number slips, or what an edit adds to an invoice and takes off it."""
        shops = {
            envelope.shop for envelope, message in batch if isinstance(message, Refunding | Issuing)
        }
        edited = (
            (envelope.shop, message.order_id)
            for envelope, message in batch
            if isinstance(message, Editing)
        )
        found = ((shop, self.orders.bare(order_id)) for shop, order_id in edited)
        return shops | {
            shop for shop, order in found if order and (order.documents or order.shop.backorders)
        }

    def _reached(self, shop: str, message: Message) -> Iterable[Reached]:
        """The states that an order may come to because of a message; the order may come with this
        batch.
        """
        if not isinstance(message, Moving):
            return []
        graph, order = self.states.graph(shop), self.orders.bare(message.order_id)
        if order is not None and order.shop.key != shop:
            return []
        wanted = graph.get(_goal(message, order, graph) or "")
        states = [wanted, graph.get(wanted.when_short or "")] if wanted else []
        if wanted and isinstance(message, PlaceOrder) and is_with_credit(message):
            states.append(where_paid(wanted, graph))
        return [(shop, order, state) for state in states if state]


def _gives_back(order: Order, state: State) -> bool:
    """Whether the order may give its goods back in a state, or take them again."""
    return state.has("restock") or state.ends or not order.holds_stock


def _references(batch: Sequence[Arrived]) -> list[tuple[str, str]]:
    """What new orders are to be called, by shop."""
    return [
        (envelope.shop, message.reference)
        for envelope, message in batch
        if isinstance(message, PlaceOrder)
    ]


def _undiscounted(batch: Sequence[Arrived]) -> list[tuple[str, UUID]]:
    """Return the orders, by shop, that may use a rule no more, or less of it."""
    return [
        (envelope.shop, message.order_id)
        for envelope, message in batch
        if isinstance(message, Editing)
    ]


def _goal(message: Moving, order: Order | None, graph: Graph) -> str | None:
    """The state that a message is to bring an order to."""
    if isinstance(message, PlaceOrder):
        return message.initial_state
    if isinstance(message, TransitionOrder):
        return message.to
    here = graph.get(order.state) if order else None
    return here.when_paid if here else None
