"""What `aftercart bench` writes by SQL of its own is what a worker writes."""

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from deploy.bench.growth import Growth
from deploy.bench.orders import Bench
from deploy.bench.placing import Placing
from deploy.stack.postgres import Postgres
from services.orders.worker import service
from shared.runtime.storage.database import reading

PARTS = ("order_lines", "order_history", "order_words", "stock_movements", "outbox")


class NoRabbitMQ:
    """A benchmark without messages needs only the address."""

    def amqp_url(self, user: str, password: str) -> str:
        return f"amqp://{user}:{password}@127.0.0.1:1"


def rows(bench: Bench) -> dict[str, int]:
    """Return the number of rows in the tables of orders and their parts."""
    found = {}
    with reading(bench.engine) as connection:
        for name in ("orders", *PARTS):
            query = select(func.count()).select_from(service.tables.tables[name])
            found[name] = connection.execute(query).scalar_one()
    return found


def added(before: dict[str, int], after: dict[str, int]) -> dict[str, float]:
    """Return the number of added rows per order."""
    orders = after["orders"] - before["orders"]
    return {name: (after[name] - before[name]) / orders for name in PARTS}


def test_messages_are_handled_beside_orders_and_claims_made_by_sql(
    postgres: Postgres, tmp_path: Path
) -> None:
    growth = Growth(tmp_path, postgres.create_database("bench_growth"))
    growth.fill(100)
    growth.fill_inbox(100)
    assert min(growth.round(5)) > 0
    assert growth.export()[0] > 0
    growth.bench.engine.dispose()


def test_pgbench_writes_as_many_rows_as_a_worker(postgres: Postgres) -> None:
    rabbit: Any = NoRabbitMQ()
    bench = Bench(rabbit, postgres.create_database("bench_orders"), 20)
    bench.fill()
    assert bench.pgbench(2, seconds=1) > 0
    bench.forget_events()
    placing = Placing(bench)
    placing.fill()
    before = rows(bench)
    placing.place(20)
    by_worker = added(before, rows(bench))
    before = rows(bench)
    assert placing.pgbench(2, seconds=1) > 0
    assert added(before, rows(bench)) == by_worker
    bench.engine.dispose()
