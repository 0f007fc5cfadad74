"""The rows of the form that adds products to an order: found products fill them."""

import re

from shared.console.screen import Screen

EMPTY_ROWS = 3
MAX_ROWS = 50
SKU = re.compile(r"lines\[(\d{1,2})\]\.sku")


def put_product(screen: Screen) -> None:
    """Put the chosen product into the form: into the first row without a product, or as one more
    piece into its row.
    """
    sku = screen.submitted("_add")
    if not sku:
        return
    filled = _skus(screen)
    row = 0
    while filled.get(row, sku) != sku:
        row += 1
    quantity = screen.submitted(f"lines[{row}].quantity").strip()
    if row in filled and quantity.isdecimal():
        quantity = str(int(quantity) + 1)
    screen.replace_inputs(
        {f"lines[{row}].sku": sku, f"lines[{row}].quantity": quantity or "1", "_product_text": ""}
    )


def rows(screen: Screen) -> int:
    """Return how many rows the form has: some are empty."""
    return min(max(_skus(screen), default=-1) + 1 + EMPTY_ROWS, MAX_ROWS)


def _skus(screen: Screen) -> dict[int, str]:
    """Return the products of the form by row."""
    found: dict[int, str] = {}
    for name, value in screen.form.multi_items():
        row = SKU.fullmatch(name)
        if row and isinstance(value, str) and value.strip():
            found[int(row[1])] = value.strip()
    return found
