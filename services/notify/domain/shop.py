"""A shop as the sender of mails."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.shop_profile import ShopProfile


@dataclass(frozen=True)
class Shop:
    """Its profile, and when that was told: an older word never replaces a newer one. `language`: of
    its employees.
    """

    profile: ShopProfile
    as_of: datetime
    language: str = "en"
