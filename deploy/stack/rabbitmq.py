"""Run a private RabbitMQ node with its own name, data, cookie, port mapper and ports."""

import base64
import http.client
import secrets
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from urllib.parse import quote

from deploy.stack import rabbitmq_settings, state
from deploy.stack.port_mapper import PortMapper
from deploy.stack.ports import LOOPBACK, greets
from deploy.stack.processes import Process
from deploy.stack.programs import clean_environment, find_program
from deploy.stack.rabbitmq_settings import AS_USUAL, Membership, RabbitState, Tuning
from deploy.stack.server import Server
from deploy.stack.trouble import StackError

PACKAGE = "rabbitmq-server"
STATE = "state.json"
# Not those of /usr/sbin, which change to the user `rabbitmq` and so need root.
SCRIPTS = (Path("/usr/lib/rabbitmq/bin"),)
START_SECONDS = 300  # also on a slow machine: a process that ends is noticed at once
STOP_SECONDS = 120
CONTROL_SECONDS = 300
AMQP_0_9_1 = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01\x00\x00"

# While RabbitMQ stops, this handler asks for something that the stopping itself holds up: 5 seconds
# of waiting.
FORGET_STATISTICS = "gen_event:delete_handler(rabbit_event, rabbit_mgmt_db_handler, [])."


class RabbitNode(Server):
    """A node with the plugins for management and Prometheus, and the user `admin`."""

    def __init__(
        self,
        directory: Path,
        *,
        name: str | None = None,
        tuning: Tuning = AS_USUAL,
        scripts: Sequence[Path] = SCRIPTS,
        membership: Membership | None = None,
        port_mapper: PortMapper | None = None,
    ) -> None:
        """Create the node of a directory, with an Erlang name for a new one (by default unique,
        at localhost).

        Its `tuning` is applied at the next start. `scripts` are directories of commands.
        A node of a cluster has its `membership`, and the cluster's `port_mapper`, which it does
        not stop.
        """
        self._directory = directory.resolve()
        self._tuning = tuning
        self._scripts = scripts
        self._membership = membership
        own_name = name or f"aftercart-{secrets.token_hex(4)}@localhost"
        self.state = state.load_or_create(
            self._directory / STATE,
            RabbitState,
            lambda: rabbitmq_settings.new_state(own_name, membership),
        )
        self._shares_port_mapper = port_mapper is not None
        self._port_mapper = port_mapper or PortMapper(self._directory, self.state.port_mapper_port)
        self._process = Process(self._directory, "rabbitmq")

    @staticmethod
    def stored_state(directory: Path) -> RabbitState | None:
        """Return the state of a directory's node, or None for a new directory."""
        return state.load(directory / STATE, RabbitState)

    def is_new(self) -> bool:
        """Return whether the node has never been started."""
        return not rabbitmq_settings.data(self._directory).exists()

    def start(self) -> None:
        """Start the node and wait until AMQP and the management API answer. Raises `StackError`."""
        if self.running():
            return
        server = find_program("rabbitmq-server", PACKAGE, self._scripts)
        rabbitmq_settings.write_files(self._directory, self.state, self._tuning, self._membership)
        try:
            self._port_mapper.start()
            self._process.start([server], env=self._environment(), cwd=self._directory)
            self._process.await_until(self._ready, START_SECONDS, "RabbitMQ")
        except BaseException:
            self.kill()
            self._stop_port_mapper()
            raise

    def stop(self) -> None:
        if self.running():
            self.resume()
            with suppress(StackError):
                self._control("eval", FORGET_STATISTICS, seconds=5)
        self._process.stop(STOP_SECONDS)
        self._stop_port_mapper()

    def kill(self) -> None:
        """Kill the node with SIGKILL. Its port mapper remains for the next start."""
        self._process.kill()

    def pause(self) -> None:
        """Freeze the node: its connections stay open, but nothing answers."""
        self._process.send(SIGSTOP)
        # other threads run on for a moment, long enough for a confirm
        self._process.await_until(self._is_frozen, 10, "freeze")

    def resume(self) -> None:
        self._process.send(SIGCONT)

    def _is_frozen(self) -> bool:
        """Return whether no thread of the node runs any more."""
        for stat in Path(f"/proc/{self._process.pid}/task").glob("*/stat"):
            if stat.read_text().rpartition(")")[2].split()[0] != "T":
                return False
        return True

    @property
    def admin_amqp_url(self) -> str:
        """The URL of virtual host `/` for the user `admin` with `state.password`."""
        return self.amqp_url("admin", self.state.password)

    @property
    def management_url(self) -> str:
        """The root URL of the management API, without user and password."""
        return f"http://{LOOPBACK}:{self.state.management_port}"

    @property
    def admin_management_url(self) -> str:
        """The root URL of the management API with the user `admin` and its password."""
        return f"http://admin:{self.state.password}@{LOOPBACK}:{self.state.management_port}"

    @property
    def metrics_url(self) -> str:
        """The URL of the metrics for Prometheus."""
        return f"http://{LOOPBACK}:{self.state.prometheus_port}/metrics"

    def amqp_url(self, user: str, password: str) -> str:
        """Return the URL of virtual host `/` for a user."""
        account = f"{quote(user, safe='')}:{quote(password, safe='')}"
        return f"amqp://{account}@{LOOPBACK}:{self.state.amqp_port}/%2F"

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl and return its output. Raises `StackError` with its error, or if the
        node does not run.
        """
        if not self.running():  # rabbitmqctl would start a port mapper of its own
            raise StackError("RabbitMQ is not running: start it before running rabbitmqctl.")
        return self._control(*arguments, seconds=CONTROL_SECONDS)

    def flush(self) -> None:
        """Wait until new quorum queues are on disk, which RabbitMQ delays by up to 3 seconds.

        If the node is killed before, its queues lose their messages and never answer again.
        """
        self.ctl("eval", "[dets:sync(Table) || Table <- dets:all()].")

    def _stop_port_mapper(self) -> None:
        if not self._shares_port_mapper:
            self._port_mapper.stop()

    def _environment(self) -> dict[str, str]:
        return rabbitmq_settings.environment(self._directory, self.state, self._membership)

    def _control(self, *arguments: str, seconds: float) -> str:
        program = find_program("rabbitmqctl", PACKAGE, self._scripts)
        try:
            done = subprocess.run(
                [program, "--quiet", *arguments],
                env=clean_environment() | self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise StackError(
                f"rabbitmqctl {arguments[0]} did not finish within {seconds:g} seconds: "
                f"see {self.log}."
            ) from error
        except subprocess.CalledProcessError as error:
            complaint = " ".join((error.stderr or error.stdout).split())
            raise StackError(f"rabbitmqctl {arguments[0]} failed: {complaint}") from error
        return done.stdout

    def _ready(self) -> bool:
        return self._management_answers() and greets(
            self.state.amqp_port, METHOD_FRAME, said=AMQP_0_9_1
        )

    def _management_answers(self) -> bool:
        line = http.client.HTTPConnection(LOOPBACK, self.state.management_port, timeout=5)
        key = base64.b64encode(f"admin:{self.state.password}".encode()).decode()
        try:
            line.request("GET", "/api/whoami", headers={"Authorization": f"Basic {key}"})
            return line.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
