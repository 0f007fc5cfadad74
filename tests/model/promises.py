"""The promises of the delivery protocol, as objections to a state of the model.

They are those of the checker that judges the real system (`tests/system/fire/checker.py`).
"""

from collections import Counter
from functools import cache

from tests.model.states import Event, State


def objection(state: State, ended: bool) -> str | None:
    """Return what is wrong in a state, or None. More is asked of an end, where no step follows."""
    return _always(state) or (_at_the_end(state) if ended else None)


def _always(state: State) -> str | None:
    return (
        _of_effects(state.effects)
        or _of_stream(state.stream, state.effects)
        or _of_mails(state.mails, state.doubts)
    )


@cache  # many states have the same effects
def _of_effects(effects: tuple[Event, ...]) -> str | None:
    for command, count in Counter(event[2] for event in effects).items():
        if count > 1:
            return f"the command {command} has its effects {count} times"
    if not _in_order(effects):
        return f"an effect was lost by another: {effects}"
    return None


@cache
def _of_stream(stream: tuple[Event, ...], effects: tuple[Event, ...]) -> str | None:
    for event in stream:
        if event not in effects:
            return f"an event without its effect: {event}"
    if not _in_order(tuple(dict.fromkeys(stream))):
        return f"events out of order: {stream}"
    return None


@cache
def _of_mails(mails: tuple[Event, ...], doubts: tuple[Event, ...]) -> str | None:
    for event, count in Counter(mails).items():
        if count > 1 + doubts.count(event):
            return f"{event} was mailed {count} times, where SMTP left no doubt"
    return None


def _at_the_end(state: State) -> str | None:
    done = {event[2] for event in state.effects}
    for command in sorted(state.inbox - done):
        return f"the command {command} counts as handled, without effects"
    for event in state.effects:
        if event not in state.stream:
            return f"an effect without its event: {event}"
    if state.queue or state.outbox or state.to_mail:
        return f"left over: {state.queue} {state.outbox} {state.to_mail}"
    if state.senders and not set(state.effects) <= set(state.mails):
        return f"not mailed: {set(state.effects) - set(state.mails)}"
    return None


def _in_order(events: tuple[Event, ...]) -> bool:
    """Return whether the events of each aggregate are numbered 1, 2, 3, …."""
    last: Counter[str] = Counter()
    for aggregate, number, _ in events:
        if number != last[aggregate] + 1:
            return False
        last[aggregate] = number
    return True
