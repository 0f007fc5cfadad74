"""The steps of the relays, which publish the outbox."""

from tests.model.states import Event, Next, Part, Relay, State


class Relaying(Part):
    """Take a lease, read, publish, delete."""

    def relay(self, state: State, number: int) -> Next:
        relay, name = state.relays[number], f"relay {number}"
        if relay.at == "idle":
            yield from self._read(state, number)
            return
        label = f"{relay.row[0]}{relay.row[1]}"
        if relay.at == "read":
            yield from self._publish(state, number, label)
        else:
            after = state
            if relay.at == "confirmed" and self._holds(state, number, relay.row[0]):
                after = state._replace(outbox=_without(state.outbox, relay.row))
            yield f"{name} deletes {label}", _set_relay(after, number, Relay())
        if state.kills:
            killed = state._replace(kills=state.kills - 1, leases=_ended(state.leases, number))
            yield f"kill {name}", _set_relay(killed, number, Relay())
        if state.losses and self.protocol.leases and self._holds(state, number, relay.row[0]):
            frozen = state._replace(losses=state.losses - 1, leases=_ended(state.leases, number))
            yield f"{name} is frozen and loses its leases", frozen

    def _read(self, state: State, number: int) -> Next:
        for partition in sorted({row[0] for row in state.outbox}):
            held = {holder for of, holder in state.leases if of == partition}
            if self._holds(state, number, partition):
                row = next(row for row in state.outbox if row[0] == partition)
                after = state
                if not self.protocol.delete_after_confirm:
                    after = state._replace(outbox=_without(state.outbox, row))
                yield (
                    f"relay {number} reads {row[0]}{row[1]}",
                    _set_relay(after, number, Relay("read", row)),
                )
            elif not held:
                leases = state.leases | {(partition, number)}
                yield f"relay {number} takes {partition}", state._replace(leases=leases)

    def _publish(self, state: State, number: int, label: str) -> Next:
        relay, name = state.relays[number], f"relay {number}"
        arrived = state._replace(stream=(*state.stream, relay.row))
        if state.senders:
            arrived = arrived._replace(to_mail=(*state.to_mail, relay.row))
        confirmed = relay._replace(at="confirmed")
        yield f"{name} publishes {label}", _set_relay(arrived, number, confirmed)
        if state.losses:
            after = confirmed
            if self.protocol.confirms:
                after = Relay()  # published again later
            lost = state._replace(losses=state.losses - 1)
            yield f"{name} loses {label} on its way", _set_relay(lost, number, after)
            unconfirmed = arrived._replace(losses=state.losses - 1)
            yield (
                f"{name} publishes {label}, confirm lost",
                _set_relay(unconfirmed, number, after),
            )

    def _holds(self, state: State, number: int, partition: str) -> bool:
        return not self.protocol.leases or (partition, number) in state.leases


def _set_relay(state: State, number: int, relay: Relay) -> State:
    relays = list(state.relays)
    relays[number] = relay
    return state._replace(relays=tuple(relays))


def _ended(leases: frozenset[tuple[str, int]], relay: int) -> frozenset[tuple[str, int]]:
    return frozenset(lease for lease in leases if lease[1] != relay)


def _without(rows: tuple[Event, ...], row: Event) -> tuple[Event, ...]:
    return tuple(each for each in rows if each != row)
