"""Stock is a journal: every movement has a cause, and the available stock is the sum of the
movements.
"""

from collections import Counter
from random import Random

import pytest

from tests.orders.words import MUG, Storefront, at_once, names, rows
from tests.words import an_order


def sums(shop: Storefront) -> dict[str, int]:
    """Return the sum of the movements of each product."""
    found: Counter[str] = Counter()
    for row in rows(shop.desk.engine, "stock_movements", shop=shop.shop):
        found[row.sku] += row.change
    return dict(found)


def available(shop: Storefront) -> dict[str, int]:
    return {row.sku: row.available for row in rows(shop.desk.engine, "stock", shop=shop.shop)}


def adjust(shop: Storefront, change: int, cause: str = "broken") -> dict[str, object]:
    return {"sku": MUG, "change": change, "cause": cause, "by": "anna@shop.test"}


def test_an_adjustment_is_a_movement_with_its_cause(shop: Storefront) -> None:
    (told,) = shop.tell("stock.adjust", adjust(shop, -3, "three broke in the cellar"))
    assert told.name == "stock.changed"
    assert told.data == {
        "sku": MUG,
        "change": -3,
        "available": 97,
        "cause": "three broke in the cellar",
        "order_id": None,
    }
    last = rows(shop.desk.engine, "stock_movements", shop=shop.shop)[-1]
    assert (last.change, last.cause) == (-3, "three broke in the cellar")


def test_the_last_piece_may_go_and_more_may_come(shop: Storefront) -> None:
    shop.tell("stock.adjust", adjust(shop, -100))
    shop.tell("stock.adjust", adjust(shop, 1_000_000_000, "a ship came in"))
    assert shop.stock() == 1_000_000_000


@pytest.mark.parametrize(
    ("change", "code"),
    [(0, "nothing_changes"), (-101, "not_enough_stock"), (999_999_901, "too_much_stock")],
)
def test_an_adjustment_that_cannot_be_is_refused(shop: Storefront, change: int, code: str) -> None:
    refused = shop.refusal("stock.adjust", adjust(shop, change))
    assert (refused["code"], refused["details"]["field"]) == (code, "change")
    assert refused["details"].get("left", 100) == 100


def test_adjustments_and_sales_at_once_never_go_below_nothing(shop: Storefront, url: str) -> None:
    shop.tell("stock.set", {"sku": MUG, "quantity": 9})
    batches = [
        [shop.message("order.place", an_order()), shop.message("stock.adjust", adjust(shop, -1))]
        for _ in range(6)
    ]
    at_once(url, *batches)
    told = Counter(names(shop.desk.outbox()))
    assert 9 - 2 * told["order.placed"] - (6 - told["stock.adjust_refused"]) == shop.stock() >= 0
    assert sums(shop) == available(shop)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_walk_what_is_available_is_the_sum_of_the_movements(
    shop: Storefront, seed: int
) -> None:
    chance, placed = Random(seed), shop.place_all(3)
    for _ in range(4):
        batch = []
        for _ in range(12):
            data = an_order(
                lines=[{"sku": MUG, "quantity": (count := chance.choice([1, 2, 30]))}],
                total__amount=1190 * count + 490,
            )
            name, body = chance.choice(
                [
                    ("order.place", data),
                    ("stock.set", {"sku": MUG, "quantity": chance.choice([0, 10, 60])}),
                    ("stock.adjust", adjust(shop, chance.choice([-40, -1, 1, 25]))),
                    (
                        "order.transition",
                        {
                            "order_id": chance.choice(placed),
                            "force": True,
                            "reason": "walk",
                            "to": chance.choice(["cancelled", "processing", "shipped", "refunded"]),
                        },
                    ),
                ]
            )
            placed += [data["order_id"]] if name == "order.place" else []
            batch.append(shop.message(name, body))
        shop.deliver(*batch)
        assert sums(shop) == available(shop)
        assert shop.stock() >= 0
    assert all(row.cause for row in rows(shop.desk.engine, "stock_movements", shop=shop.shop))
