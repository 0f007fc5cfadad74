"""The short form of the cluster's test: three RabbitMQ nodes, PostgreSQL, two workers under load.

`test_cluster_long` also freezes a node and restarts all of them, and
`python -m tests.house.cluster_storm` does everything with the whole stack.

Nothing here meets the known flaws of RabbitMQ 3.10:

- A channel that first publishes to a queue while the node of its former leader is down is refused
  until that node is back: `Publisher` reconnects (`Reconnection`).
- A node that is killed within three seconds after its queues were created may lose them: `flush`.
- A frozen node that goes on restarts RabbitMQ within its process, which may hang: none is frozen,
  so `net_ticktime` may be long, and no node counts as lost because the machine is busy.
- After a graceful stop, streams may take ten seconds to have all copies: the node that is stopped
  is the last one, and is not awaited.
"""

from collections.abc import Iterator

import pytest

from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq_cluster import RabbitCluster
from shared.runtime.storage.database import engine_for
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import RabbitFixture
from tests.shared.runtime.rabbitmq.cluster_load import Done, leader, loaded, replicated, started

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitCluster]:
    nodes = RabbitCluster(tmp_path_factory.mktemp("cluster"))
    try:
        nodes.start()
        yield nodes
    finally:
        nodes.kill()


def test_nothing_is_lost_and_work_goes_on_when_nodes_and_workers_end(
    cluster: RabbitCluster, postgres: Postgres
) -> None:
    rabbitmq = RabbitFixture(cluster)
    url = postgres.create_database("cluster")
    engine = engine_for(url)
    workers = [started(rabbitmq, url), started(rabbitmq, url)]
    with loaded(rabbitmq) as load:
        done = Done(engine)
        done.await_more()
        until(lambda: replicated(rabbitmq), pause=0.5)
        killed = leader(cluster, rabbitmq)
        killed.flush()
        killed.kill()
        done.await_more()
        workers.pop(0).stop()
        done.await_more()
        workers.append(started(rabbitmq, url))
        killed.start()
        cluster.await_running(3)
        until(lambda: replicated(rabbitmq), pause=0.5)
        leader(cluster, rabbitmq).stop()
        workers.pop(0).stop()
        done.await_more()
        done.judge(rabbitmq, load)
    for process in workers:
        process.stop()
    engine.dispose()
