"""The page *Brand documents and mails*, run as it stands by the command line on both services."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image
from structlog.testing import capture_logs

from services.documents.adapters.render_pool import RenderPool
from services.documents.worker import service as documents
from shared.cli import shop_client
from shared.cli.main import main
from shared.clients.client import Request
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from tests.documents.builders import EVENTS, INVOICE_ID, an_invoice, issued, outside, read
from tests.notify.builders import FakeAdapters, NotifyHarness, opened, parts, transitioned
from tests.reference import pictures
from tests.reference.brand_page import commands, files
from tests.shared.cli.direct import DirectClient
from tests.words import harness, sqlite_url

OF_ORDERS: dict[str, dict[str, Any]] = {
    "shop.get": {"profile": samples.SHOP_PROFILE},
    "order.list": {"orders": [{"order_id": samples.ORDER_ID}], "next": None},
}
"""What `orders` answers."""


@dataclass
class Services(DirectClient):
    """A client of `documents` and of `notify`, to which it brings the pictures of the shop."""

    notify: Any = None
    brought: list[str] = field(default_factory=list)

    def send(self, request: Request, *, expect_reply: bool = True, confirm: bool = True) -> None:
        if request.name in OF_ORDERS:
            data = OF_ORDERS[request.name]
            answer = Envelope(id="-", source="/", type=f"{request.type}_answered", data=data)
            self.answers[request.id] = answer
        elif request.data.get("service") == "notify" or request.name == "mail.preview":
            mails = DirectClient(self.notify)
            mails.send(request)
            self.answers |= mails.answers
        else:
            super().send(request)
            for event in self.service.outbox():
                if event.name == "asset.changed" and event.id not in self.brought:
                    self.brought.append(event.id)
                    self.notify.tell(event.name, event.data)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What the services log meanwhile, which the command line does not print."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(scope="module")
def renderer() -> Iterator[RenderPool]:
    pool = RenderPool()
    yield pool
    pool.close()


@pytest.fixture
def services(
    tmp_path: Path, renderer: RenderPool, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """Both services, with an invoice and a mail of an order."""
    papers = harness(documents, sqlite_url(tmp_path, "documents"), outside(renderer))
    papers.tell(EVENTS["invoice"], issued(an_invoice(document_id=INVOICE_ID)))
    mails = NotifyHarness.at(sqlite_url(tmp_path, "notify"), FakeAdapters())
    mails.tell("order.transitioned", transitioned(attach=[]))
    client = Services(papers, notify=mails)

    @contextmanager
    def directly(urls: str, purpose: str) -> Iterator[Services]:
        yield client

    monkeypatch.setattr(shop_client, "open_client", directly)
    monkeypatch.setattr("click.launch", lambda path: 0)
    monkeypatch.setenv("AFTERCART_BROKER_URL", "amqp://nobody:nothing@nowhere.test:1/")
    monkeypatch.setenv("AFTERCART_EMPLOYEE", "anna@shop.test")
    monkeypatch.chdir(tmp_path)
    yield client
    papers.engine.dispose()
    mails.engine.dispose()


def run(line: str) -> str:
    """Run a command of the page and return what it prints; `> FILE` writes that into a file."""
    command, _, target = line.partition(" > ")
    program, *words = shlex.split(command)
    assert program == "aftercart"
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == 0, f"{line}: {result.output}"
    if target:
        Path(target).write_text(result.stdout, "utf-8")
    return result.output


def test_the_page_is_run_as_it_stands(services: Services, tmp_path: Path) -> None:
    logo = pictures.logo("en")
    Path("logo.png").write_bytes(logo)
    printed = {}
    for line in commands():
        printed[line] = run(line)
        for name, content in files().items():  # the reader writes them before they are used
            Path(name).write_text(content, "utf-8")
    built_in = printed["aftercart template show notify layout --built-in --part html > layout.html"]
    assert "<!DOCTYPE html>" in built_in
    assert "built-in" not in printed["aftercart template list notify"]
    draft = read(Path("draft.pdf").read_bytes())
    assert "IN000001" in draft
    mail = opened(Path("mail.eml").read_bytes())
    assert "multipart/related" in parts(mail)
    assert mail["Subject"] == "Order XKBKNABJK: your payment has arrived"
    persian = Path("payment-fa.html").read_text("utf-8")
    assert "بسته‌بندی می‌کنیم" in persian
    assert "#14532d" in persian
    versions = printed["aftercart template versions notify payment --language en"]
    assert "anna@shop.test" in versions
    answer = services.notify.ask(
        "template.get", {"service": "notify", "template": "payment", "language": "en"}
    )
    assert answer.data["shop_template"]["subject"] == "Paid: order {{ reference }}"
    assert answer.data["shown_version"]["restored"] == 1


def test_the_pictures_can_be_drawn_anew(tmp_path: Path) -> None:
    for drawn in pictures.write(tmp_path):
        stored = pictures.FOLDER / drawn.name
        assert stored.stat().st_size < 60_000
        with Image.open(drawn) as new, Image.open(stored) as old:
            assert new.size == old.size, f"{drawn.name}: run python -m tests.reference.pictures"
