"""All that a mail is written from, in no language yet: it can be written again, in another look, at
any time.
"""

from pydantic import AwareDatetime

from shared.contracts.message import Value
from shared.contracts.orders import OrderLineView, OrderSummary, StateView
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Address, Money


class Piece(Value):
    """So many of a product, without a price."""

    name: str
    quantity: int


class Quote(Value):
    """What somebody wrote before."""

    author: str
    at: AwareDatetime
    text: str


class Link(Value):
    """Something that can be fetched by its address on the web."""

    name: str
    url: str


class VoucherTerms(Value):
    """What a voucher, or store credit, is good for; `until` is the last moment, `percent` a decimal
    number.
    """

    code: str
    amount: Money | None = None
    percent: str = ""
    free_shipping: bool = False
    until: AwareDatetime | None = None


class Facts(Value):
    """Who is written to, and about what. `text` is what a person wrote, `author` who that was.

    `order` is None where only the `reference` is known, or none. `amount` was credited, under
    `number`: so much of it goes back as `store_credit`, so much as `money`; `settled` had not been
    paid. `vouchers`: what of the price they had taken off. `balance`: of store credit, of which
    some was `given_back`. `answers_customer`: what the recipient answers goes to the customer.
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
