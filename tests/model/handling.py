"""The steps of the client, and of the workers that handle its commands."""

from tests.model.states import Next, Part, State, Worker


class Handling(Part):
    """Publish, claim, load, commit, acknowledge."""

    def client(self, state: State) -> Next:
        if not state.unsent:
            return
        command, *rest = state.unsent
        arrived = (*state.queue, command)
        yield f"publish {command[0]}", state._replace(unsent=tuple(rest), queue=arrived)
        if state.losses:
            unknown = state._replace(losses=state.losses - 1, unknown=state.unknown | {command[0]})
            gave_up = unknown._replace(unsent=tuple(rest))
            yield f"publish {command[0]}, confirm lost, again", unknown._replace(queue=arrived)
            yield f"publish {command[0]}, confirm lost", gave_up._replace(queue=arrived)
            yield f"lose {command[0]} on its way", gave_up

    def worker(self, state: State, number: int) -> Next:
        worker = state.workers[number]
        name, command = f"worker {number}", worker.command
        if worker.at == "idle":
            if state.queue:
                taken = Worker("taken", state.queue[0])
                after = state._replace(queue=state.queue[1:])
                yield f"{name} takes {state.queue[0][0]}", _set_worker(after, number, taken)
            return
        if worker.at == "taken":
            yield from self._claim(state, number)
        elif worker.at == "claimed":
            if not (self.protocol.locks and _is_locked(state, command[1])):
                loaded = sum(event[0] == command[1] for event in state.effects)
                knowing = worker._replace(at="loaded", loaded=loaded)
                yield f"{name} loads {command[1]}", _set_worker(state, number, knowing)
        elif worker.at == "loaded":
            yield f"{name} commits {command[0]}", self._commit(state, number)
        elif worker.at == "unwritten":
            after = state._replace(outbox=(*state.outbox, state.effects[worker.loaded]))
            written = worker._replace(at="done")
            yield f"{name} writes the outbox", _set_worker(after, number, written)
        else:
            yield f"{name} acknowledges {command[0]}", self._acknowledge(state, number)
        returned = state.queue if worker.stale else (command, *state.queue)
        if state.kills:
            killed = state._replace(kills=state.kills - 1, queue=returned)
            yield f"kill {name}", _set_worker(killed, number, Worker())
        if state.losses and not worker.stale:
            lost = state._replace(losses=state.losses - 1, queue=returned)
            yield f"{name} is disconnected", _set_worker(lost, number, worker._replace(stale=True))

    def _claim(self, state: State, number: int) -> Next:
        worker = state.workers[number]
        command = worker.command[0]
        if self.protocol.inbox:
            if command in state.inbox:
                done = worker._replace(at="done")
                yield f"worker {number} finds {command} handled", _set_worker(state, number, done)
                return
            for other in state.workers:  # an uncommitted claim: the insert waits for its end
                if other.command[0] == command and other.at in ("claimed", "loaded"):
                    return
        claimed = worker._replace(at="claimed")
        yield f"worker {number} claims {command}", _set_worker(state, number, claimed)

    def _commit(self, state: State, number: int) -> State:
        worker = state.workers[number]
        command, aggregate = worker.command
        event = (aggregate, worker.loaded + 1, command)
        after = state._replace(effects=(*state.effects, event), inbox=state.inbox | {command})
        if self.protocol.outbox_in_transaction:
            after = after._replace(outbox=(*state.outbox, event))
            return _set_worker(after, number, worker._replace(at="done"))
        unwritten = worker._replace(at="unwritten", loaded=len(state.effects))
        return _set_worker(after, number, unwritten)

    def _acknowledge(self, state: State, number: int) -> State:
        worker = state.workers[number]
        queue = state.queue
        if worker.stale and not self.protocol.own_acks_only:
            queue = queue[1:]  # the tag belongs to another message now, which is gone
        return _set_worker(state._replace(queue=queue), number, Worker())


def _set_worker(state: State, number: int, worker: Worker) -> State:
    workers = list(state.workers)
    workers[number] = worker
    return state._replace(workers=tuple(workers))


def _is_locked(state: State, aggregate: str) -> bool:
    loaded = [worker.command[1] for worker in state.workers if worker.at == "loaded"]
    return aggregate in loaded
