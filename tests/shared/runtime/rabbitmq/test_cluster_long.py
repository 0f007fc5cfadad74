"""The long form of `test_cluster`: a node is killed and another one freezes; all nodes and workers
are restarted one after another.

Only with `-m long`: each test takes a minute or more. `python -m tests.house.cluster_storm` does
all of that with the whole stack.
"""

from collections.abc import Iterator

import pytest

from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq_cluster import RabbitCluster
from shared.runtime.storage.database import engine_for
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, working
from tests.shared.runtime.rabbitmq.cluster_load import Done, leader, loaded, replicated, started

pytestmark = [pytest.mark.long, pytest.mark.slow]

NET_TICK = 8  # seconds until a frozen node counts as lost, and its queues get other leaders
HEARTBEAT = "?heartbeat=2"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitCluster]:
    nodes = RabbitCluster(tmp_path_factory.mktemp("cluster"), net_tick=NET_TICK)
    try:
        nodes.start()
        yield nodes
    finally:
        nodes.kill()


def test_nothing_is_lost_and_work_goes_on_when_a_node_is_killed_and_another_freezes(
    cluster: RabbitCluster, postgres: Postgres
) -> None:
    rabbitmq = RabbitFixture(cluster)
    url = postgres.create_database("cluster")
    with (
        working(rabbitmq, url, query=HEARTBEAT, batch=5) as first,
        working(rabbitmq, url, query=HEARTBEAT, batch=5),
        loaded(rabbitmq) as load,
    ):
        done = Done(first.engine)
        done.await_more()
        until(lambda: replicated(rabbitmq))
        killed = leader(cluster, rabbitmq)
        killed.flush()  # a node that is killed just after its queues were created may lose them
        killed.kill()
        done.await_more()
        killed.start()
        cluster.await_running(3)
        until(lambda: replicated(rabbitmq))
        frozen = leader(cluster, rabbitmq)
        frozen.pause()
        done.await_more()
        done.judge(rabbitmq, load)
        frozen.kill()


def test_nothing_is_lost_while_all_nodes_and_workers_are_restarted_one_after_another(
    cluster: RabbitCluster, postgres: Postgres
) -> None:
    for node in cluster.nodes:
        node.start()
    cluster.await_running(3)
    rabbitmq = RabbitFixture(cluster)
    url = postgres.create_database("restarted")
    engine = engine_for(url)
    workers = [started(rabbitmq, url), started(rabbitmq, url)]
    with loaded(rabbitmq) as load:
        done = Done(engine)
        for node in cluster.nodes:
            until(lambda: replicated(rabbitmq))
            node.stop()
            done.await_more()
            node.start()
            cluster.await_running(3)
            workers.pop(0).stop()
            done.await_more()
            workers.append(started(rabbitmq, url))
            done.await_more()
        done.judge(rabbitmq, load)
    for process in workers:
        process.stop()
    engine.dispose()
