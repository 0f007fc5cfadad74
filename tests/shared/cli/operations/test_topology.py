import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.runtime.rabbitmq.management import Management


def existing(terminal: Any) -> Any:
    """What is in the virtual host of these settings."""
    environment = terminal.environment
    with Management(environment["AFTERCART_MANAGEMENT_URL"]) as management:
        return management.definitions(urlsplit(environment["AFTERCART_BROKER_URL"]).path[1:])


def test_it_is_made_once_and_then_it_is_there(bare: Any) -> None:
    early = bare.run("topology", "apply", "--nodes", "3")
    assert early.exit_code == 1
    assert early.stderr == (
        "RabbitMQ runs on 1 node of 3; nothing was changed. Start the others, then apply again.\n"
    )
    first, second = bare.run("topology", "apply"), bare.run("topology", "apply")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "added exchange aftercart.commands\n" in first.stdout
    assert "added queue toy.wait.100\n" in first.stdout
    assert "added binding aftercart.commands --toy.add--> toy\n" in first.stdout
    assert "added permission toy\n" in first.stdout
    lines = first.stdout.splitlines()
    assert lines[-1].startswith(f"{sum(line.startswith('added ') for line in lines)} added")
    assert second.stdout == "Everything exists already.\n"
    assert {queue["name"] for queue in existing(bare)["queues"]} >= {
        "toy",
        "toy.dead",
        "aftercart.events.stream",
    }


def test_an_incompatible_queue_is_told_and_nothing_is_changed(bare: Any, rabbitmq: Any) -> None:
    vhost = urlsplit(bare.environment["AFTERCART_BROKER_URL"]).path[1:]
    rabbitmq.api(
        "PUT",
        f"/api/queues/{vhost}/toy",
        json={"durable": True, "arguments": {"x-queue-type": "classic"}},
    )
    result = bare.run("topology", "apply")
    assert result.exit_code == 1
    assert (
        "nothing was changed. The queue 'toy' has arguments {'x-queue-type': 'classic'} and should"
        in result.stderr
    )
    assert "Traceback" not in result.output
    assert [queue["name"] for queue in existing(bare)["queues"]] == ["toy"]
    assert "The queue 'toy' has arguments" in bare.run("health", "--wait", "0.1").stdout


def test_what_no_handler_takes_any_more_is_unbound(terminal: Any, rabbitmq: Any) -> None:
    with rabbitmq.hand() as channel:
        channel.queue_bind("toy", "aftercart.commands", "toy.former")
    result = terminal.run("topology", "apply")
    assert result.stdout == "unbound aftercart.commands --toy.former--> toy\n1 unbound.\n"


def test_a_right_that_somebody_changed_is_named(terminal: Any, damaged: Any) -> None:
    damaged.allow("toy")
    assert "changed permission toy\n" in terminal.run("topology", "apply").stdout
    assert terminal.run("topology", "apply").stdout == "Everything exists already.\n"


def test_it_is_shown_without_passwords(terminal: Any) -> None:
    shown = terminal.run("topology", "show").stdout
    assert "hash" not in shown
    users = json.loads(shown)["users"]
    assert [user["name"] for user in users] == ["toy", "client"]


def test_it_can_be_imported_with_passwords(terminal: Any, rabbitmq: Any) -> None:
    shown = json.loads(terminal.run("topology", "show", "--with-passwords").stdout)
    assert all(user["password_hash"] for user in shown["users"])
    rabbitmq.management.import_definitions(shown)
    assert terminal.run("send", "toy.add", "-", "--wait", "0", stdin="{}").exit_code == 0


def test_a_service_whose_login_is_not_known_is_told(terminal: Any) -> None:
    result = terminal.without("AFTERCART_TOY_BROKER_URL").run("topology", "apply")
    assert result.exit_code == 0
    assert (
        result.stderr == "The user of toy is left unchanged: AFTERCART_TOY_BROKER_URL is not set.\n"
    )


def test_passwords_with_odd_characters_work(terminal: Any, rabbitmq: Any) -> None:
    url = urlsplit(terminal.environment["AFTERCART_BROKER_URL"])
    odd = url._replace(netloc=f"odd-clerk:p%40ss%2Fw%25rd@{url.hostname}:{url.port}").geturl()
    clerk = terminal.having(AFTERCART_BROKER_URL=odd)
    assert "added user odd-clerk\n" in clerk.run("topology", "apply").stdout
    assert clerk.run("topology", "apply").stdout == "Everything exists already.\n"
    assert clerk.run("send", "toy.add", "-", "--wait", "0", stdin="{}").exit_code == 0
    other = terminal.having(AFTERCART_BROKER_URL=odd.replace("p%40ss", "pass"))
    changed = other.run("topology", "apply").stdout
    assert changed == "changed password of odd-clerk\n1 changed.\n"
    rabbitmq.api("DELETE", "/api/users/odd-clerk")


@pytest.mark.parametrize("variable", ["AFTERCART_BROKER_URL", "AFTERCART_TOY_BROKER_URL"])
def test_the_administrator_does_not_lose_his_rights(
    terminal: Any, rabbitmq: Any, variable: str
) -> None:
    result = terminal.having(**{variable: rabbitmq.url()}).run("topology", "apply")
    assert result.exit_code == 1
    assert (
        f"{variable} uses RabbitMQ's administrator 'admin', which would lose its permissions"
        in result.stderr
    )


def test_two_services_cannot_share_a_user(terminal: Any) -> None:
    shared = terminal.environment["AFTERCART_BROKER_URL"]
    result = terminal.having(AFTERCART_TOY_BROKER_URL=shared).run("topology", "apply")
    assert result.exit_code == 1
    assert "AFTERCART_TOY_BROKER_URL and AFTERCART_BROKER_URL both use 'client'" in result.stderr


def test_two_virtual_hosts_are_told(terminal: Any) -> None:
    url = (
        urlsplit(terminal.environment["AFTERCART_TOY_BROKER_URL"])
        ._replace(path="/elsewhere")
        .geturl()
    )
    result = terminal.having(AFTERCART_TOY_BROKER_URL=url).run("topology", "show")
    assert result.exit_code == 1
    assert "'elsewhere' in AFTERCART_TOY_BROKER_URL" in result.stderr


def test_the_management_url_is_needed(terminal: Any) -> None:
    result = terminal.without("AFTERCART_MANAGEMENT_URL").run("topology", "apply")
    assert (result.exit_code, result.stderr) == (
        1,
        (
            "AFTERCART_MANAGEMENT_URL is not set: set it to http://user:password@host:15672 of a"
            " RabbitMQ administrator.\n"
        ),
    )
