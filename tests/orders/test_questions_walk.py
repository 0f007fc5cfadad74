"""Questions over a real RabbitMQ: as the how-to page writes them, and by the command line."""

import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pydantic import SecretStr

from services.orders.worker import service
from shared.contracts import samples
from shared.contracts.message import Query, catalogue, wire_type
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from shared.runtime.settings import ServiceSettings
from tests.orders.words import Storefront, forget_what_was_told
from tests.shared.cli.conftest import Terminal
from tests.shared.runtime.rabbit_fixture import CLIENT, DELAYS, RabbitFixture
from tests.words import a_shop_with_mugs, an_order, changed, harness

PAGE = Path(__file__).parents[2] / "docs/howto/lists.md"
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
]
ORDERS = Login("orders", "orders-secret")
MANY = 1001  # more than a piece of an export


@dataclass
class Office(Terminal):
    """Somebody at the command line where `orders` is at work."""

    def ask(self, name: str, data: dict[str, Any], shop: str = "default") -> Any:
        """The answer to a question, or to a command."""
        asks = issubclass(catalogue[wire_type(name)], Query)
        more = () if asks else ("--json",)
        result = self.run(
            "ask" if asks else "send", name, "-", "--shop", shop, *more, stdin=json.dumps(data)
        )
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def file(self, directory: Path, *options: str) -> tuple[Result, list[dict[str, str]]]:
        """The rows that an export wrote."""
        output = directory / "orders.csv"
        result = self.run("order", "export", "--output", str(output), *options)
        assert result.exit_code == 0, result.stderr
        with output.open(encoding="utf-8-sig", newline="") as file:
            return result, list(csv.DictReader(file))


@pytest.fixture(scope="module")
def office(rabbit: Any, postgres: Any) -> Iterator[Office]:
    """A shop with one order in the default shop, many in another, on PostgreSQL; and a worker."""
    url = postgres.create_database("questions")
    kept = harness(service, url)
    for shop in ("default", "large"):
        a_shop_with_mugs(kept, 10_000, shop)
    Storefront(kept, "default").tell("order.place", changed(samples.PLACE_ORDER))
    large = Storefront(kept, "large")
    for start in range(0, MANY, 200):
        count = min(200, MANY - start)
        large.deliver(
            *(
                large.message("order.place", an_order(reference=f"L-{start + n}"))
                for n in range(count)
            )
        )
    forget_what_was_told(kept.engine)
    rabbitmq = RabbitFixture(rabbit)
    wanted = definitions([service], DELAYS, {"orders": ORDERS, "client": CLIENT}, rabbitmq.vhost)
    apply(wanted, rabbitmq.management, rabbitmq.vhost)
    settings = ServiceSettings(
        broker_url=SecretStr(rabbitmq.url(ORDERS)), database_url=SecretStr(url)
    )
    worker = WorkerProcess(service, settings)
    worker.start()
    yield Office({"AFTERCART_ENV_FILE": os.devnull, "AFTERCART_BROKER_URL": rabbitmq.url(CLIENT)})
    worker.stop()
    rabbitmq.close()
    kept.engine.dispose()


def test_every_block_of_the_page_is_answered_as_it_stands(office: Office) -> None:
    answers = [(block["name"], office.ask(block["name"], block["data"])) for block in BLOCKS]
    told = dict(answers)
    assert [row["reference"] for row in told["order.list"]["orders"]] == ["XKBKNABJK"]
    assert told["order.list"]["orders"][0]["state_label"] == "در انتظار بررسی پرداخت"
    assert (told["order.get"]["note"], told["order.get"]["weight_grams"]) == (
        "Call before delivery.",
        700,
    )
    assert told["order.export"]["csv"].splitlines()[1].startswith("XKBKNABJK,")
    assert [found["customer_id"] for found in told["customer.search"]["customers"]] == ["c-2002"]
    assert [found["sku"] for found in told["product.search"]["products"]] == ["MUG-BLUE"]
    assert told["stock.get"] == {"sku": "MUG-BLUE", "available": 9_998}
    assert [len(cart["lines"]) for cart in told["cart.list"]["carts"]] == [1]
    assert len(BLOCKS) == len(told) == 12


def test_the_page_shows_every_filter_there_is() -> None:
    shown = next(block["data"]["filter"] for block in BLOCKS if block["name"] == "order.list")
    schema = catalogue[wire_type("order.list")].model_json_schema()
    filters = set(schema["$defs"]["OrderFilter"]["properties"])
    named = {name for name in filters - set(shown) if f"`{name}`" in PAGE.read_text("utf-8")}
    assert {*shown, *named} == filters


def test_the_command_line_lists_orders(office: Office) -> None:
    result = office.run(
        "order",
        "list",
        "--search",
        "ada",
        "--total-from",
        "28.70EUR",
        "--new-customer",
        "--placed-from",
        "2020-01-01",
        "--state",
        "awaiting_bank_wire",
        "--state",
        "shipped",
    )
    assert result.exit_code == 0, result.stderr
    assert "XKBKNABJK" in result.stdout
    assert "28.70 EUR" in result.stdout
    assert "Ada Byron <ada@example.test>" in result.stdout
    assert office.run("order", "list", "--total-from", "28.71EUR").stderr == "No order matches.\n"


def test_the_command_line_follows_the_pages(office: Office) -> None:
    result = office.run("order", "list", "--shop", "large", "--limit", "600", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["reference"] for row in rows[:2]] == ["L-1000", "L-999"]
    assert len({row["order_id"] for row in rows}) == 600
    assert (
        "--limit shows more"
        in office.run("order", "list", "--shop", "large", "--limit", "3").stderr
    )


@pytest.mark.parametrize("wanted", ["XKBKNABJK", "xkbknabjk", samples.ORDER_ID])
def test_the_command_line_shows_an_order_by_reference_or_id(office: Office, wanted: str) -> None:
    shown = office.run("order", "show", wanted)
    assert shown.exit_code == 0, shown.stderr
    for text in (
        "Awaiting bank wire payment",
        "0.7 kg",
        "12 St James's Square",
        "openstreetmap.org",
        "MUG-BLUE",
    ):
        assert text in shown.stdout
    history = office.run("order", "history", wanted)
    assert "Awaiting bank wire payment  customer" in history.stdout
    entry = json.loads(office.run("order", "history", wanted, "--json").stdout)
    assert (entry["state"], entry["state_label"]) == (
        "awaiting_bank_wire",
        "Awaiting bank wire payment",
    )
    assert (
        json.loads(office.run("order", "show", wanted, "--json").stdout)["order"]["reference"]
        == "XKBKNABJK"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ("order", "show", "NOTHING"),
            2,
            "refused (unknown_order): There is no order 'NOTHING' in this shop.",
        ),
        (("order", "show", "00000000-0000-4000-8000-000000000000"), 2, "refused (unknown_order)"),
        (
            ("order", "list", "--state", "dreaming"),
            2,
            "refused (unknown_state): There is no state 'dreaming'.",
        ),
        (("order", "list", "--total-from", "much"), 64, "'much' is not an amount with a currency"),
        (
            ("order", "list", "--total-from", "1.234EUR"),
            64,
            "'1.234EUR' is not an amount with a currency",
        ),
        (("order", "list", "--placed-from", "yesterday"), 64, "'yesterday' is not a date or time"),
        (
            ("order", "export", "--search", "!", "--output", "never.csv"),
            2,
            "refused (nothing_to_search)",
        ),
        (
            ("order", "export", "--output", "/nowhere/orders.csv"),
            1,
            "'/nowhere/orders.csv' cannot be written",
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(
    office: Office, arguments: tuple[str, ...], code: int, told: str
) -> None:
    result = office.run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


def test_an_export_is_fetched_piece_by_piece_into_one_file(office: Office, tmp_path: Path) -> None:
    result, rows = office.file(tmp_path, "--shop", "large")
    assert [row["reference"] for row in rows] == [f"L-{number}" for number in reversed(range(MANY))]
    assert f"{MANY} orders in" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["orders.csv"]


def test_an_export_holds_what_the_options_choose(office: Office, tmp_path: Path) -> None:
    _, rows = office.file(
        tmp_path, "--shop", "large", "--reference", "L-99", "--known-customer", "--excel"
    )
    assert sorted(row["reference"] for row in rows) == sorted(
        ["L-99", *(f"L-99{digit}" for digit in range(10))]
    )
    assert (tmp_path / "orders.csv").read_bytes().startswith(b"\xef\xbb\xbfreference,")


def test_an_export_shows_how_far_it_is_on_a_terminal(office: Office, tmp_path: Path) -> None:
    result = office.having(FORCE_COLOR="1", TERM="xterm").run(
        "order", "export", "--shop", "large", "--output", str(tmp_path / "orders.csv")
    )
    assert "exporting" in result.stderr
    assert f"/{MANY}" in result.stderr


def test_an_export_can_go_on_in_a_pipe(office: Office) -> None:
    result = office.run("order", "export", "--output", "-")
    assert [line.split(",")[0] for line in result.stdout.splitlines()] == ["reference", "XKBKNABJK"]
    assert result.stderr == "1 order\n"


def test_an_export_that_fails_leaves_the_old_file(office: Office, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("old")
    result = office.run(
        "order", "export", "--state", "dreaming", "--output", str(tmp_path / "orders.csv")
    )
    assert result.exit_code == 2
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]
