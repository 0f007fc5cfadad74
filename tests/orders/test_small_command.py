"""A small command stays small: it walks through few files, and none that it has no use for."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tests.orders.words import Storefront
from tests.words import ServiceHarness

ROOT = Path(__file__).parents[2]
MOST_OWN_FILES = 9  # in services/orders
MOST_FILES = 44  # most of them are those of the pipeline, which every message passes
MOST_CALLS = 345
UNRELATED = ("rule", "stock", "waiting", "state", "credit", "cart", "customer", "voucher")
"""Parts of the names of files in `services/orders` that a note has nothing to do with."""


class Walk:
    """The files of the program whose functions were called, with the number of calls."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    def note(self, frame: FrameType, event: str, _argument: Any) -> None:
        file = Path(frame.f_code.co_filename)
        if event != "call" or not file.is_relative_to(ROOT):
            return
        name = str(file.relative_to(ROOT))
        if name.startswith(("services/", "shared/")):
            self.calls[name] = self.calls.get(name, 0) + 1


@contextmanager
def walk() -> Iterator[Walk]:
    found = Walk()
    gc.disable()  # finalizers of other tests are not a part of the walk
    sys.setprofile(found.note)
    try:
        yield found
    finally:
        sys.setprofile(None)
        gc.enable()


def test_a_note_walks_through_few_files(shop: Storefront, orders: ServiceHarness) -> None:
    """Counted from the delivery to the verdict: intake, locks, handler, stores, outbox."""
    order_id = shop.place()
    for number in range(2):  # once to fill caches
        note = {"order_id": order_id, "note": f"Call first {number}", "by": "anna@shop.test"}
        command = shop.message("order.set_note", note)
        with walk() as found:
            (verdict,) = orders.deliver(command)
        assert verdict.error is None
    own = [name for name in found.calls if name.startswith("services/orders")]
    unrelated = [name for name in own if any(word in name for word in UNRELATED)]
    assert unrelated == []
    assert len(own) <= MOST_OWN_FILES, own
    assert len(found.calls) <= MOST_FILES, sorted(found.calls)
    assert sum(found.calls.values()) <= MOST_CALLS, found.calls
