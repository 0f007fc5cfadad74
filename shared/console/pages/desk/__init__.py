"""The screens of customer service."""

from shared.console.pages.desk import (
    actions,
    definitions,
    files,
    forwarding,
    listing,
    mailboxes,
    replying,
    settings,
    thread,
)
from shared.console.routing import Screens

screens = Screens.joined(
    listing.screens,
    thread.screens,
    replying.screens,
    forwarding.screens,
    actions.screens,
    files.screens,
    settings.screens,
    definitions.screens,
    mailboxes.screens,
)
