"""The state graph: states of orders, their moves, and the checks of a graph. The default states are
in `states.toml`.

`moves` of a state: None means every other state, empty means that the state is final. A fact about
an order (paid, shipped, invoiced) stays true in later states.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from services.orders.domain.guards import GUARDS
from shared.contracts.orders import PutState, StateDefinition, StateFlag, StateView
from shared.contracts.partial import merged
from shared.contracts.paths import path_to
from shared.contracts.reason import Reason

Graph = Mapping[str, "State"]
MOST = 200  # states of a shop


@dataclass(frozen=True)
class State:
    """A state of orders: its names by language, its moves, and its effects (`flags`)."""

    key: str
    colour: str
    labels: dict[str, str]
    flags: frozenset[StateFlag] = frozenset()
    mail_template: str | None = None
    moves: frozenset[str] | None = None
    hidden: bool = False
    initial: bool = False
    guards: tuple[str, ...] = ()
    when_short: str | None = None
    when_paid: str | None = None

    def has(self, flag: StateFlag) -> bool:
        return flag in self.flags

    @property
    def ends(self) -> bool:
        """Return whether the state is final."""
        return self.moves is not None and not self.moves

    def leads_to(self, key: str) -> bool:
        """Return whether there is a move from this state to another one."""
        return key != self.key and (self.moves is None or key in self.moves)

    def label(self, language: str) -> str:
        """Return the name in a language (`en` serves `en-GB`), else in English, else any name."""
        for key in (language, language.partition("-")[0], "en"):
            if key in self.labels:
                return self.labels[key]
        return next(iter(self.labels.values()))


def state_view(state: State, language: str) -> StateView:
    """Return a state as events show it."""
    return StateView(
        key=state.key,
        label=state.label(language),
        colour=state.colour,
        mail_template=state.mail_template,
        hidden=state.hidden,
        valid=state.has("valid"),
        labels=state.labels,
    )


def state_of(definition: StateDefinition) -> State:
    """Return the state of a definition in a message or in the file."""
    moves = definition.next_states
    return State(
        key=definition.key,
        colour=definition.colour,
        labels=dict(definition.labels),
        flags=frozenset(definition.flags),
        mail_template=definition.mail_template,
        moves=None if moves is None else frozenset(moves),
        hidden=definition.hidden,
        initial=definition.initial,
        guards=tuple(definition.guards),
        when_short=definition.when_short,
        when_paid=definition.when_paid,
    )


def definition_of(state: State) -> StateDefinition:
    """Return the definition of a state, as messages and tables hold it."""
    return StateDefinition(
        key=state.key,
        labels=state.labels,
        colour=state.colour,
        flags=sorted(state.flags),
        mail_template=state.mail_template,
        next_states=None if state.moves is None else sorted(state.moves),
        hidden=state.hidden,
        initial=state.initial,
        guards=list(state.guards),
        when_short=state.when_short,
        when_paid=state.when_paid,
    )


def put_state(command: PutState, graph: Graph) -> list[State] | Reason:
    """Return the states of a shop's graph that the command adds or changes, or the first error in
    the new graph.
    """
    before = graph.get(command.key)
    state = state_of(merged(definition_of(before), command) if before else command)
    sources = [graph.get(key) for key in command.comes_from]
    for key, source in zip(command.comes_from, sources, strict=True):
        if source is None or key == command.key:
            sentence = f"'comes_from' contains '{key}', which is not another state of this shop."
            return Reason(
                "unknown_source", sentence, field=path_to("comes_from", command.comes_from, key)
            )
    changed = [state]
    for source in sources:
        if source and source.moves is not None:
            changed.append(replace(source, moves=source.moves | {state.key}))
    if len(graph.keys() | {state.key}) > MOST:
        return Reason("too_many_states", f"A shop has at most {MOST} states.", field="key")
    found = next(inconsistencies({**graph, **{each.key: each for each in changed}}), None)
    return _in_command(found, command, state) if found else changed


def _in_command(found: Reason, command: PutState, state: State) -> Reason:
    """Return a reason with the path to its move in the command: states hold their moves sorted."""
    for key in sorted(state.moves or ()):
        if found.field == path_to("next_states", sorted(state.moves or ()), key):
            return found.at(path_to("next_states", command.next_states or (), key))
    return found


def inconsistencies(graph: Graph) -> Iterator[Reason]:
    """Yield the errors in a graph, state by state; unreachable states come last."""
    for state in graph.values():
        for rule in RULES:
            yield from rule(state, graph)
    for key in sorted(graph.keys() - _reachable(graph)):
        yield Reason(
            "unreachable",
            f"State '{key}' cannot be reached: no other state has a move to it.",
            field="comes_from",
            details={"state": key},
        )


def _unknown_targets(state: State, graph: Graph) -> Iterator[Reason]:
    named = sorted(state.moves or ())
    targets = [(path_to("next_states", named, key), key) for key in named]
    targets += [("when_short", state.when_short or ""), ("when_paid", state.when_paid or "")]
    for field, key in targets:
        if not key:
            continue
        if key not in graph:
            yield Reason(
                "unknown_target",
                f"State '{state.key}' has a move to '{key}', which does not exist.",
                field=field,
                details={"state": state.key},
            )
        elif key == state.key:
            yield Reason(
                "leads_to_itself",
                f"State '{key}' cannot have a move to itself.",
                field=field,
                details={"state": state.key},
            )


def _unknown_guards(state: State, _: Graph) -> Iterator[Reason]:
    for name in state.guards:
        if name not in GUARDS:
            known = ", ".join(GUARDS)
            yield Reason(
                "unknown_guard",
                f"There is no guard '{name}'; the guards are: {known}.",
                field=path_to("guards", state.guards, name),
                details={"state": state.key},
            )


def _waiting_nowhere(state: State, graph: Graph) -> Iterator[Reason]:
    waits = graph.get(state.when_short or "")
    if waits and not waits.has("backorder"):
        sentence = (
            f"An order cannot wait for stock in '{waits.key}': it lacks the flag 'backorder'."
        )
        yield Reason("no_backorder", sentence, field="when_short", details={"state": state.key})


def _flags_that_contradict(state: State, _: Graph) -> Iterator[Reason]:
    for one, other in CONTRADICTIONS:
        if state.has(one) and state.has(other):
            sentence = f"State '{state.key}' cannot have both flags '{one}' and '{other}'."
            yield Reason("flags_contradict", sentence, field="flags", details={"state": state.key})
    if state.initial and state.has("restock"):
        sentence = f"State '{state.key}' cannot be initial: it has the flag 'restock'."
        yield Reason("flags_contradict", sentence, field="initial", details={"state": state.key})


CONTRADICTIONS: tuple[tuple[StateFlag, StateFlag], ...] = (
    ("restock", "shipped"),
    ("restock", "backorder"),
    ("restock", "paid"),
    ("backorder", "shipped"),
)
RULES: tuple[Callable[[State, Graph], Iterator[Reason]], ...] = (
    _unknown_targets,
    _unknown_guards,
    _waiting_nowhere,
    _flags_that_contradict,
)


def _reachable(graph: Graph) -> set[str]:
    found = {state.key for state in graph.values() if state.initial}
    waiting = list(found)
    while waiting:
        state = graph[waiting.pop()]
        targets = set(graph) if state.moves is None else set(state.moves)
        targets |= {state.when_short or "", state.when_paid or ""}
        fresh = (targets & graph.keys()) - found
        found |= fresh
        waiting += fresh
    return found
