"""A shop as the sender of mails."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.shop_profile import ShopProfile


@dataclass(frozen=True)
class Shop:
    """The profile of a shop and the time of the event that brought it: an older event never
    replaces a newer one. `language` is that of its employees.
    """

    profile: ShopProfile
    as_of: datetime
    language: str = "en"
