"""Declarations that do not fit their handlers: mypy must refuse each line that says `wrong`.

This module is never imported by the service; `test_wrong_handlers` gives it to mypy.
"""

from collections.abc import Iterable

from services.orders.domain.order import Order
from services.orders.handlers.keys import MOVES
from services.orders.work import ORDER, Work
from services.orders.work.kinds import STOCK
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import GetOrder, OrderDetail, OrderNoted, SetNote, SetStock
from shared.runtime.handlers import Handlers, any_of, recorded, repeatable

service = Handlers[Work]()


@service.handles(SetNote, on=ORDER)
def right(order: Order, command: SetNote, work: Work) -> Iterable[Event]:
    return [OrderNoted(order_id=order.order_id, note=command.note, by=command.by)]


@service.handles(SetNote)  # wrong: takes another message
def takes_another(command: SetStock, work: Work) -> Iterable[Event]:
    return []


@service.handles(any_of(SetNote, SetStock))  # wrong: takes one of two
def takes_one_of_two(command: SetNote, work: Work) -> Iterable[Event]:
    return []


@service.handles(SetNote)  # wrong: lacks the unit of work
def lacks_work(command: SetNote) -> Iterable[Event]:
    return []


@service.handles(SetNote)  # wrong: takes an aggregate that is not declared
def takes_an_aggregate(order: Order, command: SetNote, work: Work) -> Iterable[Event]:
    return []


@service.handles(SetNote, on=ORDER)  # wrong: lacks the aggregate
def lacks_aggregate(command: SetNote, work: Work) -> Iterable[Event]:
    return []


@service.handles(SetNote)  # wrong: returns a number
def returns_a_number(command: SetNote, work: Work) -> int:
    return 1


@service.handles(SetNote)  # wrong: returns one event
def returns_one_event(command: SetNote, work: Work) -> Event:
    return OrderNoted(order_id=command.order_id, note=command.note, by=command.by)


@service.handles(GetOrder)  # wrong: a query is answered, with one answer
def answers_with_events(query: GetOrder, work: Work) -> Iterable[Event]:
    return []


@service.handles(SetNote)  # wrong: a command is not answered
def answers_a_command(command: SetNote, work: Work) -> OrderDetail:
    return OrderDetail.model_validate({})


def quantities(command: SetStock, at: Envelope, work: Work) -> Iterable[int]:
    return [command.quantity]


STOCK.of(quantities)  # wrong: the stock has other keys


@service.handles(SetNote, locks=MOVES)  # wrong: the locks are those of other messages
def locks_of_others(command: SetNote, work: Work) -> Iterable[Event]:
    return []


def claim(command: SetNote, work: Work) -> str | None:
    return command.note or None


def claim_another(command: SetStock, work: Work) -> str:
    return command.sku


def act(claimed: str, adapters: None) -> bool:
    return claimed == ""


def act_on_another(claimed: int, adapters: None) -> bool:
    return claimed == 0


@service.handles(SetNote, claim=claim, act=repeatable(act))
def right_after_an_act(command: SetNote, work: Work, outcome: bool) -> None: ...


@service.handles(SetNote, claim=claim_another, act=repeatable(act))  # wrong: claims another message
def claims_another(command: SetNote, work: Work, outcome: bool) -> None: ...


@service.handles(SetNote, claim=claim, act=repeatable(act_on_another))  # wrong: not what is claimed
def acts_on_another(command: SetNote, work: Work, outcome: bool) -> None: ...


@service.handles(SetNote, claim=claim, act=repeatable(act))  # wrong: saves another outcome
def saves_another(command: SetNote, work: Work, outcome: bytes) -> None: ...


@service.handles(SetNote, claim=claim, act=repeatable(act))  # wrong: saves no outcome
def saves_none(command: SetNote, work: Work) -> None: ...


recorded(act, bytes)  # wrong: records another outcome
