"""The front door: help, commands of other packages, and faults in one sentence."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.rabbitmq import RabbitNode
from shared.cli.services import Installation
from shared.clients import connection
from tests.conditions import FAR

COMMANDS = [
    "worker",
    "migrate",
    "topology",
    "send",
    "ask",
    "order",
    "watch",
    "dead",
    "health",
]


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that adds three commands, one of which works."""
    (tmp_path / "other.py").write_text(
        "import click\n"
        "@click.command()\n"
        "def greet():\n"
        "    '''Greets.'''\n"
        "    click.echo('hello')\n"
        "plain = 3\n"
    )
    package = tmp_path / "other-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (package / "entry_points.txt").write_text(
        "[aftercart.commands]\ngreet = other:greet\nbroken = nothing.like.it:command\nplain ="
        " other:plain\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_the_help_names_all_commands_and_every_command_has_help(terminal: Any) -> None:
    told = terminal.run("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in told
        page = terminal.run(command, "--help")
        assert page.exit_code == 0
        assert "\\b" not in page.stdout


def test_it_runs_as_a_module_too(terminal: Any) -> None:
    process = terminal.start("--version")
    assert process.communicate(timeout=FAR)[0].startswith("aftercart ")


def test_other_packages_add_commands(terminal: Any, other_package: Any) -> None:
    assert terminal.run("greet").stdout == "hello\n"


def test_a_broken_command_breaks_only_itself(terminal: Any, other_package: Any) -> None:
    told = terminal.run("--help")
    assert told.exit_code == 0
    assert "broken" in told.stdout
    result = terminal.run("broken", "--with", "options")
    assert (result.exit_code, result.stderr) == (
        1,
        (
            "The command 'broken' cannot be loaded (ModuleNotFoundError: No module named"
            " 'nothing'); install its package again.\n"
        ),
    )
    assert "it is of type int, not a click command" in terminal.run("plain").stderr


def test_a_command_loads_only_what_it_needs() -> None:
    script = (
        "import sys; from shared.cli.main import main; main(['send', '--help'],"
        " standalone_mode=False);print({'sqlalchemy', 'dramatiq', 'httpx2', 'weasyprint',"
        " 'shared.cli.operations.dead_letters'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


def test_wrong_options_have_the_exit_code_of_wrong_usage(terminal: Any) -> None:
    for arguments in (
        ["--bogus"],
        ["send", "--bogus"],
        ["dead", "list", "--bogus"],
        ["dead", "lst"],
    ):
        result = terminal.run(*arguments)
        assert (result.exit_code, "Usage: " in result.stderr) == (64, True)


def test_an_unknown_command(terminal: Any) -> None:
    result = terminal.run("wach")
    assert result.exit_code == 64
    assert "No such command 'wach'" in result.stderr


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "amqp://client:x@127.0.0.1:1",
            "RabbitMQ at 127.0.0.1:1 cannot be reached (Connection refused): start it",
        ),
        (
            "amqp://a:b@nohost.invalid",
            "RabbitMQ at nohost.invalid:5672 cannot be reached (Name or service not known)",
        ),
        (
            "amqp://a:b@h:port",
            "A URL of RabbitMQ is invalid; its form is amqp://user:password@host:5672/vhost.",
        ),
        ("rabbit", "A URL of RabbitMQ is invalid"),
    ],
)
def test_a_rabbitmq_that_cannot_be_reached(terminal: Any, url: str, sentence: str) -> None:
    result = terminal.having(AFTERCART_BROKER_URL=url).run("ask", "service.health")
    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)
    assert result.stderr.count("\n") == 1


def test_a_password_that_is_refused(terminal: Any, rabbitmq: Any) -> None:
    url = terminal.environment["AFTERCART_BROKER_URL"].replace("client-secret", "wrong")
    result = terminal.having(AFTERCART_BROKER_URL=url).run("ask", "service.health")
    assert "refuses the password of 'client', or has no such user" in result.stderr
    assert "wrong" not in result.stderr


def test_a_virtual_host_that_is_closed(terminal: Any, rabbitmq: Any) -> None:
    url = terminal.environment["AFTERCART_BROKER_URL"].replace(rabbitmq.vhost, "elsewhere")
    result = terminal.having(AFTERCART_BROKER_URL=url).run("ask", "service.health")
    assert "denies 'client' access to the virtual host 'elsewhere'" in result.stderr


def test_a_rabbitmq_that_is_short_of_memory(
    terminal: Any, rabbit: RabbitNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BLOCKED_TIMEOUT", 0.5)
    rabbit.ctl("set_vm_memory_high_watermark", "0.000001")
    try:
        result = terminal.run("send", "toy.add", "-", stdin="{}")
    finally:
        rabbit.ctl("set_vm_memory_high_watermark", "0.4")
    assert result.exit_code == 1
    assert "accepts no messages: it is short of memory or disk space." in result.stderr


def test_a_missing_topology_is_told(bare: Any) -> None:
    result = bare.run("send", "toy.add", "-", stdin="{}")
    assert result.exit_code == 1
    assert "no exchange 'aftercart.replies'" in result.stderr
    assert "run `aftercart topology apply`" in result.stderr


def test_a_setting_that_is_missing(terminal: Any) -> None:
    result = terminal.without("AFTERCART_BROKER_URL").run("watch")
    assert (result.exit_code, result.stderr) == (
        1,
        (
            "AFTERCART_BROKER_URL is not set: put it into the environment or the env file, or start"
            " a stack with `make up`.\n"
        ),
    )


def test_the_services_that_are_really_installed() -> None:
    assert Installation().names == ["documents", "ingest", "notify", "orders"]


def test_options_may_come_from_the_settings_file(terminal: Any, tmp_path: Path) -> None:
    settings = tmp_path / "settings.env"
    settings.write_text("AFTERCART_WAIT=soon\nAFTERCART_EMPLOYEE=anna\n")
    result = (
        terminal.having(AFTERCART_ENV_FILE=str(settings))
        .without("AFTERCART_WAIT")
        .run("desk", "settings", "show")
    )
    assert result.exit_code == 64
    assert "Invalid value for '--wait': 'soon' is not a valid float range." in result.stderr


COMPLETE = """
source <("$PROGRAM" completion bash)
complete_words() {
  COMPREPLY=() COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _aftercart_completion "$PROGRAM"
  echo "${COMPREPLY[@]}"
}
complete_words aftercart or
complete_words aftercart order sho
complete_words aftercart order list --docu
complete_words aftercart ask order.g
complete_words aftercart send order.tra
complete_words aftercart worker docu
"""


def test_bash_completes_commands_options_messages_and_services(
    terminal: Any, tmp_path: Path
) -> None:
    program = tmp_path / "aftercart"
    program.write_text(
        f"#!{sys.executable}\nfrom shared.cli.main import main\nmain(prog_name='aftercart')\n"
    )
    program.chmod(0o700)
    done = subprocess.run(
        ["bash", "--norc", "-c", COMPLETE],
        env={"PATH": os.environ["PATH"], "PROGRAM": str(program), "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "order",
        "show",
        "--document",
        "order.get",
        "order.transition",
        "documents",
    ]
