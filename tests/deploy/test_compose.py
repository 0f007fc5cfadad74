"""The compose file: faults, rights of each container, and that each gets the settings it needs."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from deploy.stack.ports import free_port
from shared.cli.main import main
from shared.cli.operations.desired_topology import desired_topology
from shared.console.settings import ConsoleSettings
from shared.runtime.process import http_server, probe
from shared.runtime.process.supervisor import GRACE_SECONDS
from shared.runtime.service import installed_services
from shared.runtime.settings import ClientSettings
from tests.deploy.programs import CONTAINER, ROOT, SERVICES, accepts, run, settings_in

COMPOSE = yaml.safe_load((CONTAINER / "compose.yaml").read_text())
TLS = yaml.safe_load((CONTAINER / "tls.yaml").read_text())
MONITORING = yaml.safe_load((CONTAINER / "monitoring.yaml").read_text())
PLACE = "${AFTERCART_SECRETS:-./secrets}/"
OURS = [name for name in COMPOSE["services"] if name not in ("rabbitmq", "postgres")]
SETTINGS = settings_in(CONTAINER / "settings.sample.env")


def test_the_files_have_no_fault() -> None:
    files = [CONTAINER / name for name in ("compose.yaml", "tls.yaml", "monitoring.yaml")]
    accepts("yamllint", "--strict", *files)
    accepts("dclint", "--config", ROOT / ".dclintrc.yaml", "--max-warnings", "0", *files)


def test_dclint_sees_a_fault(tmp_path: Path) -> None:
    """The negative control of the test above."""
    changed = tmp_path / "compose.yaml"
    text = (CONTAINER / "compose.yaml").read_text()
    changed.write_text(text.replace('"127.0.0.1:', '"'))
    done = run("dclint", "--config", ROOT / ".dclintrc.yaml", changed)
    assert done.returncode == 1
    assert "no-unbound-port-interfaces" in done.stdout


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights(name: Any) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service or name == "console"
    assert "privileged" not in service


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_what_runs_on_is_started_again_and_has_time_to_stop(name: Any) -> None:
    service = COMPOSE["services"][name]
    if name in ("topology", "migrate"):
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    assert "test" in service["healthcheck"]
    seconds = {"10s": 10, "75s": 75, "1m": 60, "2m": 120}[service["stop_grace_period"]]
    assert name not in SERVICES or seconds >= GRACE_SECONDS + 15


def test_broker_and_console_are_reached_from_outside_and_without_tls_only_from_this_machine() -> (
    None
):
    published = {
        name: service["ports"]
        for name, service in COMPOSE["services"].items()
        if service.get("ports")
    }
    assert published == {
        "rabbitmq": ["127.0.0.1:${AFTERCART_AMQP_PORT:-5672}:5672"],
        "console": ["127.0.0.1:${AFTERCART_CONSOLE_PORT:-8800}:8800"],
    }
    assert TLS["services"]["rabbitmq"]["ports"] == ["0.0.0.0:${AFTERCART_AMQPS_PORT:-5671}:5671"]
    assert COMPOSE["networks"]["databases"] == {"internal": True}


def test_prometheus_and_grafana_find_their_files_and_nobody_else_reaches_them() -> None:
    prometheus, grafana = MONITORING["services"]["prometheus"], MONITORING["services"]["grafana"]
    for service in (prometheus, grafana):
        assert service["cap_drop"] == ["ALL"]
        assert service["restart"] == "unless-stopped"
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in MONITORING["volumes"] or (CONTAINER / source).is_file(), source
    assert "ports" not in prometheus
    assert grafana["ports"] == ["127.0.0.1:${AFTERCART_GRAFANA_PORT:-3000}:3000"]
    assert set(prometheus["networks"]) - {*MONITORING["networks"]} == {"messages"}


def test_every_secret_is_written_by_the_script(secrets: Any) -> None:
    for name, secret in {**COMPOSE["secrets"], **MONITORING["secrets"]}.items():
        assert secret["file"].startswith(PLACE), name
        assert secret["file"].removeprefix(PLACE) in secrets
    for service in COMPOSE["services"].values():
        for secret in service.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in COMPOSE["secrets"]


def test_no_two_secrets_are_equal_but_the_signing_keys(secrets: Any) -> None:
    values = [value for name, value in secrets.items() if not name.endswith("_smtp_password")]
    assert len(values) - len(set(values)) == 1
    assert secrets["aftercart_ingest_signing_keys"] == secrets["aftercart_notify_signing_keys"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gets_the_settings_it_needs_and_no_secret_of_another(
    name: Any, secrets: Any, load_settings: Any
) -> None:
    given = COMPOSE["services"][name]["secrets"]
    assert [secret for secret in given if not secret.startswith(f"aftercart_{name}_")] == []
    settings = load_settings(name, {secret: secrets[secret] for secret in given}, SETTINGS)
    assert f"//{name}:" in settings.broker_url.get_secret_value()
    assert settings.database_url.get_secret_value().endswith(f"@postgres:5432/{name}")


def test_the_console_gets_its_own_login_and_no_database(
    secrets: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = COMPOSE["services"]["console"]
    for name in console["secrets"]:
        assert name.startswith("aftercart_console_")
        (tmp_path / name).write_text(secrets[name])
    monkeypatch.setenv("AFTERCART_SECRETS_DIR", str(tmp_path))
    for name, value in {**SETTINGS, **variables_of_the_image()}.items():
        monkeypatch.setenv(name, value)
    settings = ConsoleSettings.read()
    assert "//console:" in settings.broker_url.get_secret_value()
    assert settings.management_url is not None
    assert "//console:" in settings.management_url.get_secret_value()
    assert settings.secret is not None
    assert console["ports"][0].endswith(f":{settings.port}")
    assert settings.host == "0.0.0.0"  # noqa: S104 - in a container
    [volume] = [one.partition(":")[2] for one in console["volumes"]]
    assert {settings.users_file.parent, settings.filters_file.parent} == {Path(volume)}
    assert "databases" not in console["networks"]


def variables_of_the_image() -> dict[str, str]:
    """Return the settings of the console that the Containerfile sets."""
    text = (CONTAINER / "Containerfile").read_text()
    return dict(re.findall(r"^    (AFTERCART_CONSOLE_\w+)=(\S+)", text, re.MULTILINE))


def test_the_topology_step_gets_every_login(secrets: Any, load_settings: Any) -> None:
    given = COMPOSE["services"]["topology"]["secrets"]
    only = {secret: secrets[secret] for secret in given} | {
        "aftercart_orders_database_url": "sqlite://"  # for the fixture, not for the step
    }
    load_settings("orders", only, SETTINGS)
    desired = desired_topology(installed_services().values(), ClientSettings.load())
    assert desired.without_login == []
    users = {user["name"] for user in desired.definitions["users"]}
    assert users == {*SERVICES, "storefront", "console"}


def test_the_migration_step_gets_every_database() -> None:
    given = COMPOSE["services"]["migrate"]["secrets"]
    assert sorted(given) == sorted(f"aftercart_{name}_database_url" for name in SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_the_commands_exist(name: Any) -> None:
    first, *arguments = COMPOSE["services"][name]["command"]
    command = main.get_command(click.Context(main), first)
    assert command is not None
    command.make_context(first, arguments).close()


def test_the_health_check_says_why(tmp_path: Path) -> None:
    answers = {"/-/ready": ""}
    port = free_port()
    probes = {"/-/ready": lambda: answers["/-/ready"]}
    assert "does not answer" in probe.failure(f"127.0.0.1:{port}")
    http_server.serve("127.0.0.1", port, http_server.with_probes(None, probes))
    assert probe.failure(f"127.0.0.1:{port}") == ""
    answers["/-/ready"] = "No worker process is connected."
    assert probe.failure(f"127.0.0.1:{port}") == "No worker process is connected."
    [test] = {json.dumps(COMPOSE["services"][name]["healthcheck"]["test"]) for name in SERVICES}
    assert json.loads(test)[1:4] == ["python", "-m", probe.__name__]
