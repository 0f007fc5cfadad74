"""The steps of the senders, whose side effect must not be repeated."""

from tests.model.states import Event, Next, Note, Part, Sender, State


class Mailing(Part):
    """Claim, note the start, mail, store the outcome."""

    def sender(self, state: State, number: int) -> Next:
        sender, name = state.senders[number], f"sender {number}"
        event, label = sender.event, f"{sender.event[0]}{sender.event[1]}"
        if sender.at == "idle":
            if state.to_mail:
                taken = Sender("taken", state.to_mail[0])
                after = state._replace(to_mail=state.to_mail[1:])
                yield (
                    f"{name} takes {taken.event[0]}{taken.event[1]}",
                    _set_sender(after, number, taken),
                )
            return
        if sender.at == "taken":
            yield from self._claim_mail(state, number)
        elif sender.at == "claimed":
            yield from self._start_mail(state, number)
        elif sender.at == "started":
            mailed = state._replace(mails=(*state.mails, event))
            yield f"{name} mails {label}", _set_sender(mailed, number, sender._replace(at="mailed"))
        elif sender.at == "mailed":
            after = state._replace(
                stored=state.stored | {event}, notes=_without_note(state.notes, event)
            )
            yield f"{name} stores {label}", _set_sender(after, number, sender._replace(at="done"))
        else:
            yield f"{name} acknowledges {label}", _set_sender(state, number, Sender())
        if state.kills:
            yield f"kill {name}", self._kill_sender(state, number)

    def _claim_mail(self, state: State, number: int) -> Next:
        sender = state.senders[number]
        label = f"{sender.event[0]}{sender.event[1]}"
        if sender.event in state.stored:
            done = sender._replace(at="done")
            yield f"sender {number} finds {label} mailed", _set_sender(state, number, done)
            return
        note = _note(state.notes, sender.event)
        if self.protocol.notes and note and note.started and note.holder >= 0:
            return  # the lease of the claim outlasts every attempt: wait
        losses = state.losses
        if note and note.holder >= 0:  # in time, the other one starts first
            losses -= 1
        if losses < 0:
            return
        own = Note(sender.event, number, started=False)
        notes = _without_note(state.notes, sender.event) | {own}
        after = state._replace(notes=notes, losses=losses)
        claimed = sender._replace(at="claimed")
        yield f"sender {number} claims {label}", _set_sender(after, number, claimed)

    def _start_mail(self, state: State, number: int) -> Next:
        sender = state.senders[number]
        label, note = f"{sender.event[0]}{sender.event[1]}", _note(state.notes, sender.event)
        if self.protocol.notes and (note is None or note.holder != number):
            again = state._replace(to_mail=(*state.to_mail, sender.event))
            yield f"sender {number} lost the claim of {label}", _set_sender(again, number, Sender())
            return
        own = Note(sender.event, number, started=True)
        after = state._replace(notes=_without_note(state.notes, sender.event) | {own})
        started = sender._replace(at="started")
        yield f"sender {number} starts {label}", _set_sender(after, number, started)

    def _kill_sender(self, state: State, number: int) -> State:
        sender = state.senders[number]
        notes = frozenset(
            note._replace(holder=-1) if note.holder == number else note for note in state.notes
        )
        doubts = state.doubts
        if sender.at in ("started", "mailed"):
            doubts = (*doubts, sender.event)
        killed = state._replace(
            kills=state.kills - 1,
            to_mail=(sender.event, *state.to_mail),
            notes=notes,
            doubts=tuple(sorted(doubts)),
        )
        return _set_sender(killed, number, Sender())


def _set_sender(state: State, number: int, sender: Sender) -> State:
    senders = list(state.senders)
    senders[number] = sender
    return state._replace(senders=tuple(senders))


def _note(notes: frozenset[Note], event: Event) -> Note | None:
    return next((note for note in notes if note.event == event), None)


def _without_note(notes: frozenset[Note], event: Event) -> frozenset[Note]:
    return frozenset(note for note in notes if note.event != event)
