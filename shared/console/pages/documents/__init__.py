"""The screens of documents: list, content, and bulk printing."""

from shared.console.pages.documents import listing, printing, show
from shared.console.routing import Screens

screens = Screens.joined(printing.screens, listing.screens, show.screens)
