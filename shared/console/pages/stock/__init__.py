"""The screens of stock: products with their combinations, movements, setting and adjusting."""

from shared.console.pages.stock import changes, editor, listing, show
from shared.console.routing import Screens

screens = Screens.joined(listing.screens, editor.screens, changes.screens, show.screens)
