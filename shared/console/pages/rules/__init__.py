"""The screens of cart rules and vouchers, which are rules with a code."""

from shared.console.pages.rules import editor, listing, show
from shared.console.routing import Screens

screens = Screens.joined(listing.screens, editor.screens, show.screens)
