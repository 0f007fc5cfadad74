"""Prometheus can scrape every installed service."""

from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from deploy.stack.ports import free_port
from shared.runtime.process import metrics
from shared.runtime.service import Service, installed_services
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.words import sqlite_url

SERVICES = list(installed_services().values())
KEYS = "1:" + "ab" * 32


def load(service: Service, url: str, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """Load the settings of any service, with the address of its metrics."""
    values = {
        "BROKER_URL": "amqp://localhost",
        "DATABASE_URL": url,
        "METRICS": f"127.0.0.1:{free_port()}",
        "SIGNING_KEYS": KEYS,
        "SMTP_HOST": "localhost",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"AFTERCART_{service.name.upper()}_{name}", value)
    return service.settings.load(service.name)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_service_answers_a_scrape(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_url(tmp_path, service.name)
    migrations.upgrade(service, engine_for(url))
    settings = load(service, url, monkeypatch)
    metrics.serve(service, settings, {})
    with urlopen(f"http://{settings.metrics}/metrics") as answer:
        names = {family.name for family in families(answer.read().decode())}
    assert {"aftercart_outbox_rows", "aftercart_due_rows"} <= names
