"""Write the generated pages of the reference: `python -m tests.reference`."""

from tests.reference import (
    command_page,
    message_pages,
    metrics_page,
    refusals_page,
    settings_page,
    speed_page,
)

for module in (settings_page, command_page, metrics_page, refusals_page, speed_page):
    module.PAGE.write_text(module.page(), encoding="utf-8")
message_pages.write()
speed_page.README.write_text(speed_page.readme(), encoding="utf-8")
