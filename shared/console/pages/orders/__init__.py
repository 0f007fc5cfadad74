"""The screens of orders."""

from shared.console.pages.orders import detail, listing, note
from shared.console.routing import Screens

screens = Screens.joined(listing.screens, detail.screens, note.screens)
