"""Write the configuration and environment of a private RabbitMQ node."""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.stack.ports import LOOPBACK, free_port

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{state.amqp_port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {state.management_port}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {state.prometheus_port}
default_user = admin
default_pass = {state.password}
default_user_tags.administrator = true
loopback_users = none
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.relative = {tuning.memory}
collect_statistics_interval = {tuning.statistics_ms}
max_message_size = 67108864
log.file = false
log.console = true
log.console.use_colors = off
"""
CLUSTER = """\
cluster_formation.peer_discovery_backend = classic_config
{peers}
cluster_partition_handling = pause_minority
net_ticktime = {net_tick}
"""
PLUGINS = "[rabbitmq_management, rabbitmq_prometheus].\n"
ONLY_LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"
ONE_SCHEDULER = "+S 1:1"  # each node of a cluster is one of several on this machine


@dataclass(frozen=True)
class RabbitState:
    """The permanent state of a node; its ports are TCP ports of 127.0.0.1."""

    name: str
    cookie: str
    password: str
    amqp_port: int
    management_port: int
    prometheus_port: int
    distribution_port: int
    port_mapper_port: int


@dataclass(frozen=True)
class Tuning:
    """How a node uses the machine, by default as RabbitMQ's own defaults are: the fraction of
    memory from which it blocks publishers, and the milliseconds between two counts of its queues
    for the management API.
    """

    memory: float = 0.4
    statistics_ms: int = 5000


AS_USUAL = Tuning()


@dataclass(frozen=True)
class Membership:
    """The cluster of a node: the Erlang names of all its nodes, the node whose cookie, password
    and port mapper they share, and the seconds after which a silent node counts as lost.
    """

    names: tuple[str, ...]
    first: RabbitState
    net_tick: int


def new_state(name: str, membership: Membership | None = None) -> RabbitState:
    """Choose secrets and ports for a new node with this Erlang name."""
    state = RabbitState(
        name=name,
        cookie=secrets.token_hex(16),
        password=secrets.token_hex(16),
        amqp_port=free_port(),
        management_port=free_port(),
        prometheus_port=free_port(),
        distribution_port=free_port(),
        port_mapper_port=free_port(),
    )
    if membership is None:
        return state
    first = membership.first
    return replace(
        state,
        cookie=first.cookie,
        password=first.password,
        port_mapper_port=first.port_mapper_port,
    )


def write_files(
    directory: Path, state: RabbitState, tuning: Tuning, membership: Membership | None = None
) -> None:
    """Write the configuration, the list of plugins, and the cookie, which Erlang requires to be
    private.
    """
    home = directory / "home"
    home.mkdir(parents=True, exist_ok=True)
    configuration = CONFIGURATION.format(state=state, tuning=tuning)
    if membership:
        configuration += _cluster_configuration(state, membership)
    _write_private(directory / "rabbitmq.conf", configuration)
    _write_private(directory / "enabled_plugins", PLUGINS)
    _write_private(home / ".erlang.cookie", state.cookie)


def data(directory: Path) -> Path:
    """Return the directory of the data of the node in `directory`."""
    return directory / "data"


def environment(
    directory: Path, state: RabbitState, membership: Membership | None = None
) -> dict[str, str]:
    """Return the variables with which RabbitMQ's commands find this node and ignore the
    machine's own.
    """
    arguments = f"-start_epmd false {ONLY_LOOPBACK}"
    if membership:
        arguments = f"{ONE_SCHEDULER} {arguments}"
    return {
        "HOME": str(directory / "home"),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_EPMD_PORT": str(state.port_mapper_port),
        "RABBITMQ_NODENAME": state.name,
        "RABBITMQ_DIST_PORT": str(state.distribution_port),
        "RABBITMQ_MNESIA_BASE": str(data(directory)),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_PID_FILE": str(directory / "rabbitmq.pid"),
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
        # These files do not exist; they replace those of /etc/rabbitmq.
        "RABBITMQ_CONF_ENV_FILE": str(directory / "rabbitmq-env.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(directory / "advanced.config"),
        # The start script turns into the Erlang machine instead of waiting for it: the process we
        # record is the node.
        "RUNNING_UNDER_SYSTEMD": "true",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": arguments,
        "ERL_CRASH_DUMP_SECONDS": "0",
        "RABBITMQ_CTL_ERL_ARGS": ONLY_LOOPBACK,
    }


def _cluster_configuration(state: RabbitState, membership: Membership) -> str:
    """List all nodes, so that a new one joins the others; the first one forms the cluster alone,
    without looking for others for five seconds.
    """
    peers = membership.names
    if state.name == membership.first.name:
        peers = (state.name,)
    lines = []
    for number, name in enumerate(peers, start=1):
        lines.append(f"cluster_formation.classic_config.nodes.{number} = {name}")
    return CLUSTER.format(peers="\n".join(lines), net_tick=membership.net_tick)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
