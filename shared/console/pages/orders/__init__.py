"""The screens of orders."""

from shared.console.pages.orders import actions, detail, files, listing
from shared.console.routing import Screens

screens = Screens.joined(listing.screens, actions.screens, files.screens, detail.screens)
