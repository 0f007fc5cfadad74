"""Documents in an object store: a folder, and an S3 server."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.documents.adapters import object_store
from services.documents.adapters.object_store import ObjectStore
from services.documents.store import Documents
from services.documents.worker import service
from shared.contracts import samples
from shared.contracts.reason import Reason
from shared.runtime.errors import NotYet, SettingsError
from shared.runtime.rabbitmq.delivery import Fate
from tests.documents.buckets import BUCKET, S3Server
from tests.documents.builders import EVENTS, RenderPool, an_invoice, issued, outside
from tests.words import ServiceHarness, delivery, harness, sqlite_url

ISSUED = issued(an_invoice())
CONTENT = b"%PDF IN000001"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.start()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in server.environment.items():
                patch.setenv(name, value)
            yield server
    finally:
        server.stop()


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty place, of each kind in turn."""
    object_store._opened.cache_clear()
    if request.param == "file":
        return (tmp_path / "papers of the shop").as_uri()
    request.getfixturevalue("s3")
    return f"s3://{BUCKET}/{uuid4()}"


def folder(place: str, s3: S3Server | None = None) -> Path:
    """The directory where the objects of a place really lie."""
    return (
        s3.folder / place.removeprefix("s3://")
        if s3
        else Path(place.removeprefix("file://").replace("%20", " "))
    )


@pytest.fixture
def desk(url: str, place: str) -> Iterator[ServiceHarness]:
    """The service on a database of each kind, with its documents elsewhere."""
    opened = harness(service, url, outside(RenderPool(), place))
    yield opened
    opened.engine.dispose()


def fetched(desk: ServiceHarness) -> Any:
    return desk.ask("document.get", {"document_id": samples.DOCUMENT_ID}).data


def test_the_bytes_lie_in_the_store_and_the_row_says_where(
    desk: ServiceHarness, place: str
) -> None:
    told = desk.tell(EVENTS["invoice"], ISSUED)
    assert b64decode(told[1].data["content"]) == CONTENT
    with desk.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT place, content, sha256 FROM documents").one()
    assert (row.place, bytes(row.content)) == (place, b"")
    assert ObjectStore(place).read(place, row.sha256) == CONTENT
    assert b64decode(fetched(desk)["content"]) == CONTENT


def test_what_was_kept_elsewhere_before_is_still_found(
    desk: ServiceHarness, place: str, tmp_path: Path
) -> None:
    desk.tell(EVENTS["invoice"], ISSUED)
    for setting in ("", (tmp_path / "another place").as_uri()):
        moved = ServiceHarness(service, desk.engine, outside(RenderPool(), setting))
        assert b64decode(fetched(moved)["content"]) == CONTENT


def test_documents_here_and_there_are_bound_together(
    url: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        RenderPool, "merge", lambda _press, sheets: (seen.append(sheets), (b"bound", 2))[1]
    )
    for number, setting in (("IN1", ""), ("IN2", place)):
        desk = harness(service, url, outside(RenderPool(), setting))
        desk.tell(EVENTS["invoice"], issued(an_invoice(number=number, document_id=uuid4())))
        desk.engine.dispose()
    desk = harness(service, url, outside(RenderPool(), place))
    (told,) = desk.tell("document.print_batch", {"batch_id": str(uuid4()), "kinds": ["invoice"]})
    assert told.data["document_count"] == 2
    assert sorted(seen[0]) == [("IN1", b"%PDF IN1"), ("IN2", b"%PDF IN2")]
    desk.engine.dispose()


def test_an_object_that_is_lost_or_changed_is_never_handed_out(
    place: str, request: pytest.FixtureRequest
) -> None:
    store = ObjectStore(place)
    sha256 = "0" * 64
    lost = store.read(place, sha256)
    assert isinstance(lost, Reason)
    assert (lost.code, f"00/{sha256}.pdf is not in {place}" in lost.sentence) == (
        "content_lost",
        True,
    )
    store.put(CONTENT)
    (kept,) = folder(
        place, request.getfixturevalue("s3") if place.startswith("s3:") else None
    ).rglob("*.pdf")
    kept.write_bytes(CONTENT[::-1])
    changed = store.read(place, kept.stem)
    assert isinstance(changed, Reason)
    assert changed.code == "content_changed"


@pytest.mark.parametrize("asked", ["document.get", "document.print_batch"])
def test_who_asks_for_what_is_lost_hears_what_to_do(asked: str, tmp_path: Path) -> None:
    place = (tmp_path / "papers").as_uri()
    desk = harness(service, sqlite_url(tmp_path), outside(RenderPool(), place))
    desk.tell(EVENTS["invoice"], ISSUED)
    next((tmp_path / "papers").rglob("*.pdf")).unlink()
    if asked == "document.get":
        refused = fetched(desk)
    else:
        refused = desk.tell(asked, {"batch_id": str(uuid4()), "kinds": ["invoice"]})[0].data
    assert refused["code"] == "content_lost"
    assert "restore it from a backup" in refused["reason"]
    desk.engine.dispose()


def test_a_document_waits_while_the_store_is_away(s3: S3Server, url: str) -> None:
    object_store._opened.cache_clear()
    desk = harness(service, url, outside(RenderPool(), f"s3://{BUCKET}/{uuid4()}"))
    event = delivery(EVENTS["invoice"], ISSUED)
    assert desk.ask("service.health", {}).data["healthy"]
    s3.stop()
    try:
        (verdict,) = desk.deliver(event)
        assert (verdict.fate, type(verdict.error)) == (Fate.RETRY, NotYet)
        assert "cannot be kept at s3://" in str(verdict.error)
        (problem,) = desk.ask("service.health", {}).data["problems"]
        assert "cannot be reached" in problem
        assert desk.outbox() == []
    finally:
        s3.start()
    assert [verdict.fate for verdict in desk.deliver(event)] == [Fate.DONE]
    assert b64decode(fetched(desk)["content"]) == CONTENT
    desk.engine.dispose()


def test_a_death_between_object_and_row_leaves_one_of_each(
    desk: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = delivery(EVENTS["invoice"], ISSUED)
    with monkeypatch.context() as patch:
        patch.setattr(Documents, "put", lambda *_: 1 / 0)
        assert [verdict.fate for verdict in desk.deliver(event)] == [Fate.RETRY]
    assert fetched(desk)["code"] == "unknown_document"
    assert [verdict.fate for verdict in desk.deliver(event)] == [Fate.DONE]
    assert b64decode(fetched(desk)["content"]) == CONTENT


def test_wrong_keys_are_told(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    object_store._opened.cache_clear()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    store = ObjectStore(f"s3://{BUCKET}/x")
    (problem,) = store.problems()
    assert "lacked the necessary privileges" in problem
    with pytest.raises(NotYet, match="lacked the necessary privileges"):
        store.put(CONTENT)
    object_store._opened.cache_clear()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("ftp://somewhere", "begins with none of file, s3"),
        ("papers", "begins with none"),
        ("file:///proc/none/x", "No such file"),
    ],
)
def test_a_place_that_cannot_be_is_told_at_the_start(place: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"cannot be kept at {place}.*{said}"):
        ObjectStore(place)
