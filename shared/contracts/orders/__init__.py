"""Commands, queries, answers and events of the service `orders`."""

from shared.contracts.orders.actions import *
from shared.contracts.orders.cart_rules import *
from shared.contracts.orders.carts import *
from shared.contracts.orders.combinations import *
from shared.contracts.orders.commands import *
from shared.contracts.orders.customers import *
from shared.contracts.orders.editing import *
from shared.contracts.orders.events import *
from shared.contracts.orders.exemptions import *
from shared.contracts.orders.lists import *
from shared.contracts.orders.numbering import *
from shared.contracts.orders.order_changes import *
from shared.contracts.orders.order_documents import *
from shared.contracts.orders.payments import *
from shared.contracts.orders.previews import *
from shared.contracts.orders.products import *
from shared.contracts.orders.queries import *
from shared.contracts.orders.refund_values import *
from shared.contracts.orders.refunds import *
from shared.contracts.orders.returns import *
from shared.contracts.orders.rounding import *
from shared.contracts.orders.shops import *
from shared.contracts.orders.states import *
from shared.contracts.orders.store_credit import *
from shared.contracts.orders.values import *
from shared.contracts.orders.vouchers import *
