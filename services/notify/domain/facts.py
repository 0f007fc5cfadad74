"""The data that a mail is written from, independent of language: a mail can be written again, with
other templates, at any time.
"""

from pydantic import AwareDatetime

from shared.contracts.message import Value
from shared.contracts.orders import OrderLineView, OrderSummary, StateView
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Address, Money


class Piece(Value):
    """A quantity of a product, without a price."""

    name: str
    quantity: int


class Quote(Value):
    """An earlier message, quoted in a forward."""

    author: str
    at: AwareDatetime
    text: str


class Link(Value):
    """A named web address, such as a download."""

    name: str
    url: str


class VoucherTerms(Value):
    """The terms of a voucher or store credit: `percent` is a decimal number, `until` the last
    moment.
    """

    code: str
    amount: Money | None = None
    percent: str = ""
    free_shipping: bool = False
    until: AwareDatetime | None = None


class Facts(Value):
    """The data of one mail: the recipient and the subject matter.

    `text` was written by the person `author`. `order` is None where only the `reference` is known,
    or nothing. `amount` was credited, under `number`: `store_credit` and `money` of it are paid
    back, `settled` had not been paid; `vouchers` is the part of the price that vouchers had
    covered. `balance` is that of the store credit, some of which was `given_back`.
    `answers_customer`: the recipient's answer is sent to the customer.
    """

    template: str
    language: str
    shop: ShopProfile
    name: str
    order: OrderSummary | None = None
    state: StateView | None = None
    lines: list[OrderLineView] = []
    delivery_address: Address | None = None
    invoice_address: Address | None = None
    subject: str = ""
    text: str = ""
    reference: str = ""
    number: str = ""
    amount: Money | None = None
    store_credit: Money | None = None
    settled: Money | None = None
    vouchers: Money | None = None
    money: Money | None = None
    balance: Money | None = None
    given_back: bool = False
    until: AwareDatetime | None = None
    voucher_terms: VoucherTerms | None = None
    author: str = ""
    email: str = ""
    contacts: dict[str, str] = {}
    product: str = ""
    files: list[str] = []
    left_out: list[str] = []
    pieces: list[Piece] = []
    quotes: list[Quote] = []
    answers_customer: bool = False
    links: list[Link] = []
