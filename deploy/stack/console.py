"""Run the console of the local stack, and create its first user."""

import secrets
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from deploy.stack.ports import LOOPBACK, claim, free_port
from deploy.stack.processes import Process
from shared.clients.urls import with_login
from shared.runtime.process.probe import failure

if TYPE_CHECKING:
    from deploy.stack.local import LocalStack

NAME = "console"
PORT = 8800
FIRST_USER = "admin"
PASSWORD_BYTES = 12
START_SECONDS = 60


def settings(stack: "LocalStack") -> dict[str, str]:
    """Return the settings of the console, as environment variables."""
    management = with_login(stack.rabbit.admin_management_url, NAME, stack.secret(NAME))
    return {
        "AFTERCART_CONSOLE_BROKER_URL": stack.amqp_url(NAME),
        "AFTERCART_CONSOLE_MANAGEMENT_URL": management,
        "AFTERCART_CONSOLE_PORT": str(port(stack)),
        "AFTERCART_CONSOLE_USERS_FILE": str(stack.directory / "console-users.json"),
        "AFTERCART_CONSOLE_SECRET": stack.secret("console sessions"),
    }


def port(stack: "LocalStack") -> int:
    """Return the port of the console; chosen once."""
    file = stack.directory / "console.port"
    if not file.exists():
        chosen = PORT if claim(PORT) else free_port()
        file.write_text(str(chosen))
    return int(file.read_text())


def start(stack: "LocalStack", progress: Callable[[str], None]) -> str:
    """Start the console unless it runs. Return its address, and the first login when it is new."""
    process = Process(stack.directory / "workers", NAME)
    if not process.running():
        progress("starting the console")
        process.start(
            [sys.executable, "-m", "shared.cli.main", "console"],
            env={"AFTERCART_ENV_FILE": str(stack.env_file)},
        )
    here = port(stack)
    probe = f"{LOOPBACK}:{here}"
    process.await_until(lambda: not failure(probe), START_SECONDS, "The console")
    address = f"The console is at http://{LOOPBACK}:{here}/"
    password = first_password(stack)
    if password is None:
        return address
    return f"{address} - log in as '{FIRST_USER}' with the password {password} (shown once)"


def first_password(stack: "LocalStack") -> str | None:
    """Create the first user, and return their password; None if there are users already."""
    from shared.console.users import Users  # noqa: PLC0415 - of the extra `console`

    users = Users(stack.directory / "console-users.json")
    if users.all():
        return None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    users.add(FIRST_USER, ["manager", "operator"], password)
    return password
