"""The screens of mails that the shop sends."""

from shared.console.pages.mails import listing, show, suppressions
from shared.console.routing import Screens

screens = Screens.joined(suppressions.screens, listing.screens, show.screens)
