"""Judge what the services note of messages: in the inbox, the journal, and the sequence."""

from collections import Counter
from collections.abc import Iterator

from shared.contracts.envelope import Envelope
from shared.runtime.service import installed_services
from tests.system.fire.evidence import Evidence, firsts

SHOWN = 3  # examples in a finding
Key = tuple[str, str]


def messages_handled(evidence: Evidence) -> Iterator[str]:
    """Each service has handled each event that it subscribes to, and each confirmed command."""
    events = firsts(evidence.events)
    for name, service in installed_services().items():
        handled: set[Key] = set()
        for row in evidence.tables[f"{name}.inbox"]:
            handled.add((row["source"], row["id"]))
        wanted: set[Key] = set()
        for event in events:
            if event.type in service.handlings:
                wanted.add((event.source, event.id))
        for sent in evidence.sent:
            if sent.answer == "confirmed" and f"aftercart.{sent.name}.v1" in service.handlings:
                user = sent.source.split("/")[1]  # RabbitMQ vouches for it
                wanted.add((f"{user}:{sent.source}", sent.id))
        missing = wanted - handled
        if missing:
            yield f"{name} has not handled {len(missing)} messages: {sorted(missing)[:SHOWN]}"


def journal_is_stream(evidence: Evidence) -> Iterator[str]:
    """The stream holds the events that the services note as published, and no others."""
    published: dict[str, list[Envelope]] = {}
    for event in firsts(evidence.events):
        published.setdefault(event.source, []).append(event)
    for name in installed_services():
        own = published.get(f"/aftercart/{name}", [])
        in_stream = Counter(event.id for event in own if event.name != "document.content")
        noted: Counter[str] = Counter()
        for row in evidence.tables[f"{name}.journal"]:
            if row["route"] == "event":
                noted[row["message_id"]] += 1
        for what, ids in (("lacks", noted - in_stream), ("adds", in_stream - noted)):
            if ids:
                yield f"the stream {what} {ids.total()} events of {name}: {sorted(ids)[:SHOWN]}"
        yield from _wrong_sequences(name, own, evidence)


def _wrong_sequences(name: str, events: list[Envelope], evidence: Evidence) -> Iterator[str]:
    """Yield the subjects whose next number does not follow the last event."""
    last: dict[str, int] = {}
    for event in events:
        if event.subject is None:
            continue
        key = f"{event.shop}/{event.subject}"
        last[key] = max(last.get(key, 0), int(event.sequence or 0))
    noted = {row["subject"]: row["last"] for row in evidence.tables[f"{name}.sequence"]}
    wrong = [key for key in last.keys() | noted.keys() if last.get(key) != noted.get(key)]
    if wrong:
        shown = [(key, last.get(key), noted.get(key)) for key in sorted(wrong)[:SHOWN]]
        yield f"{len(wrong)} sequences of {name} do not end with the last event: {shown}"
