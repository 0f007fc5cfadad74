"""Queries for the settings of a shop: profile, states, carriers and payment methods."""

from services.orders.domain.settings import offered, settings_of
from services.orders.domain.shop import Shop
from services.orders.domain.states import definition_of
from services.orders.work import Work
from shared.contracts.orders import (
    CarrierList,
    GetShop,
    GetState,
    ListCarriers,
    ListPaymentMethods,
    ListStates,
    PaymentMethodList,
    ShopAnswer,
    StateAnswer,
    StateList,
)
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(GetShop)
def get_shop(_query: GetShop, work: Work) -> ShopAnswer | Reason:
    """Return the settings of the shop."""
    shop = _shop(work)
    return shop if isinstance(shop, Reason) else ShopAnswer(**dict(settings_of(shop)))


@service.handles(ListCarriers)
def list_carriers(query: ListCarriers, work: Work) -> CarrierList | Reason:
    """Return the carriers to choose from."""
    shop = _shop(work)
    return shop if isinstance(shop, Reason) else CarrierList(carriers=offered(shop, query))


@service.handles(ListPaymentMethods)
def list_payment_methods(_query: ListPaymentMethods, work: Work) -> PaymentMethodList | Reason:
    """Return the payment methods of the shop."""
    shop = _shop(work)
    return (
        shop
        if isinstance(shop, Reason)
        else PaymentMethodList(payment_methods=list(shop.payment_methods))
    )


@service.handles(GetState)
def get_state(query: GetState, work: Work) -> StateAnswer | Reason:
    """Return a state of the shop."""
    state = work.graph.get(query.key)
    if state is None:
        return Reason("unknown_state", f"There is no state '{query.key}'.", field="key")
    return StateAnswer(**dict(definition_of(state)))


@service.handles(ListStates)
def list_states(_query: ListStates, work: Work) -> StateList:
    """Return all states of the shop."""
    return StateList(states=[definition_of(state) for state in work.graph.values()])


def _shop(work: Work) -> Shop | Reason:
    shop = work.shops.get(work.shop)
    if shop is None:
        return NO_PROFILE
    return shop
