"""A cell is split: its databases are copied, and each copy goes on with shops of its own."""

import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deploy.stack.postgres import Postgres
from deploy.stack.programs import find_program, search_path
from services.orders.worker import service as orders
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.runtime.storage.database import reading
from tests.notify.builders import FakeAdapters, NotifyHarness, transitioned
from tests.words import ServiceHarness, an_order, harness

SCRIPT = Path(__file__).parents[2] / "deploy/cells/only_shops.sql"
PROGRAMS = [*Path("/usr/lib/postgresql").glob("*/bin"), *search_path()]
SHOPS = ("north", "south")


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def run(program: str, *arguments: str) -> None:
    command = [str(find_program(program, "postgresql-client", PROGRAMS)), *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


def split(postgres: Postgres, url: str, directory: Path) -> str:
    """Copy a database as docs/explanation/scaling.md says, leave each of both to its shop, and
    return the URL of the copy.
    """
    copy = postgres.create_database(f"{url.rpartition('/')[2]}_south")
    dump = str(directory / "cell.dump")
    run("pg_dump", "-Fc", f"--file={dump}", plain(url))
    run("pg_restore", f"--dbname={plain(copy)}", "--exit-on-error", "--no-owner", dump)
    for where, shop in zip((url, copy), SHOPS, strict=True):
        run("psql", plain(where), f"--set=shops={shop}", f"--file={SCRIPT}")
    return copy


def rows(of: ServiceHarness, query: str) -> list[Any]:
    with reading(of.engine) as connection:
        return list(connection.execute(text(query)).scalars())


def publish_everything(of: ServiceHarness) -> None:
    """Empty the outbox, as its relay does."""
    with of.engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox"))


def an_open_shop(cell: ServiceHarness, shop: str) -> str:
    """Create a shop with an order that is paid, and return the order's id."""
    cell.tell("shop.put", samples.PUT_SHOP, shop=shop)
    cell.tell("product.put", samples.PUT_PRODUCT, shop=shop)
    cell.tell("stock.set", {"sku": "MUG-BLUE", "quantity": 100}, shop=shop)
    return a_paid_order(cell, shop)[0]


def a_paid_order(cell: ServiceHarness, shop: str) -> tuple[str, list[Envelope]]:
    """Place an order and accept its payment; return its id and the events of the payment."""
    order = an_order()
    cell.tell("order.place", order, shop=shop)
    paid = {"order_id": order["order_id"], "to": "payment_accepted"}
    return order["order_id"], cell.tell("order.transition", paid, shop=shop)


def test_orders_go_on_in_each_cell_with_their_numbers(postgres: Postgres, tmp_path: Path) -> None:
    cell = harness(orders, postgres.create_database("cell_orders"))
    order_ids = {shop: an_open_shop(cell, shop) for shop in SHOPS}
    publish_everything(cell)
    new = harness(orders, split(postgres, str(cell.engine.url.render_as_string(False)), tmp_path))
    for shop, own in zip(SHOPS, (cell, new), strict=True):
        moved = own.tell(
            "order.transition", {"order_id": order_ids[shop], "to": "processing"}, shop=shop
        )
        [transition] = [event for event in moved if event.name == "order.transitioned"]
        assert int(transition.sequence) > 2  # it goes on where the copy was made
        _, events = a_paid_order(own, shop)
        [issued] = [event for event in events if event.name == "invoice.issued"]
        assert issued.data["document"]["number"].endswith("2")
    for each in (cell, new):
        each.engine.dispose()


def test_each_cell_sends_the_mails_and_does_the_work_of_its_own_shops(
    postgres: Postgres, tmp_path: Path
) -> None:
    cell = NotifyHarness.at(postgres.create_database("cell_notify"), FakeAdapters())
    for shop in SHOPS:
        cell.tell("order.transitioned", transitioned(), shop=shop)
    waiting = rows(cell, "SELECT shop FROM mails WHERE state = 'waiting'")
    assert sorted(waiting) == sorted(SHOPS)
    publish_everything(cell)
    url = cell.engine.url.render_as_string(False)
    new = NotifyHarness.at(split(postgres, url, tmp_path), FakeAdapters())
    for shop, own in zip(SHOPS, (cell, new), strict=True):
        assert rows(own, "SELECT shop FROM mails") == [shop]
        bodies = rows(own, "SELECT convert_from(body, 'UTF8')::jsonb ->> 'shop' FROM schedule")
        assert set(bodies) == {shop}
        own.engine.dispose()
