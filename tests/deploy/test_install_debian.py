"""The Debian packages, asked of the real dpkg by somebody who may not install any."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conditions import FAR
from tests.deploy.words import open_directory

SCRIPT = Path(__file__).parents[2] / "deploy" / "install-debian.sh"
TOOLS = ("bash", "cat", "grep", "id")
NOBODY = 65534


@pytest.fixture
def tools() -> Iterator[Path]:
    """The only programs there are, and no sudo among them."""
    with open_directory() as place:
        give(place, *TOOLS)
        yield place


def give(place: Path, *tools: str) -> None:
    for tool in tools:
        (place / tool).symlink_to(Path("/usr/bin") / tool)


def install(group: str, tools: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As an ordinary user; the script comes by standard input, for its directory may be closed to
    him.
    """
    ordinary = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run(  # type: ignore[call-overload]
        ["/bin/bash", "-s", group],
        input=SCRIPT.read_text(),
        env={"PATH": str(tools), **environment},
        cwd="/",
        text=True,
        capture_output=True,
        check=False,
        timeout=FAR,
        **ordinary,
    )


@pytest.mark.parametrize("group", ["run", "test"])
def test_where_all_is_there_nothing_is_done_and_no_right_is_needed(tools: Path, group: str) -> None:
    give(tools, "dpkg-query", "apt-get")
    done = install(group, tools)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_who_may_not_install_is_told_what_to_run_in_one_sentence(tools: Path) -> None:
    give(tools, "dpkg-query", "apt-get")
    (tools / "status").touch()  # a system without any package
    done = install("run", tools, DPKG_ADMINDIR=str(tools))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Debian packages are missing: run as root: apt-get install")
    assert done.stderr.count("\n") == 1
    assert "rabbitmq-server dovecot-imapd dovecot-pop3d dovecot-lmtpd" in done.stderr


def test_another_system_than_debian_is_told_the_names(tools: Path) -> None:
    done = install("test", tools)
    assert done.returncode == 1
    assert done.stderr.startswith("This is not Debian: install the equivalents of these")
    assert done.stderr.count("\n") == 1
    assert "rabbitmq-server" in done.stderr
    assert "postgresql" in done.stderr


def test_a_group_must_be_named(tools: Path) -> None:
    done = install("everything", tools)
    assert done.returncode == 1
    assert "Give the packages to install" in done.stderr
