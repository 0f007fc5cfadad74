"""`aftercart bench lists` fills the tables by SQL of its own: it must follow every migration."""

from deploy.bench.lists import Lists
from deploy.stack.postgres import Postgres


def test_every_question_is_timed_over_orders_made_by_sql(postgres: Postgres) -> None:
    bench = Lists(postgres.create_database("bench_lists"), count=300)
    bench.prepare()
    found = {timing.question: timing.found for timing in bench.timings()}
    assert found["all"] == 50
    assert found["reference"] == 0  # there are but 300
    assert found["one state"] == 30
    assert found["first piece, counted"] == 300
