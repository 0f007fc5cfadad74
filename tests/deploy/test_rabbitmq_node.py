"""A private RabbitMQ node, used by real clients and killed."""

import http.client
import json
import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pika
import pytest

from deploy.stack.ports import answers
from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.rabbitmq_settings import Tuning
from deploy.stack.trouble import StackError
from tests.conditions import until
from tests.conftest import started
from tests.deploy.words import alive, family_of

pytestmark = pytest.mark.slow

PERSISTENT = pika.BasicProperties(delivery_mode=2)
PORTS = ("amqp_port", "management_port", "prometheus_port", "distribution_port", "port_mapper_port")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("node")


@pytest.fixture(scope="module")
def node(place: Any) -> Iterator[RabbitNode]:
    with started(RabbitNode(place)) as node:
        yield node


def connect(url: str) -> pika.BlockingConnection:
    return pika.BlockingConnection(pika.URLParameters(url))


def get(url: str) -> bytes:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    key = b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    line.request("GET", parts.path, headers={"Authorization": f"Basic {key}"})
    answer = line.getresponse()
    assert answer.status == http.HTTPStatus.OK
    return answer.read()


def keep_a_message(node: RabbitNode, queue: str, body: bytes) -> None:
    """In a quorum queue, confirmed."""
    with connect(node.admin_amqp_url) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        node.flush()
        channel.basic_publish("", queue, body, PERSISTENT, mandatory=True)


def kept_message(node: RabbitNode, queue: str) -> bytes | None:
    with connect(node.admin_amqp_url) as connection:
        return connection.channel().basic_get(queue, auto_ack=True)[2]


def ports_open_to_all() -> set[int]:
    """Of the whole machine, from the kernel's tables, where 0A is a port somebody listens on."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    lines = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    listening = [local.split(":") for _, local, _, status, *_ in lines if status == "0A"]
    return {int(port, 16) for address, port in listening if not address.strip("0")}


def test_every_port_is_of_the_loopback_address(node: RabbitNode) -> None:
    ports = {getattr(node.state, port) for port in PORTS}
    assert all(answers(port) for port in ports)
    assert not ports & ports_open_to_all()


def test_the_management_api_and_the_metrics_answer(node: RabbitNode) -> None:
    assert json.loads(get(f"{node.admin_management_url}/api/overview"))["node"] == node.state.name
    assert b"rabbitmq_build_info" in get(node.metrics_url)


def test_rabbitmqctl_speaks_to_this_node(node: RabbitNode) -> None:
    node.ctl("add_user", "some one", "pass/word")
    node.ctl("set_permissions", "some one", "", "", ".*")
    with connect(node.amqp_url("some one", "pass/word")) as connection:
        assert connection.is_open


def test_what_rabbitmqctl_complains_about_is_told(node: RabbitNode) -> None:
    with pytest.raises(
        StackError, match=r"rabbitmqctl delete_user failed: .*nobody-knows-me.* does not exist"
    ):
        node.ctl("delete_user", "nobody-knows-me")


def test_a_paused_node_keeps_connections_and_answers_when_it_goes_on(node: RabbitNode) -> None:
    node.pause()
    with socket.create_connection(("127.0.0.1", node.state.amqp_port)) as line:
        line.sendall(b"AMQP\x00\x00\x09\x01")
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(1)
        node.resume()
        line.settimeout(60)
        assert line.recv(1) == b"\x01"


def test_a_killed_node_comes_back_with_its_messages(node: RabbitNode, place: Any) -> None:
    keep_a_message(node, "kept", b"through a crash")
    family = family_of(node.pid)
    node.kill()
    assert alive(family) == []
    assert not node.running()
    assert not answers(node.state.amqp_port)
    again = RabbitNode(place)
    assert again.state == node.state
    again.start()
    assert node.running()
    assert until(lambda: kept_message(node, "kept")) == b"through a crash"


def test_a_start_of_a_running_node_changes_nothing(node: RabbitNode) -> None:
    pid = node.pid
    node.start()
    assert node.pid == pid


def test_two_nodes_have_nothing_in_common(node: RabbitNode, tmp_path: Path) -> None:
    other = RabbitNode(tmp_path).state
    mine = node.state
    assert other.name != mine.name
    assert other.cookie != mine.cookie
    assert other.password != mine.password
    assert not {getattr(other, port) for port in PORTS} & {getattr(mine, port) for port in PORTS}


def test_secrets_are_private(node: RabbitNode, place: Any) -> None:
    for name in ("state.json", "rabbitmq.conf", "home/.erlang.cookie"):
        assert (place / name).stat().st_mode & 0o077 == 0


def test_a_node_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    node = RabbitNode(tmp_path, tuning=Tuning(memory=float("nan")))
    with pytest.raises(StackError, match=re.escape(str(tmp_path / "rabbitmq.log"))):
        node.start()
    assert not node.running()
    assert not answers(node.state.port_mapper_port)


def test_a_missing_rabbitmq_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StackError) as error:
        RabbitNode(tmp_path, scripts=[tmp_path]).start()
    assert (
        str(error.value)
        == "rabbitmq-server is missing: install the Debian package rabbitmq-server "
        "(deploy/install-debian.sh does it)."
    )


def test_a_stopped_node_leaves_no_process(node: RabbitNode, place: Any) -> None:
    family = family_of(node.pid)
    RabbitNode(place).stop()
    assert alive(family) == []
    assert not any(answers(getattr(node.state, port)) for port in PORTS)
    with pytest.raises(StackError, match="not running"):
        node.ctl("status")
    assert not answers(node.state.port_mapper_port)
