"""The generated pages of the documentation, besides those of the messages."""

from tests.reference import command_page, metrics_page, refusals_page, settings_page, speed_page

PAGES = (settings_page, command_page, metrics_page, refusals_page, speed_page)
