"""The topology follows from the messages that services handle, and is applied once."""

import json
import re
from dataclasses import replace
from typing import Any

import pika
import pytest

from shared.runtime.errors import TopologyError
from shared.runtime.handlers import Handlers
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply, differences, stale_bindings
from shared.runtime.rabbitmq.users import Login, password_hash
from shared.runtime.service import installed_services
from tests.shared.runtime.rabbit_fixture import CLIENT, TOY, RabbitFixture
from tests.toy.contracts import Add
from tests.toy.service import toy

DELAYS = (1, 2.5, 600)


@pytest.fixture
def wanted() -> Any:
    return definitions([toy], DELAYS, {"toy": TOY, "client": CLIENT}, "v")


def queue(found: Any, name: Any) -> Any:
    return next(entry for entry in found["queues"] if entry["name"] == name)


def bindings(found: Any, name: Any) -> Any:
    return {
        (entry["source"], entry["routing_key"])
        for entry in found["bindings"]
        if entry["destination"] == name
    }


def without(service: Any, *messages: Any) -> Any:
    on = Handlers()
    on.handlings = [found for found in service.handlings.values() if found.message not in messages]
    return replace(service, handlers=[on])


def test_a_service_s_queues_are_bound_by_the_names_its_handlers_take(wanted: Any) -> None:
    assert bindings(wanted, "toy") == {
        ("toy.self", "toy"),
        (COMMANDS, "toy.add"),
        (COMMANDS, "toy.act"),
        (COMMANDS, "toy.act_once"),
        (EVENTS, "toy.weighed"),
    }
    assert bindings(wanted, "toy.questions") == {
        ("toy.self", "toy.questions"),
        (COMMANDS, "toy.get"),
        (COMMANDS, "service.health"),
    }
    assert bindings(wanted, "toy.bulk") == {
        ("toy.self", "toy.bulk"),
        (COMMANDS, "toy.print"),
        (COMMANDS, "toy.probe"),
    }


PREVIEWS = {"document.preview", "mail.preview"}  # they render


def test_in_every_service_queries_share_no_queue_with_work() -> None:
    found = definitions(installed_services().values(), DELAYS, {})
    for service in installed_services().values():
        queries = {query.name for query in service.queries}
        taken = {name for _, name in bindings(found, f"{service.name}.questions")}
        assert taken - {f"{service.name}.questions"} == queries - PREVIEWS
        assert not queries & {name for _, name in bindings(found, service.name)}


def test_batches_summaries_and_previews_share_no_queue_with_invoices_and_mails() -> None:
    found = definitions(installed_services().values(), DELAYS, {})
    assert bindings(found, "documents.bulk") == {
        ("documents.self", "documents.bulk"),
        (COMMANDS, "document.print_batch"),
        (COMMANDS, "document.preview"),
        (EVENTS, "order_summary.issued"),
    }
    assert (COMMANDS, "mail.preview") in bindings(found, "notify.bulk")
    assert (EVENTS, "invoice.issued") in bindings(found, "documents")


def test_an_internal_message_is_bound_to_nothing_that_others_can_write(wanted: Any) -> None:
    assert not [entry for entry in wanted["bindings"] if "tidy" in entry["routing_key"]]


def test_the_topology_of_all_services_binds_each_name_once_per_queue() -> None:
    found = definitions(installed_services().values(), DELAYS, {})
    keys = [
        (entry["source"], entry["destination"], entry["routing_key"]) for entry in found["bindings"]
    ]
    assert len(keys) == len(set(keys))
    for part in ("exchanges", "queues"):
        names = [entry["name"] for entry in found[part]]
        assert len(names) == len(set(names))


def test_no_command_is_taken_by_two_services_except_those_that_every_one_answers_for_itself() -> (
    None
):
    found = definitions(installed_services().values(), DELAYS, {})
    taken = [entry["routing_key"] for entry in found["bindings"] if entry["source"] == COMMANDS]
    assert {key for key in taken if taken.count(key) > 1} == {
        "service.health",
        "customer.erase",
        "customer.export",
        "document.render",
        "template.put",
        "template.reset",
        "template.list",
        "template.get",
        "template.restore",
        "template.versions",
    }


def test_work_and_wait_queues_dead_letter_so_that_nothing_is_lost(wanted: Any) -> None:
    for name in (
        "toy",
        "toy.questions",
        "toy.bulk",
        "toy.wait.1000",
        "toy.wait.2500",
        "toy.wait.600000",
    ):
        arguments = queue(wanted, name)["arguments"]
        assert arguments["x-queue-type"] == "quorum"
        assert arguments["x-dead-letter-exchange"] == "toy.self"
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-overflow"] == "reject-publish"


def test_what_waited_goes_back_by_its_own_key_and_what_failed_to_the_dead(wanted: Any) -> None:
    assert queue(wanted, "toy.wait.2500")["arguments"]["x-message-ttl"] == 2500
    assert "x-dead-letter-routing-key" not in queue(wanted, "toy.wait.2500")["arguments"]
    assert bindings(wanted, "toy.wait.2500") == {("toy.wait.2500", "")}
    for name in ("toy", "toy.questions", "toy.bulk"):
        assert queue(wanted, name)["arguments"]["x-dead-letter-routing-key"] == "toy.dead"
    for name in ("toy.dead", "aftercart.unrouted"):
        arguments = queue(wanted, name)["arguments"]
        assert arguments["x-delivery-limit"] == 2**31 - 1
        assert not {"x-message-ttl", "x-max-length", "x-expires"} & arguments.keys()


def test_every_queue_has_three_copies_in_a_cluster_and_leaders_on_all_nodes(wanted: Any) -> None:
    size = {"quorum": "x-quorum-initial-group-size", "stream": "x-initial-cluster-size"}
    for each in wanted["queues"]:
        arguments = each["arguments"]
        assert arguments[size[arguments["x-queue-type"]]] == 3
        assert arguments["x-queue-leader-locator"] == "balanced"


def test_the_delivery_limit_leaves_room_for_stops_and_reconnects(wanted: Any) -> None:
    assert queue(wanted, "toy")["arguments"]["x-delivery-limit"] >= 20


def test_every_event_reaches_the_stream(wanted: Any) -> None:
    assert bindings(wanted, "aftercart.events.stream") == {(EVENTS, "#")}


def test_a_service_s_rights_name_nothing_but_its_own(wanted: Any) -> None:
    rights = next(entry for entry in wanted["permissions"] if entry["user"] == "toy")
    names = [
        "toy",
        "toy.questions",
        "toy.bulk",
        "toy.dead",
        "toy.self",
        "toy.wait.1000",
        "other.wait.1000",
        "other.questions",
        "other",
        "other.self",
        "toys",
        "xtoy",
        "",
        "amq.default",
        COMMANDS,
        EVENTS,
    ]
    assert {name for name in names if re.search(rights["configure"], name)} == {""}
    assert {name for name in names if re.search(rights["read"], name)} == {
        "toy",
        "toy.questions",
        "toy.bulk",
    }
    assert {name for name in names if re.search(rights["write"], name)} == {
        "toy.self",
        "toy.wait.1000",
        EVENTS,
    }


def test_a_client_s_name_is_taken_literally() -> None:
    found = definitions([], [], {"client": Login("shop.one+2", "x")})
    own_replies = found["topic_permissions"][0]["read"]
    assert re.search(own_replies, "shop.one+2.reply")
    assert not re.search(own_replies, "shopXone+2.reply")
    assert not re.search(own_replies, "shop.onee2.reply")


def test_a_login_is_read_from_a_url_as_rabbitmq_s_client_reads_it() -> None:
    url = "amqp://us%40er:p%2Fss%3Aword@host/vhost;amqp://other:x@host"
    credentials = pika.URLParameters(url.split(";", maxsplit=1)[0]).credentials
    assert (
        Login.of(url)
        == Login(credentials.username, credentials.password)
        == Login("us@er", "p/ss:word")
    )


def test_no_password_stands_in_the_definitions(wanted: Any) -> None:
    assert TOY.password not in json.dumps(wanted)
    assert password_hash(TOY, b"salt") == password_hash(TOY, b"salt") != password_hash(TOY, b"tlas")


def test_a_difference_is_told_with_what_is_and_what_should_be(wanted: Any) -> None:
    other = definitions([toy], DELAYS, {}, "v")
    queue(other, "toy")["arguments"]["x-delivery-limit"] = 5
    other["exchanges"][0]["type"] = "direct"
    sentences = list(differences(wanted, other))
    assert len(sentences) == 2
    assert "The exchange 'aftercart.commands' has type direct and should have topic." in sentences
    assert "The queue 'toy' has arguments {" in sentences[1]


def test_what_is_missing_or_foreign_is_no_difference(wanted: Any) -> None:
    foreign = {"exchanges": [], "queues": [{"name": "theirs", "durable": False, "arguments": {}}]}
    assert list(differences(wanted, foreign)) == []


def test_only_bindings_of_our_queues_to_our_exchanges_become_stale(wanted: Any) -> None:
    smaller = definitions([without(toy, Add)], DELAYS, {}, "v")
    theirs = {"source": EVENTS, "destination": "client.x", "routing_key": "#"}
    default = {"source": "", "destination": "toy", "routing_key": "toy"}
    existing = {"bindings": [*wanted["bindings"], theirs, default]}
    found = [
        (entry["destination"], entry["routing_key"]) for entry in stale_bindings(smaller, existing)
    ]
    assert found == [("toy", "toy.add")]


# --- on a real RabbitMQ ---------------------------------------------------------------------------


def test_applying_twice_changes_nothing(rabbitmq: RabbitFixture) -> None:
    again = apply(rabbitmq.topology(), rabbitmq.management, rabbitmq.vhost)
    assert (again.added, again.unbound) == ([], [])


def test_a_new_handler_adds_and_an_old_one_loses_its_binding(rabbitmq: RabbitFixture) -> None:
    lost = apply(rabbitmq.topology(without(toy, Add)), rabbitmq.management, rabbitmq.vhost)
    assert lost.unbound == ["aftercart.commands --toy.add--> toy"]
    back = apply(rabbitmq.topology(), rabbitmq.management, rabbitmq.vhost)
    assert back.added == ["binding aftercart.commands --toy.add--> toy"]


def test_a_stale_binding_with_a_pattern_is_removed_too(rabbitmq: RabbitFixture) -> None:
    with rabbitmq.hand() as channel:
        channel.queue_bind("toy", EVENTS, "toy.#")
        channel.queue_bind("toy", COMMANDS, "a b/c*", arguments={"x": 1})
    found = apply(rabbitmq.topology(), rabbitmq.management, rabbitmq.vhost)
    assert sorted(found.unbound) == [
        "aftercart.commands --a b/c*--> toy",
        "aftercart.events --toy.#--> toy",
    ]
    again = apply(rabbitmq.topology(), rabbitmq.management, rabbitmq.vhost)
    assert again.unbound == []


def test_an_incompatible_topology_is_reported_and_nothing_is_applied(
    rabbitmq: RabbitFixture,
) -> None:
    rabbitmq.fill("toy.dead")
    wider = rabbitmq.topology(replace(toy, name="more"))
    wider["queues"] += rabbitmq.topology()["queues"]
    with pytest.raises(
        TopologyError, match=r"The queue 'toy\.dead' has arguments .* nothing|nothing was changed"
    ):
        apply(wider, rabbitmq.management, rabbitmq.vhost)
    assert not [
        entry
        for entry in rabbitmq.management.queues(rabbitmq.vhost)
        if entry["name"].startswith("more")
    ]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://admin:wrong@{}", "refuses the user or password"),
        ("http://admin:x@127.0.0.1:1", "cannot be reached"),
        ("http://admin:x@127.0.0.1:1;http://admin:wrong@{}", "refuses the user or password"),
        ("http://admin:x@127.0.0.1:1;http://admin:x@127.0.0.1:2", r":1 cannot.* \S+:2 cannot"),
    ],
)
def test_a_management_api_that_does_not_answer_is_told_in_a_sentence_without_the_password(
    rabbitmq: RabbitFixture, url: str, sentence: str
) -> None:
    address = rabbitmq.rabbit.management_url.rpartition("/")[2].rpartition("@")[2]
    with (
        Management(url.format(address)) as management,
        pytest.raises(TopologyError, match=sentence) as told,
    ):
        management.definitions()
    assert "wrong@" not in str(told.value)
