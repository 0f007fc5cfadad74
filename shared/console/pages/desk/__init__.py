"""The screens of customer service."""

from shared.console.pages.desk import actions, files, forwarding, listing, replying, thread
from shared.console.routing import Screens

screens = Screens.joined(
    listing.screens,
    thread.screens,
    replying.screens,
    forwarding.screens,
    actions.screens,
    files.screens,
)
