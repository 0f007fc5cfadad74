"""The screens of orders."""

from shared.console.pages.orders import actions, bulk, detail, files, listing, new_order
from shared.console.routing import Screens

screens = Screens.joined(
    listing.screens,
    new_order.screens,
    bulk.screens,
    actions.screens,
    files.screens,
    detail.screens,
)
