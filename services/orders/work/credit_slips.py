"""Find credit slips by the numbers that customers type."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.orders.domain.refund_credit import Slips
from services.orders.store.catalogue import Shops
from services.orders.store.orders import Orders


class CreditSlips:
    """The credit slips of shops, by number."""

    def __init__(self, shops: Shops, orders: Orders) -> None:
        self._shops, self._orders = shops, orders

    def find(self, shop: str, codes: Collection[str]) -> dict[str, UUID]:
        """Return the orders of credit slips by the codes, whose prefix may be in capitals."""
        settings = self._shops.get(shop) if codes else None
        if settings is None:
            return {}
        series = settings.numbering["credit_slip"]
        numbers = {code: series.as_printed(code) for code in codes}
        orders = self._orders.with_slips(shop, {*numbers.values()})
        return {code: orders[number] for code, number in numbers.items() if number in orders}

    def read(self, named: Sequence[tuple[str, str]]) -> None:
        """Read the slips of a batch at once: codes by shop."""
        codes: dict[str, list[str]] = {}
        for shop, code in named:
            codes.setdefault(shop, []).append(code)
        for shop, some in codes.items():
            self.find(shop, some)

    def orders(self, shop: str, codes: Collection[str]) -> Slips:
        """Return the orders of the credit slips among these codes."""
        found = {}
        for code, order_id in self.find(shop, codes).items():
            order = self._orders.get(order_id)
            if order is not None:
                found[code] = order
        return found
