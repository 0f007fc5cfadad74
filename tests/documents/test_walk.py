"""Documents over a real RabbitMQ, rendered by children, as the command line asks for them."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

import pikepdf
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.documents.adapters.engine import Engine
from services.documents.domain.sample import sample
from services.documents.worker import DocumentSettings, service
from shared.cli.documents.commands import _found
from shared.cli.shop_client import ShopClient
from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.contracts import samples
from shared.contracts.message import Query, catalogue, wire_type
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from tests.documents.builders import EVENTS, INVOICE_ID, an_invoice, issued, outside, read
from tests.orders.words import forget_what_was_told
from tests.shared.cli.conftest import Terminal
from tests.shared.runtime.rabbit_fixture import CLIENT, DELAYS, RabbitFixture
from tests.words import changed, harness, sqlite_url

PAGE = Path(__file__).parents[2] / "docs/howto/documents.md"
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
]
DOCUMENTS = Login("documents", "documents-secret")


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What the worker logs meanwhile, which is not what the command line prints."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(scope="module")
def terminal(
    rabbit: Any, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    """A worker, with three invoices and a delivery slip on its shelf."""
    url = sqlite_url(tmp_path_factory.mktemp("documents"))
    kept = harness(service, url, outside(engine))
    for number in range(3):
        invoice = an_invoice(number=f"IN{number}", document_id=uuid5(INVOICE_ID, str(number)))
        kept.tell(EVENTS["invoice"], issued(invoice))
    kept.tell(EVENTS["delivery_slip"], issued(sample("delivery_slip", "fa")))
    forget_what_was_told(kept.engine)
    rabbitmq = RabbitFixture(rabbit)
    wanted = definitions(
        [service], DELAYS, {"documents": DOCUMENTS, "client": CLIENT}, rabbitmq.vhost
    )
    apply(wanted, rabbitmq.management, rabbitmq.vhost)
    settings = DocumentSettings(
        broker_url=SecretStr(rabbitmq.url(DOCUMENTS)), database_url=SecretStr(url)
    )
    worker = WorkerProcess(service, settings)
    worker.start()
    yield Terminal({"AFTERCART_ENV_FILE": os.devnull, "AFTERCART_BROKER_URL": rabbitmq.url(CLIENT)})
    worker.stop()
    worker.adapters.renderer.close()
    rabbitmq.close()
    kept.engine.dispose()


def test_documents_are_listed_saved_and_printed(terminal: Terminal, tmp_path: Path) -> None:
    listed = terminal.run("document", "list", "--kind", "invoice")
    assert listed.exit_code == 0, listed.stderr
    header, *lines = [line.split() for line in listed.stdout.splitlines()]
    assert header == ["Issued", "Kind", "Number", "Id"]
    assert sorted(line[:3] for line in lines) == [
        ["2026-11-21", "invoice", f"IN{number}"] for number in range(3)
    ]
    one = tmp_path / "one.pdf"
    saved = terminal.run("document", "save", lines[0][3], "--output", str(one))
    assert saved.exit_code == 0, saved.stderr
    assert lines[0][2] in read(one.read_bytes())
    data = tmp_path / "one.xml"
    saved = terminal.run(
        "document", "e-invoice", lines[0][3], "--syntax", "ubl", "--output", str(data)
    )
    assert saved.exit_code == 0, saved.stderr
    assert f"<cbc:ID>{lines[0][2]}</cbc:ID>" in data.read_text()
    refused = terminal.run("document", "e-invoice", lines[0][3], "--standard", "peppol")
    assert refused.exit_code == 2
    assert "(PEPPOL-EN16931-R020)" in " ".join(refused.stderr.split())
    bound = tmp_path / "all.pdf"
    printed = terminal.run(
        "document", "print", "--issued-from", "2026-11-01T00:00Z", "--output", str(bound)
    )
    assert "4 documents on 4 pages" in printed.stderr
    with pikepdf.open(bound) as pdf, pdf.open_outline() as outline:
        assert {item.title for item in outline.root} == {"IN0", "IN1", "IN2", "DE000001"}


def test_a_batch_is_printed_part_after_part(terminal: Terminal) -> None:
    urls = str(terminal.environment["AFTERCART_BROKER_URL"])
    wanted = {"batch_id": str(uuid4()), "issued_from": "2026-11-01T00:00:00Z", "part_size": 3}
    with connect(urls, "test") as connection:
        events = subscribe(connection, "document.batch_printed", documents=True)
        sent = terminal.run("send", "document.print_batch", "-", stdin=json.dumps(wanted))
        assert sent.exit_code == 0, sent.stderr
        parts = [event.data for event in islice(events, 2)]
    assert [(part["part"], part["document_count"], part["remaining"]) for part in parts] == [
        (1, 3, 1),
        (2, 1, 0),
    ]


def test_a_template_is_tried_on_a_document_and_opened(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", lambda path: opened.append(path) or 0)
    draft = str(tmp_path / "draft.pdf")
    template = json.dumps(samples.PUT_TEMPLATE)
    preview = ("template", "preview", "documents", "invoice")
    options = ("--document", str(uuid5(INVOICE_ID, "1")), "--output", draft, "--open")
    result = terminal.run(*preview, "--from", "-", *options, stdin=template)
    assert result.exit_code == 0, result.stderr
    assert opened == [draft]
    text = read(Path(draft).read_bytes())
    assert "thank you!" in text
    assert "IN1" in text
    wrong = tmp_path / "wrong.html"
    wrong.write_text("{{ nothing")
    refused = terminal.run(*preview, "--html", str(wrong))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "refused (template_failed)" in refused.stderr


def test_what_is_not_there_is_said(terminal: Terminal, tmp_path: Path) -> None:
    nothing = terminal.run(
        "document", "print", "--kind", "credit_slip", "--output", str(tmp_path / "none.pdf")
    )
    assert (nothing.exit_code, nothing.stderr.strip()) == (1, "No document matches.")
    assert not (tmp_path / "none.pdf").exists()
    unknown = terminal.run("document", "save", samples.ORDER_ID)
    assert unknown.exit_code == 2
    assert f"There is no document {samples.ORDER_ID} in this shop." in unknown.stderr


@pytest.mark.parametrize("block", BLOCKS, ids=[block["name"] for block in BLOCKS])
def test_every_block_of_the_page_is_taken_as_it_stands(
    block: dict[str, Any], terminal: Terminal
) -> None:
    asks = issubclass(catalogue[wire_type(block["name"])], Query)
    result = terminal.run(
        "ask" if asks else "send", block["name"], "-", stdin=json.dumps(block["data"])
    )
    assert result.exit_code == 0, result.stderr


def test_the_page_shows_what_there_is() -> None:
    assert [block["name"] for block in BLOCKS] == [
        "asset.put",
        "template.put",
        "document.preview",
        "template.reset",
        "template.list",
        "template.get",
        "template.versions",
        "template.restore",
        "document.e_invoice",
        "document.list",
        "document.render",
        "document.print_batch",
    ]


def test_a_template_is_tried_by_the_worker_itself(terminal: Terminal) -> None:
    wrong = changed(samples.PUT_TEMPLATE, html="<p>\n{{ nothing }}")
    refused = terminal.run("send", "template.put", "-", stdin=json.dumps(wrong))
    assert refused.exit_code == 2
    assert "line 2 of the template" in refused.stderr + refused.stdout


@dataclass(frozen=True)
class Answers(ShopClient):
    """A client that answers for `orders` and `documents`: two orders, each with a document."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def request(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((name, data))
        if name == "order.list":
            later = data.get("cursor") is None
            return {
                "orders": [{"order_id": "a" if later else "b"}],
                "next": "more" if later else None,
            }
        return {"documents": [{"number": data["order_id"]}], "next": None}


def test_documents_of_a_state_are_those_of_the_orders_in_it() -> None:
    answers = Answers(client=None, shop="default", timeout=0)
    anything = {"issued_from": None, "issued_before": None, "order_id": None}
    found = list(_found(answers, {"kinds": ("invoice",), "states": ("shipped",), **anything}))
    assert found == [{"number": "a"}, {"number": "b"}]
    assert answers.asked[0][1]["filter"] == {"state_keys": ["shipped"]}
    assert all(
        data["kinds"] == ["invoice"] for name, data in answers.asked if name == "document.list"
    )
