"""Every query of the catalogue is answered where it says, and only there."""

from shared.contracts.message import Query
from shared.runtime.rabbitmq.delivery import Fate
from tests.catalogue.harness import REPLYTO
from tests.catalogue.messages import SERVICES, queries
from tests.catalogue.world import world_of
from tests.loops import for_each
from tests.words import delivery

EVERY = [(service.name, query) for service in SERVICES for query in queries(service)]
each_query = for_each(EVERY, lambda case: f"{case[0]} {case[1].name}")


@each_query
def test_a_query_has_one_answer_and_changes_nothing(case: tuple[str, type[Query]]) -> None:
    world, query = world_of(case[0]), case[1]
    state, data = world.state_for(query.name)
    world.harness.restore(state.database)
    before = world.harness.rows()
    caused = world.harness.send(delivery(query.name, data, replyto=REPLYTO))
    assert {each.type for each in caused} == {query.answer.wire_type()}
    assert [each.routing_key for each in world.harness.answers] == [REPLYTO] * len(caused)
    assert world.harness.rows() == before


@each_query
def test_a_query_without_replyto_is_a_dead_letter(case: tuple[str, type[Query]]) -> None:
    world, query = world_of(case[0]), case[1]
    world.harness.answers.clear()
    (verdict,) = world.harness.deliver(delivery(query.name, world.state_for(query.name)[1]))
    assert (verdict.fate, world.harness.answers) == (Fate.BURY, [])
    assert str(verdict.error) == f"The query {query.name} lacks the attribute 'replyto'."
