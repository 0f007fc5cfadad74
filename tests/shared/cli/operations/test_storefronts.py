"""Storefronts and readers on a real RabbitMQ: what they may do, and everything they must not."""

import json
import re
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from pika.exceptions import AMQPError, ChannelClosedByBroker, ProbableAuthenticationError

from deploy.stack.rabbitmq import RabbitNode
from shared.cli.operations.account_administration import LOCK
from shared.cli.operations.account_commands import administration
from shared.clients.client import Request, open_client
from shared.clients.connection import connect
from shared.clients.exclusive_lock import exclusive_lock
from shared.clients.subscriptions import subscribe
from shared.runtime.errors import TopologyError
from shared.runtime.rabbitmq.accounts import Account
from shared.runtime.rabbitmq.names import COMMANDS, DOCUMENT_STREAM, EVENTS, REPLIES, STREAM
from shared.runtime.rabbitmq.users import Login
from tests.conditions import FAR, until
from tests.shared.cli.conftest import Terminal, terminal_at
from tests.shared.runtime.rabbit_fixture import RabbitFixture, totals, working
from tests.words import sqlite_url

PAGE = Path(__file__).parents[4] / "docs" / "howto" / "storefronts.md"


@dataclass
class Place:
    """A virtual host with a running worker of the toy, and a terminal."""

    rabbitmq: RabbitFixture
    terminal: Terminal
    worker: Any

    def add(self, *arguments: str) -> str:
        """Add an account and return its URL."""
        result = self.terminal.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return str(json.loads(result.stdout)["url"])

    def remove(self, kind: str, name: str) -> None:
        result = self.terminal.run(kind, "remove", name)
        assert (result.exit_code, result.stdout) == (0, f"{name} is removed\n")


@pytest.fixture(scope="module")
def place(rabbit: RabbitNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    rabbitmq, database = RabbitFixture(rabbit), sqlite_url(tmp_path_factory.mktemp("toy"))
    with working(rabbitmq, database) as worker:
        yield Place(rabbitmq, terminal_at(rabbitmq, rabbit, database), worker)
    for name in ("corner", "bureau", "archive", "kiosk"):
        rabbitmq.management.delete_user(name)
    rabbitmq.close()


@pytest.fixture(scope="module")
def corner(place: Place) -> str:
    return place.add("storefront", "add", "corner", "--shop", "default", "--shop", "second")


@pytest.fixture(scope="module")
def office(place: Place, corner: str) -> str:
    rights = ("--all-shops", "--employee", "*@shop.test", "--may-force", "--reads-events")
    return place.add("storefront", "add", "bureau", *rights)


@pytest.fixture(scope="module")
def archive(place: Place) -> str:
    return place.add("reader", "add", "archive")


def reply(url: str, shop: str = "default", **data: Any) -> dict[str, Any]:
    """Send `toy.add` and return the fields of its reply."""
    with open_client(url, "test") as client:
        return client.request("toy.add", {"key": "k", "amount": 1, **data}, shop=shop).data


def ask(url: str, shop: str = "default", **data: Any) -> str:
    """Send `toy.add` and return the code of its refusal, or `done`."""
    return str(reply(url, shop, **data).get("code", "done"))


def login(url: str) -> Login:
    parts = urlsplit(url)
    return Login(str(parts.username), unquote(str(parts.password)))


def test_a_storefront_speaks_for_its_shops_only(place: Place, corner: str, office: str) -> None:
    assert [ask(corner, shop) for shop in ("default", "second", "third")] == [
        "done",
        "done",
        "foreign_shop",
    ]
    assert ask(office, "third") == "done"


def test_a_storefront_sends_only_what_its_entry_lists(place: Place, corner: str) -> None:
    url = place.add("storefront", "add", "kiosk", "--all-shops", "--may-send", "*.list")
    assert (ask(corner), ask(url)) == ("done", "message_not_allowed")
    wrong = place.terminal.run("storefront", "add", "w", "--all-shops", "--may-send", "order.plac")
    assert wrong.exit_code == 64
    assert "no command or query is named 'order.plac'; did you mean 'order.place'" in wrong.stderr
    place.remove("storefront", "kiosk")


def test_a_storefront_claims_only_what_its_entry_allows(corner: str, office: str) -> None:
    claims: list[dict[str, Any]] = [{"by": "anna@shop.test"}, {"force": True}, {"agreed": True}]
    assert [ask(corner, **claim) for claim in claims] == [
        "employee_not_allowed",
        "force_not_allowed",
        "employee_not_allowed",
    ]
    assert [ask(office, **claim) for claim in claims] == ["done"] * 3
    assert ask(office, by="anna@elsewhere.test") == "employee_not_allowed"


def test_the_client_of_the_settings_may_still_do_everything(place: Place, corner: str) -> None:
    client = str(place.terminal.environment["AFTERCART_BROKER_URL"])
    assert ask(client, "fourth", by="anna@elsewhere.test", force=True) == "done"


def test_a_refusal_for_another_s_shop_is_no_event_of_it(place: Place, corner: str) -> None:
    with connect(place.rabbitmq.url(), "test") as connection:
        events = subscribe(connection, "toy.#")
        assert ask(corner, "third") == "foreign_shop"
        assert ask(corner, "second") == "done"
        seen = events.poll(FAR)
    assert seen
    assert (seen.name, seen.shop) == ("toy.added", "second")


def refused(place: Place, url: str, act: Any) -> bool:
    """Return whether RabbitMQ refuses something to a user with 403."""
    channel = place.rabbitmq.channel(login(url))
    try:
        act(channel)
    except ChannelClosedByBroker as error:
        return bool(error.reply_code == 403)
    finally:
        if channel.connection.is_open:
            channel.connection.close()
    return False


def consume(stream: str) -> Any:
    def act(channel: Any) -> None:
        channel.basic_qos(prefetch_count=1)
        channel.basic_consume(stream, lambda *_: None)
        channel.cancel()

    return act


def publish(exchange: str, key: str) -> Any:
    return lambda channel: channel.basic_publish(exchange, key, b"{}")


def listen(key: str, exchange: str = REPLIES) -> Any:
    return lambda channel: channel.queue_bind(
        channel.queue_declare("", exclusive=True).method.queue, exchange, key
    )


@pytest.mark.parametrize(
    "act",
    [
        consume(STREAM),
        consume(DOCUMENT_STREAM),
        publish(EVENTS, "toy.added"),
        publish(REPLIES, "bureau.r"),
        listen("bureau.r"),
        listen("client.r"),
        listen("corner.#"),
        listen("#"),
        listen("#", EVENTS),
        listen("#", COMMANDS),
        lambda channel: channel.exchange_declare("mine"),
        lambda channel: channel.queue_declare("mine"),
    ],
    ids=lambda act: None,
)
def test_rabbitmq_refuses_a_storefront_everything_else(place: Place, corner: str, act: Any) -> None:
    assert refused(place, corner, act)


def test_a_storefront_reads_events_only_with_that_right(place: Place, office: str) -> None:
    assert not refused(place, office, consume(STREAM))
    assert refused(place, office, consume(DOCUMENT_STREAM))


@pytest.mark.parametrize(
    "act",
    [
        publish(COMMANDS, "toy.add"),
        publish(EVENTS, "toy.added"),
        publish(REPLIES, "corner.r"),
        publish("toy.self", "toy"),
        publish("", "toy"),
        consume(DOCUMENT_STREAM),
        consume("toy"),
        listen("archive.r"),
        lambda channel: channel.queue_declare("", exclusive=True),
        lambda channel: channel.exchange_declare("mine"),
    ],
    ids=lambda act: None,
)
def test_a_reader_publishes_and_creates_nothing(place: Place, archive: str, act: Any) -> None:
    assert refused(place, archive, act)


def test_a_reader_reads_events(place: Place, archive: str, office: str) -> None:
    with connect(archive, "test") as connection:
        events = subscribe(connection, "toy.added")
        ask(office, "read")
        seen = events.poll(FAR)
    assert seen
    assert seen.shop == "read"


def test_two_accounts_that_are_added_at_once_are_both_there(
    place: Place, corner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in place.terminal.environment.items():
        monkeypatch.setenv(name, str(value))

    def add(number: int) -> str:
        with administration(place.terminal.installation, FAR) as accounts:
            new = Account(name=f"twin-{number}", kind="storefront", shops=["default"])
            return accounts.add(new)[0].user

    names = [f"twin-{number}" for number in range(4)]
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(add, range(4))) == names
    listed = place.terminal.run("storefront", "list", "--json").stdout
    assert {*names, "corner"} <= {json.loads(line)["name"] for line in listed.splitlines()}
    for name in names:
        place.remove("storefront", name)


def test_accounts_that_another_command_changes_are_waited_for(place: Place, corner: str) -> None:
    with exclusive_lock(place.rabbitmq.url(), LOCK, 0):
        result = place.terminal.run("storefront", "rotate", "corner", "--wait", "0.2")
        assert (result.exit_code, result.stderr) == (
            1,
            "Another command is changing the same at the moment: try again when it has ended.\n",
        )
        assert place.terminal.run("storefront", "list").exit_code == 0


def test_accounts_are_listed(place: Place, office: str, archive: str) -> None:
    found = place.terminal.run("storefront", "list").stdout
    assert found == (
        "Storefront  Shops            Employees    Rights\n"
        "bureau      all              *@shop.test  may force, reads events\n"
        "corner      default, second\n"
    )
    listed = place.terminal.run("reader", "list", "--json").stdout
    assert [json.loads(line)["name"] for line in listed.splitlines()] == ["archive"]


def test_the_topology_keeps_accounts_and_their_passwords(
    place: Place, corner: str, archive: str
) -> None:
    damaged = f"/api/permissions/{place.rabbitmq.vhost}/corner"
    place.rabbitmq.api("DELETE", damaged)
    assert place.terminal.run("topology", "apply").exit_code == 0
    assert ask(corner) == "done"
    assert not refused(place, archive, consume(STREAM))
    assert place.terminal.run("health").exit_code == 0


def test_a_user_that_rabbitmq_lost_is_named_and_can_be_created_again(place: Place) -> None:
    place.add("reader", "add", "lost")
    place.rabbitmq.management.delete_user("lost")
    applied = place.terminal.run("topology", "apply")
    assert applied.exit_code == 0
    assert applied.stderr == (
        "The reader 'lost' has no user in RabbitMQ: run `aftercart reader rotate lost`.\n"
    )
    assert not refused(place, place.add("reader", "rotate", "lost"), consume(STREAM))
    place.rabbitmq.management.delete_user("lost")
    place.remove("reader", "lost")


def test_rights_change_while_everything_runs(place: Place, corner: str) -> None:
    changed = place.terminal.run("storefront", "change", "corner", "--shop", "third")
    assert changed.stdout == "corner  shops third\n"
    assert [ask(corner, shop) for shop in ("third", "default")] == ["done", "foreign_shop"]
    place.terminal.run("storefront", "change", "corner", "--shop", "default", "--shop", "second")
    assert ask(corner) == "done"


def test_a_new_password_replaces_the_old_one(place: Place) -> None:
    old = place.add("storefront", "add", "branch", "--shop", "default")
    new = place.add("storefront", "rotate", "branch")
    assert ask(new) == "done"
    with pytest.raises(TopologyError, match="refuses the password of 'branch'"):
        ask(old)
    with open_client(new, "test") as client:
        place.remove("storefront", "branch")
        with pytest.raises((AMQPError, TopologyError)):
            until(lambda: client.send(Request("toy.add", {"key": "k", "amount": 1})))
    with pytest.raises((ProbableAuthenticationError, TopologyError)):
        ask(new)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("storefront", "add", "toy", "--all-shops"), "RabbitMQ has a user 'toy' already"),
        (("storefront", "add", "a.b", "--all-shops"), "'a.b' is not a valid name"),
        (("storefront", "add", "new"), "Name its shops with --shop, or use --all-shops."),
        (("storefront", "add", "new", "--shop", "Not One"), "--shop"),
        (("storefront", "remove", "archive"), "There is no storefront 'archive'"),
        (("reader", "rotate", "nobody"), "There is no reader 'nobody'"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    place: Place, archive: str, arguments: Any, sentence: str
) -> None:
    result = place.terminal.run(*arguments)
    assert result.exit_code in (1, 64), result.output
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def consumers(rabbitmq: RabbitFixture) -> int:
    """Return the consumers of the toy's queue, as the management API counts them."""
    path = f"/api/queues/{rabbitmq.vhost}/toy"
    return int(rabbitmq.api("GET", path).get("consumers", 0))


def test_without_an_answer_of_every_service_no_user_is_created(
    rabbit: RabbitNode, tmp_path: Path
) -> None:
    """Otherwise a service that does not know the storefronts yet would accept everything."""
    rabbitmq, database = RabbitFixture(rabbit), sqlite_url(tmp_path)
    terminal = terminal_at(rabbitmq, rabbit, database)
    busy = rabbitmq.channel()
    busy.basic_consume("toy", lambda *_: None)
    until(lambda: consumers(rabbitmq))
    result = terminal.run("storefront", "add", "early", "--all-shops", "--wait", "0.3")
    assert result.exit_code == 1
    assert result.stderr == (
        "toy did not confirm within 0.3 seconds; nothing was changed. See `aftercart health`, then"
        " try again.\n"
    )
    assert "early" not in {user["name"] for user in rabbitmq.api("GET", "/api/users")}
    busy.connection.close()
    with working(rabbitmq, database) as worker:
        rabbitmq.add("accepted without user_id")
        until(lambda: totals(worker.engine))
    rabbitmq.close()


def test_a_service_that_does_not_run_applies_a_change_when_it_starts(
    rabbit: RabbitNode, tmp_path: Path
) -> None:
    rabbitmq, database = RabbitFixture(rabbit), sqlite_url(tmp_path)
    terminal = terminal_at(rabbitmq, rabbit, database)
    added = terminal.run("storefront", "add", "late", "--shop", "default", "--wait", "0.3")
    assert (added.exit_code, added.stderr.splitlines()[-1]) == (
        0,
        "toy does not run, and applies this when it starts.",
    )
    url = added.stdout.split()[-1]
    with working(rabbitmq, database):
        assert (ask(url, "second"), ask(url)) == ("foreign_shop", "done")
    rabbitmq.management.delete_user("late")
    rabbitmq.close()


def blocks(language: str) -> list[str]:
    """Return the blocks of a language in the page; those of commands have none."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def test_the_commands_of_the_page_work_in_its_order(rabbit: RabbitNode, tmp_path: Path) -> None:
    rabbitmq, database = RabbitFixture(rabbit), sqlite_url(tmp_path)
    terminal = terminal_at(rabbitmq, rabbit, database)
    refusal = json.loads(blocks("json")[0])
    with working(rabbitmq, database):
        for line in "".join(blocks("")).splitlines():
            done = terminal.run(*shlex.split(line)[1:])
            assert done.exit_code == 0, f"{line}: {done.output}"
            if line.startswith("aftercart storefront add corner-shop"):
                url = done.stdout.split()[-1]
                assert reply(url, "second").items() >= refusal.items()
    rabbitmq.management.delete_user("office")
    rabbitmq.close()
