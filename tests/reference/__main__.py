"""Write the generated pages of the documentation: `python -m tests.reference`."""

from tests.reference import message_pages, speed_page
from tests.reference.pages import PAGES

for module in PAGES:
    module.PAGE.write_text(module.page(), encoding="utf-8")
message_pages.write()
speed_page.README.write_text(speed_page.readme(), encoding="utf-8")
