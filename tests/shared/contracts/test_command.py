"""`aftercart contract`, with one service installed."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.orders.worker import service as orders
from shared.cli.messages.contract import contract
from shared.cli.services import Installation


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "asyncapi.yaml"


def run(file: Path, *arguments: str) -> Result:
    installation = Installation({"orders": lambda: orders})
    return CliRunner().invoke(contract, ["--output", str(file), *arguments], obj=installation)


def test_it_writes_the_contract_once(file: Path) -> None:
    page = file.with_name("messages.md")
    assert run(file).stdout == f"{file} was written\n{page} was written\n"
    assert file.read_text(encoding="utf-8").startswith("# Made by `aftercart contract`")
    assert page.read_text(encoding="utf-8").startswith("# Messages of each service")
    assert run(file).stdout == f"{file} is fresh\n{page} is fresh\n"


def test_a_fresh_file_passes_the_check(file: Path) -> None:
    run(file)
    assert run(file, "--check").exit_code == 0


@pytest.mark.parametrize("text", [None, "asyncapi: 3.0.0\n"])
def test_a_stale_or_missing_file_fails_the_check_and_stays_as_it_is(
    file: Path, text: str | None
) -> None:
    if text:
        file.write_text(text)
    found = run(file, "--check")
    assert found.exit_code != 0
    assert f"{file} differs from the code: run `aftercart contract`" in str(found.exception)
    assert (file.read_text() if file.exists() else None) == text


def test_it_names_messages_without_a_service(file: Path) -> None:
    assert "No service receives or publishes" in run(file).stderr
