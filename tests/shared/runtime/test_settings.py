"""Settings from all sources; each error names the variable and does not show the secret."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from shared.runtime.errors import SettingsError
from shared.runtime.settings import ClientSettings, CommonSettings, ServiceSettings, env_file


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without any variable of Aftercart, in an empty directory."""
    for name in [name for name in os.environ if name.startswith("AFTERCART_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCART_TOY_BROKER_URL", "amqp://toy:secret@host/%2f")
    monkeypatch.setenv("AFTERCART_TOY_DATABASE_URL", "sqlite:////tmp/toy.db")


def test_a_service_reads_its_own_variables(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCART_TOY_BATCH", "7")
    monkeypatch.setenv("AFTERCART_OTHER_BATCH", "8")
    found = ServiceSettings.load("toy")
    assert found.broker_url.get_secret_value() == "amqp://toy:secret@host/%2f"
    assert found.batch == 7


def test_middleware_of_all_services_gives_way_to_that_of_one(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCART_MIDDLEWARE", "one.Tracer, two.Reporter")
    assert ServiceSettings.load("toy").middleware == ("one.Tracer", "two.Reporter")
    monkeypatch.setenv("AFTERCART_TOY_MIDDLEWARE", "")
    assert ServiceSettings.load("toy").middleware == ()


def test_what_is_missing_is_told_by_its_variable() -> None:
    with pytest.raises(SettingsError) as told:
        ServiceSettings.load("toy")
    assert "AFTERCART_TOY_BROKER_URL is not set" in str(told.value)
    assert "AFTERCART_TOY_DATABASE_URL is not set" in str(told.value)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("BATCH", "0", "AFTERCART_TOY_BATCH is invalid: Input should be greater than 0."),
        ("BATCH", "many", "AFTERCART_TOY_BATCH is invalid: "),
        ("LOG_LEVEL", "loud", "AFTERCART_TOY_LOG_LEVEL is invalid: "),
        ("RETRY_DELAYS", "", "AFTERCART_TOY_RETRY_DELAYS"),
        ("RETRY_DELAYS", "1,soon", "AFTERCART_TOY_RETRY_DELAYS"),
        ("RETRY_DELAYS", "1,-2", "AFTERCART_TOY_RETRY_DELAYS"),
        ("RETRY_DELAYS", "0", "AFTERCART_TOY_RETRY_DELAYS"),
        ("RETRY_DELAYS", "nan", "AFTERCART_TOY_RETRY_DELAYS"),
        ("RETRY_DELAYS", "1,inf", "AFTERCART_TOY_RETRY_DELAYS"),
        ("RETRY_DELAYS", ",".join("1" * 11), "AFTERCART_TOY_RETRY_DELAYS"),
    ],
)
def test_what_is_wrong_is_told_by_its_variable(
    service: Any, monkeypatch: pytest.MonkeyPatch, field: str, value: Any, sentence: str
) -> None:
    monkeypatch.setenv(f"AFTERCART_TOY_{field}", value)
    with pytest.raises(SettingsError) as told:
        ServiceSettings.load("toy")
    assert sentence in str(told.value)


def test_a_secret_is_shown_by_nothing(service: Any) -> None:
    assert "secret" not in repr(ServiceSettings.load("toy"))


def test_delays_are_read_as_a_line_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCART_RETRY_DELAYS", "0.5, 10,60")
    assert CommonSettings.load().retry_delays == (0.5, 10, 60)


def test_secrets_may_lie_in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "aftercart_toy_broker_url").write_text("amqp://from-a-file\n")
    (tmp_path / "aftercart_toy_database_url").write_text("sqlite:////x.db\n")
    monkeypatch.setenv("AFTERCART_SECRETS_DIR", str(tmp_path))
    assert ServiceSettings.load("toy").broker_url.get_secret_value() == "amqp://from-a-file"


def test_the_settings_file_may_name_the_directory_of_secrets(tmp_path: Path) -> None:
    (tmp_path / "aftercart_broker_url").write_text("amqp://from-a-file\n")
    (tmp_path / ".env").write_text(f"aftercart_secrets_dir='{tmp_path}'\n")
    assert ClientSettings.load().broker_url.get_secret_value() == "amqp://from-a-file"


@pytest.mark.parametrize("in_file", [True, False])
def test_a_directory_of_secrets_that_is_missing_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_file: bool
) -> None:
    if in_file:
        (tmp_path / ".env").write_text("AFTERCART_SECRETS_DIR=/absent\n")
    else:
        monkeypatch.setenv("AFTERCART_SECRETS_DIR", "/absent")
    with pytest.raises(SettingsError) as refused:
        ClientSettings.load()
    assert str(refused.value) == "AFTERCART_SECRETS_DIR names '/absent', which is not a directory."


def test_the_environment_counts_more_than_the_file_and_the_file_more_than_secrets(
    service: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "aftercart_toy_batch").write_text("1")
    monkeypatch.setenv("AFTERCART_SECRETS_DIR", str(tmp_path))
    assert ServiceSettings.load("toy").batch == 1
    (tmp_path / ".env").write_text("AFTERCART_TOY_BATCH=2\nSOMETHING_ELSE=x\n")
    assert ServiceSettings.load("toy").batch == 2
    monkeypatch.setenv("AFTERCART_TOY_BATCH", "3")
    assert ServiceSettings.load("toy").batch == 3


def test_the_file_that_is_named_is_read_instead_of_the_usual_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("AFTERCART_BROKER_URL=amqp://usual\n")
    (tmp_path / "named.env").write_text("AFTERCART_BROKER_URL=amqp://named\n")
    monkeypatch.setenv("AFTERCART_ENV_FILE", str(tmp_path / "named.env"))
    assert ClientSettings.load().broker_url == SecretStr("amqp://named")


def test_a_named_file_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AFTERCART_ENV_FILE", str(tmp_path / "nowhere.env"))
    with pytest.raises(SettingsError, match=r"AFTERCART_ENV_FILE .*nowhere\.env"):
        CommonSettings.load()


def test_what_all_share_is_the_house_s_unless_it_is_set_for_the_service(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCART_RETRY_DELAYS", "2,4")
    monkeypatch.setenv("AFTERCART_LOG_LEVEL", "debug")
    monkeypatch.setenv("AFTERCART_TOY_LOG_LEVEL", "error")
    found = ServiceSettings.load("toy")
    assert (found.retry_delays, found.log_level) == ((2, 4), "error")


def test_a_house_s_broker_is_not_a_service_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCART_BROKER_URL", "amqp://outsider")
    with pytest.raises(SettingsError, match="AFTERCART_TOY_BROKER_URL is not set"):
        ServiceSettings.load("toy")


def test_without_any_file_there_is_none() -> None:
    assert env_file() is None
