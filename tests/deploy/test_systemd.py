"""The systemd units: accepted by systemd, closed, and complete."""

import re
import shutil
from typing import Any

import pytest

from shared.runtime.process.supervisor import GRACE_SECONDS
from tests.deploy.programs import CONTAINER, ROOT, SERVICES, run, settings_in

UNITS = ROOT / "deploy" / "systemd"
STUBS = ("sysinit", "basic", "shutdown", "multi-user", "network-online")
MOST_EXPOSED = 40  # of 100, by `systemd-analyze security`


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The root of a system with the units and a program to start."""
    root = tmp_path_factory.mktemp("system")
    units = root / "etc" / "systemd" / "system"
    shutil.copytree(UNITS, units)
    for name in STUBS:
        (units / f"{name}.target").write_text(f"[Unit]\nDescription={name}\n")
    program = root / "opt" / "aftercart" / "bin" / "aftercart"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return root


def units() -> Any:
    workers = [f"aftercart@{name}.service" for name in SERVICES]
    return [*workers, "aftercart-prepare.service", "aftercart-console.service"]


def credentials(name: Any) -> Any:
    """The secrets that a unit gets."""
    worker = UNITS / "aftercart@.service"
    if name in SERVICES:
        addition = UNITS / f"aftercart@{name}.service.d" / "secrets.conf"
        text = worker.read_text() + (addition.read_text() if addition.exists() else "")
    else:
        text = (UNITS / f"{name}.service").read_text()
    pairs = re.findall(r"^LoadCredential=(.*):(.*)$", text.replace("%i", name), re.MULTILINE)
    assert [path for secret, path in pairs if path != f"/etc/aftercart/secrets/{secret}"] == []
    return [secret for secret, _ in pairs]


def test_systemd_accepts_the_units(system: Any) -> None:
    done = run("systemd-analyze", "verify", f"--root={system}", *units(), "aftercart.target")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_sees_a_fault(system: Any) -> None:
    """The negative control of the test above."""
    unit = system / "etc" / "systemd" / "system" / "aftercart-wrong.service"
    unit.write_text((UNITS / "aftercart-prepare.service").read_text().replace("oneshot", "once"))
    done = run("systemd-analyze", "verify", f"--root={system}", unit.name)
    assert "Failed to parse service type" in done.stderr


def test_the_units_have_few_rights(system: Any) -> None:
    done = run(
        "systemd-analyze",
        "security",
        "--offline=true",
        f"--root={system}",
        f"--threshold={MOST_EXPOSED}",
        "--no-pager",
        *units(),
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_a_worker_has_time_to_stop() -> None:
    text = (UNITS / "aftercart@.service").read_text()
    assert f"TimeoutStopSec={GRACE_SECONDS + 15:.0f}\n" in text


@pytest.mark.parametrize("name", SERVICES)
def test_a_worker_gets_the_settings_it_needs(name: Any, secrets: Any, load_settings: Any) -> None:
    given = {secret: secrets[secret] for secret in credentials(name)}
    assert [secret for secret in given if not secret.startswith(f"aftercart_{name}_")] == []
    load_settings(name, given, settings_in(CONTAINER / "settings.sample.env"))


def test_the_preparation_gets_every_login_and_every_database() -> None:
    wanted = {"aftercart_broker_url", "aftercart_management_url", "aftercart_console_broker_url"}
    for name in SERVICES:
        wanted |= {f"aftercart_{name}_broker_url", f"aftercart_{name}_database_url"}
    assert {*credentials("aftercart-prepare")} == wanted


def test_the_console_gets_its_secrets_and_one_directory_to_write() -> None:
    wanted = {f"aftercart_console_{name}" for name in ("broker_url", "management_url", "secret")}
    assert {*credentials("aftercart-console")} == wanted
    text = (UNITS / "aftercart-console.service").read_text()
    [state] = re.findall(r"^StateDirectory=(.*)$", text, re.MULTILINE)
    files = re.findall(
        r"^Environment=AFTERCART_CONSOLE_\w+_FILE=(.*)/\w+.json$", text, re.MULTILINE
    )
    assert files == [f"%S/{state}"] * 2
