"""Prometheus scrapes over HTTP and gets the current state of the database."""

from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from deploy.stack.ports import free_port
from shared.runtime.errors import SettingsError
from shared.runtime.process import metrics
from shared.runtime.settings import ServiceSettings
from tests.shared.runtime.rabbit_fixture import totals
from tests.toy.service import toy


@pytest.fixture
def served(table: Any) -> Any:
    """Scrape the toy's metrics."""
    place = f"127.0.0.1:{free_port()}"
    metrics.serve(toy, settings(table, place), {})

    def ask() -> Any:
        with urlopen(f"http://{place}/metrics") as answer:
            return {
                (sample.name, sample.labels["service"]): sample.value
                for family in families(answer.read().decode())
                for sample in family.samples
            }

    return ask


def settings(table: Any, place: Any) -> ServiceSettings:
    url = table.engine.url.render_as_string(hide_password=False)
    return ServiceSettings(broker_url="amqp://localhost", database_url=url, metrics=place)


def test_what_waits_is_counted_when_it_is_asked_for(table: Any, served: Any) -> None:
    assert served() == {("aftercart_outbox_rows", "toy"): 0, ("aftercart_due_rows", "toy"): 0}
    table.tell("toy.add", {"key": "a", "amount": 1})
    table.tell("toy.add", {"key": "a", "amount": 1, "later": 60})
    assert served() == {("aftercart_outbox_rows", "toy"): 1, ("aftercart_due_rows", "toy"): 1}
    assert totals(table.engine) == {"a": 1}


def test_where_the_database_cannot_be_asked_no_figure_is_told(table: Any, served: Any) -> None:
    with table.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO gone")
    try:
        with pytest.raises(HTTPError) as told:
            served()
        assert told.value.code == 500
    finally:
        with table.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO outbox")


def test_a_place_that_is_taken_is_told_with_its_variable(table: Any, served: Any) -> None:
    with pytest.raises(
        SettingsError,
        match=r"AFTERCART_TOY_METRICS is '192\.0\.2\.1:9464', an address that cannot be opened",
    ):
        metrics.serve(toy, settings(table, "192.0.2.1:9464"), {})
