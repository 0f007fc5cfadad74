"""States and moves as values, and what makes a graph of them nonsense. The default ones lie in
`states.toml`.

Moves: None = any other state, empty = final. What is once true of an order (paid, shipped,
invoiced) stays true.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from services.orders.domain.guards import GUARDS
from shared.contracts.orders import PutState, StateDefinition, StateFlag, StateView
from shared.contracts.partial import merged
from shared.contracts.reason import Reason

Graph = Mapping[str, "State"]
MOST = 200  # states of a shop


@dataclass(frozen=True)
class State:
    """A state: its names per language, and what reaching it brings (`flags`)."""

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
        """Whether it is final."""
        return self.moves is not None and not self.moves

    def leads_to(self, key: str) -> bool:
        """Whether the graph has a move from here to that other state."""
        return key != self.key and (self.moves is None or key in self.moves)

    def label(self, language: str) -> str:
        """The name in a language (`en` serves `en-GB`), else in English, else any."""
        wanted = (language, language.partition("-")[0], "en")
        return next(
            (self.labels[each] for each in wanted if each in self.labels),
            next(iter(self.labels.values())),
        )


def state_view(state: State, language: str) -> StateView:
    """A state as an event tells it."""
    return StateView(
        key=state.key,
        label=state.label(language),
        colour=state.colour,
        mail_template=state.mail_template,
        hidden=state.hidden,
        valid=state.has("valid"),
        labels=state.labels,
    )


def state_of(told: StateDefinition) -> State:
    """The state that a message, or the file, defines."""
    return State(
        told.key,
        told.colour,
        dict(told.labels),
        frozenset(told.flags),
        told.mail_template,
        None if told.moves is None else frozenset(told.moves),
        told.hidden,
        told.initial,
        tuple(told.guards),
        told.when_short,
        told.when_paid,
    )


def definition_of(state: State) -> StateDefinition:
    """The same, as it is told and kept."""
    return StateDefinition(
        key=state.key,
        labels=state.labels,
        colour=state.colour,
        flags=sorted(state.flags),
        mail_template=state.mail_template,
        moves=None if state.moves is None else sorted(state.moves),
        hidden=state.hidden,
        initial=state.initial,
        guards=list(state.guards),
        when_short=state.when_short,
        when_paid=state.when_paid,
    )


def put_state(command: PutState, graph: Graph) -> list[State] | Reason:
    """The states that a shop's graph gets or changes, or why that would make nonsense."""
    before = graph.get(command.key)
    state = state_of(merged(definition_of(before), command) if before else command)
    sources = [graph.get(key) for key in command.comes_from]
    for key, source in zip(command.comes_from, sources, strict=True):
        if source is None or key == command.key:
            sentence = f"There is no other state '{key}' to come from."
            return Reason("unknown_source", sentence, field="comes_from")
    changed = [
        state,
        *(_leading(source, state.key) for source in sources if source and source.moves is not None),
    ]
    if len(graph.keys() | {state.key}) > MOST:
        return Reason("too_many_states", f"A shop has {MOST} states at most.", field="key")
    found = next(objections({**graph, **{each.key: each for each in changed}}), None)
    return found or changed


def _leading(source: State, key: str) -> State:
    return replace(source, moves=(source.moves or frozenset()) | {key})


def objections(graph: Graph) -> Iterator[Reason]:
    """Everything that is wrong with a graph, state by state; a state that cannot be reached comes
    last.
    """
    for state in graph.values():
        for rule in RULES:
            yield from rule(state, graph)
    for key in sorted(graph.keys() - _reachable(graph)):
        yield Reason(
            "unreachable",
            f"No order can ever come to '{key}': nothing leads there.",
            field="comes_from",
            details={"state": key},
        )


def _unknown_targets(state: State, graph: Graph) -> Iterator[Reason]:
    named = [("moves", key) for key in sorted(state.moves or ())]
    named += [
        (field, key) for field in ("when_short", "when_paid") if (key := getattr(state, field))
    ]
    for field, key in named:
        if key not in graph:
            yield Reason(
                "unknown_target",
                f"'{state.key}' leads to '{key}', which there is not.",
                field=field,
                details={"state": state.key},
            )
        elif key == state.key:
            yield Reason(
                "leads_to_itself",
                f"'{key}' cannot lead to itself.",
                field=field,
                details={"state": state.key},
            )


def _unknown_guards(state: State, _: Graph) -> Iterator[Reason]:
    for name in state.guards:
        if name not in GUARDS:
            known = ", ".join(GUARDS)
            yield Reason(
                "unknown_guard",
                f"There is no guard '{name}'; there are: {known}.",
                field="guards",
                details={"state": state.key},
            )


def _waiting_nowhere(state: State, graph: Graph) -> Iterator[Reason]:
    waits = graph.get(state.when_short or "")
    if waits and not waits.has("backorder"):
        sentence = (
            f"An order cannot wait for stock in '{waits.key}': it has not the flag 'backorder'."
        )
        yield Reason("no_backorder", sentence, field="when_short", details={"state": state.key})


def _flags_that_contradict(state: State, _: Graph) -> Iterator[Reason]:
    for one, other in CONTRADICTIONS:
        if state.has(one) and state.has(other):
            sentence = f"'{state.key}' cannot have both '{one}' and '{other}'."
            yield Reason("flags_contradict", sentence, field="flags", details={"state": state.key})
    if state.initial and state.has("restock"):
        sentence = f"An order cannot begin in '{state.key}', which gives its stock back."
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
        led = set(graph) if state.moves is None else set(state.moves)
        led |= {key for key in (state.when_short, state.when_paid) if key}
        fresh = (led & graph.keys()) - found
        found |= fresh
        waiting += fresh
    return found
