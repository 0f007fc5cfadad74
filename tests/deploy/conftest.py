"""What the tests of container, Kubernetes and systemd share."""

from pathlib import Path
from typing import Any

import pytest

from shared.runtime.service import installed_services
from tests.deploy.programs import write_secrets


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The secrets that `deploy/secrets.sh` writes, by name."""
    return write_secrets(tmp_path_factory.mktemp("installation") / "secrets")


@pytest.fixture
def load_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load the settings of a service from its secrets and from other settings, and nothing else."""

    def load(service: Any, secrets: Any, settings: Any) -> Any:
        directory = tmp_path / service
        directory.mkdir()
        for name, value in secrets.items():
            (directory / name).write_text(value)
        monkeypatch.setenv("AFTERCART_SECRETS_DIR", str(directory))
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return installed_services()[service].settings.load(service)

    return load
