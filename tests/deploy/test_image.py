"""The container image: the Containerfile, and the package that it installs."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from typing import Any

import pytest
import yaml

from tests.deploy.programs import CONTAINER, ROOT, accepts

CONTAINERFILE = CONTAINER / "Containerfile"
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
LOAD = """
import json, sys
sys.path[:0] = sys.argv[1:]
from click.testing import CliRunner
from shared.cli.main import main
from shared.runtime.service import installed_services
services = installed_services()
print(json.dumps({
    "services": sorted(services),
    "without_migrations": [
        name for name, service in services.items() if not list(service.migrations.glob("0*.py"))
    ],
    "packages": sorted({name.partition(".")[0] for name in sys.modules}),
    "help": CliRunner().invoke(main, ["--help"]).output,
}))
"""


def copied() -> Any:
    """The files and directories that the Containerfile copies from the project."""
    found = []
    for line in CONTAINERFILE.read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            found += line.split()[1:-1]
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The unpacked wheel of what the Containerfile copies."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("target")
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        elif not name.startswith("requirements/"):
            shutil.copy(ROOT / name, source)
    subprocess.run(
        [sys.executable, "-c", BUILD, target], cwd=source, check=True, capture_output=True
    )
    [wheel] = target.glob("*.whl")
    shutil.unpack_archive(wheel, target, "zip")
    return target


def test_the_containerfile_has_no_fault() -> None:
    accepts("hadolint", CONTAINERFILE)


def test_the_build_sees_only_the_files_that_it_copies() -> None:
    seen = [
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    assert sorted(seen) == sorted(copied())
    assert not [name for name in copied() if name.startswith(("deploy", "tests"))]


def test_the_package_holds_every_file_of_the_services(installed: Any) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "shared", "services"], cwd=ROOT, check=True, capture_output=True
    )
    tracked = listed.stdout.decode().splitlines()
    assert tracked
    assert [
        name for name in tracked if (ROOT / name).exists() and not (installed / name).exists()
    ] == []


def test_services_load_without_the_local_stack_and_its_libraries(installed: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", LOAD, installed, sysconfig.get_path("purelib")],
        cwd=installed,
        env={"PATH": os.defpath},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["services"] == ["documents", "ingest", "notify", "orders"]
    assert found["without_migrations"] == []
    assert not {"deploy", "tests", *local_packages()} & {*found["packages"]}
    assert re.search(r"^  worker ", found["help"], re.MULTILINE)
    assert not re.search(r"^  (up|down|demo|bench) |Cannot be loaded", found["help"], re.MULTILINE)


def local_packages() -> Any:
    """Packages of the local stack that the image lacks."""
    of = {
        name: set(re.findall(r"^(\S+)==", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("run.txt", "console.txt", "local.txt")
    }
    found = of["local.txt"] - of["run.txt"]
    assert "aiosmtpd" in found - of["console.txt"]
    return found


def test_the_image_holds_the_libraries_of_the_console() -> None:
    assert "-r requirements/console.txt" in CONTAINERFILE.read_text()
    pinned = (ROOT / "requirements" / "console.txt").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name in (*project["dependencies"], *project["optional-dependencies"]["console"]):
        assert re.search(
            rf"^{re.escape(name.partition('[')[0])}(\[.*\])?==", pinned, re.MULTILINE
        ), name


def test_the_image_runs_as_a_user_that_orchestrators_see_is_not_root() -> None:
    """Kubernetes cannot check `runAsNonRoot` for a name, only for a number."""
    lines = CONTAINERFILE.read_text().splitlines()
    [user] = [line.split()[1] for line in lines if line.startswith("USER ")]
    compose = yaml.safe_load((CONTAINER / "compose.yaml").read_text())
    assert user == "10001:10001" == compose["x-image"]["user"]
