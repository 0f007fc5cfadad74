"""The screens of operation: health, queues, live events, dead letters."""

from shared.console.pages.operation import events, health, letters, queues
from shared.console.routing import Screens

screens = Screens.joined(health.screens, queues.screens, events.screens, letters.screens)
