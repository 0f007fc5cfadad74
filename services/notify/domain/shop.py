"""A shop as the sender of mails."""

from dataclasses import dataclass

from shared.contracts.shop_profile import ShopProfile


@dataclass(frozen=True)
class Shop:
    """The profile of a shop according to the event with number `sequence`; `language` is that of
    its employees.
    """

    profile: ShopProfile
    sequence: int
    language: str = "en"
