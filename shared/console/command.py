"""`aftercart console`: serve the console, and manage its users."""

import secrets

import click
import uvicorn

from shared.console.application import create_application
from shared.console.bus import RabbitBus
from shared.console.roles import PERMISSIONS
from shared.console.settings import PART, ConsoleSettings, UsersFile
from shared.console.users import Users

PASSWORD_BYTES = 12
role_choice = click.Choice(list(PERMISSIONS))


@click.group(invoke_without_command=True, short_help="Serve the screens, and add their users.")
@click.pass_context
def console(context: click.Context) -> None:
    """Serve the console: the screens for running a shop.

    It is one more client of RabbitMQ: without a subcommand, it listens on AFTERCART_CONSOLE_HOST
    and AFTERCART_CONSOLE_PORT until it is stopped.
    """
    if context.invoked_subcommand is None:
        serve(ConsoleSettings.read())


def serve(settings: ConsoleSettings) -> None:
    """Serve the console until SIGTERM or Ctrl-C."""
    bus = RabbitBus(settings.broker_url.get_secret_value())
    application = create_application(bus, Users(settings.users_file), settings)
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # the application reads them
        timeout_graceful_shutdown=5,
    )


@console.group(short_help="Add and remove users.")
def user() -> None:
    """Add, list and remove the users of the console, in the file of AFTERCART_CONSOLE_USERS_FILE.

    Changes count at once, also for current logins.
    """


@user.command(short_help="Add a user and print a password.")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=role_choice,
    required=True,
    help="What the user may do; may be repeated.",
)
@click.option("--ask", is_flag=True, help="Ask for the password, instead of creating one.")
@click.option(
    "--no-password", is_flag=True, help="The user logs in by OpenID or a trusted proxy only."
)
def add(name: str, roles: tuple[str, ...], ask: bool, no_password: bool) -> None:
    """Add the user NAME, and print a new password, once. NAME is recorded in all that they do."""
    password = ""
    if ask:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    elif not no_password:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
    _users().add(name, roles, password)
    if password and not ask:
        click.echo(password)


@user.command("list", short_help="List the users.")
def list_users() -> None:
    """List the users with their roles."""
    for found in _users().all():
        click.echo(f"{found.name}  {', '.join(found.roles)}")


@user.command(short_help="Replace a user's roles.")
@click.argument("name")
@click.argument("roles", nargs=-1, required=True, type=role_choice)
def role(name: str, roles: tuple[str, ...]) -> None:
    """Replace the roles of the user NAME by ROLES."""
    found = _users().set_roles(name, roles)
    click.echo(f"{found.name}  {', '.join(found.roles)}")


@user.command(short_help="Remove a user.")
@click.argument("name")
def remove(name: str) -> None:
    """Remove the user NAME. Their sessions end."""
    _users().remove(name)
    click.echo(f"{name} is removed")


def _users() -> Users:
    return Users(UsersFile.load(PART).users_file)
