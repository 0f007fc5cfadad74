"""Stored documents are listed page by page, and merged into one."""

import io
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pikepdf
import pytest

from services.documents.adapters.engine import Engine
from services.documents.domain.sample import sample
from services.documents.handlers import batches
from shared.contracts.envelope import Envelope
from shared.contracts.snapshot import DocumentSnapshot
from tests.documents.builders import EVENTS, INVOICE_ID, RenderPool, an_invoice, issued, read
from tests.words import ServiceHarness

DAY = datetime(2026, 11, 1, 12, tzinfo=UTC)
ORDER = uuid4()


def keep(desk: ServiceHarness, snapshot: DocumentSnapshot, **attributes: Any) -> None:
    assert desk.tell(EVENTS[snapshot.kind], issued(snapshot), **attributes)


def a_shelf(desk: ServiceHarness) -> None:
    """Five invoices, one a day, and a delivery slip on the third."""
    for number in range(5):
        at = DAY + timedelta(days=number)
        keep(
            desk,
            an_invoice(
                number=f"IN{number}", document_id=uuid5(INVOICE_ID, str(number)), issued_at=at
            ),
        )
    keep(desk, sample("delivery_slip", issued_at=DAY + timedelta(days=2, hours=1), order_id=ORDER))
    keep(desk, an_invoice(number="IN9", document_id=uuid4(), issued_at=DAY), shop="other")


def listed(desk: ServiceHarness, **query: Any) -> list[str]:
    return [one["number"] for one in desk.ask("document.list", query).data["documents"]]


def test_documents_are_listed_by_kind_day_and_order(desk: ServiceHarness) -> None:
    a_shelf(desk)
    assert listed(desk) == ["IN4", "IN3", "DE000001", "IN2", "IN1", "IN0"]
    assert listed(desk, kinds=["delivery_slip"]) == ["DE000001"]
    assert listed(
        desk, issued_from="2026-11-02T12:00:00Z", issued_before="2026-11-04T12:00:00Z"
    ) == [
        "DE000001",
        "IN2",
        "IN1",
    ]
    assert listed(desk, order_id=str(ORDER)) == ["DE000001"]
    assert listed(desk, order_id=str(ORDER), kinds=["invoice"]) == []


def test_documents_are_listed_by_the_reference_of_their_order_in_their_shop(
    desk: ServiceHarness,
) -> None:
    a_shelf(desk)
    keep(
        desk,
        sample(
            "delivery_slip",
            number="DE2",
            document_id=uuid4(),
            order_id=uuid4(),
            order_reference="OTHER-1",
        ),
    )
    assert listed(desk, order_id="OTHER-1") == listed(desk, order_id="other-1") == ["DE2"]
    assert listed(desk, order_id="XKBKNABJK", kinds=["invoice"]) == [
        "IN4",
        "IN3",
        "IN2",
        "IN1",
        "IN0",
    ]
    assert listed(desk, order_id="NOTHING") == []
    answer = desk.ask("document.list", {"order_id": "XKBKNABJK"}, shop="other")
    assert [one["number"] for one in answer.data["documents"]] == ["IN9"]


def test_a_list_goes_on_where_the_page_before_ended(desk: ServiceHarness) -> None:
    a_shelf(desk)
    numbers, cursor = [], None
    while True:
        page = desk.ask("document.list", {"limit": 2, "cursor": cursor}).data
        assert page["total_count"] == 6
        numbers.append([one["number"] for one in page["documents"]])
        cursor = page["next"]
        if cursor is None:
            break
    assert numbers == [["IN4", "IN3"], ["DE000001", "IN2"], ["IN1", "IN0"]]


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"cursor": "x"}, "unknown_cursor", "cursor"),
        (
            {"issued_from": DAY.isoformat(), "issued_before": DAY.isoformat()},
            "empty_range",
            "issued_before",
        ),
    ],
)
def test_what_cannot_be_listed_is_refused(
    query: dict[str, Any], code: str, field: str, desk: ServiceHarness
) -> None:
    answer = desk.ask("document.list", query)
    assert (answer.name, answer.data["code"]) == ("document.list_refused", code)
    assert answer.data["details"] == {"field": field}


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 1001}, {"kinds": ["letter"]}, {"issued_from": "soon"}]
)
def test_wrong_fields_of_a_list_are_refused_by_name(
    query: dict[str, Any], small_desk: ServiceHarness
) -> None:
    answer = small_desk.ask("document.list", query)
    assert answer.data["code"] == "invalid"
    assert answer.data["reason"].startswith(next(iter(query)))


@pytest.fixture
def printing(
    desk: ServiceHarness, press: RenderPool, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> ServiceHarness:
    """The service with real PDFs."""
    monkeypatch.setattr(press, "render", engine.render)
    return desk


def test_a_document_is_told_again_with_the_same_bytes_and_not_rendered_anew(
    desk: ServiceHarness, press: RenderPool
) -> None:
    keep(desk, an_invoice())
    before = desk.outbox()
    told = desk.tell("document.render", {"document_id": str(INVOICE_ID)})
    assert [(event.name, event.data) for event in told] == [
        (event.name, event.data) for event in before
    ]
    assert press.printed == ["IN000001"]


@pytest.mark.parametrize(
    ("asked", "shop", "code"),
    [
        ({"document_id": str(INVOICE_ID)}, "other", "unknown_document"),
        ({"document_id": str(ORDER)}, "default", "unknown_document"),
        ({"document_id": "42"}, "default", "invalid"),
        ({"document_id": str(INVOICE_ID), "order_id": str(ORDER)}, "default", "two_named"),
    ],
)
def test_what_cannot_be_told_again_is_refused(
    asked: dict[str, Any], shop: str, code: str, small_desk: ServiceHarness
) -> None:
    keep(small_desk, an_invoice())
    (refused,) = small_desk.tell("document.render", asked, shop=shop)
    assert (refused.name, refused.data["code"]) == ("document.render_refused", code)


def test_a_summary_of_an_order_is_asked_of_another_service(small_desk: ServiceHarness) -> None:
    assert small_desk.tell("document.render", {"order_id": str(ORDER)}) == []


def test_documents_are_bound_into_one_with_an_outline(printing: ServiceHarness) -> None:
    a_shelf(printing)
    wanted = {"batch_id": str(uuid4()), "kinds": ["invoice"], "issued_from": "2026-11-03T00:00:00Z"}
    (told,) = printing.tell("document.print_batch", wanted)
    assert (told.name, told.data["document_count"], told.data["pages"]) == (
        "document.batch_printed",
        3,
        3,
    )
    pdf = b64decode(told.data["content"])
    assert titles(told) == ["IN2", "IN3", "IN4"]
    text = read(pdf)
    assert [number in text for number in ("IN1", "IN2", "IN3", "IN4", "IN9")] == [
        False,
        True,
        True,
        True,
        False,
    ]
    again = printing.tell("document.print_batch", wanted | {"batch_id": str(uuid4())})[0]
    assert b64decode(again.data["content"]) == pdf


def test_documents_of_chosen_orders_are_bound(printing: ServiceHarness) -> None:
    a_shelf(printing)
    (told,) = printing.tell(
        "document.print_batch", {"batch_id": str(uuid4()), "order_ids": [str(ORDER)]}
    )
    assert told.data["document_count"] == 1


def test_a_batch_comes_in_parts_that_say_how_far_it_is(printing: ServiceHarness) -> None:
    a_shelf(printing)
    told = printing.tell(
        "document.print_batch", {"batch_id": str(uuid4()), "kinds": ["invoice"], "part_size": 2}
    )
    parts = []
    while told:
        parts.append(
            (
                titles(told[0]),
                *(told[0].data[name] for name in ("part", "document_count", "remaining")),
            )
        )
        if len(told) == 1:
            break
        assert told[1].name == "document.print_batch"
        keep(
            printing, an_invoice(number=f"LATE{len(parts)}", document_id=uuid4(), issued_at=DAY)
        )  # behind it already
        told = printing.tell(told[1].name, told[1].data)
    assert parts == [(["IN0", "IN1"], 1, 2, 3), (["IN2", "IN3"], 2, 2, 1), (["IN4"], 3, 1, 0)]


def titles(printed: Envelope) -> list[str]:
    """The outline of a part."""
    with (
        pikepdf.open(io.BytesIO(b64decode(printed.data["content"]))) as pdf,
        pdf.open_outline() as outline,
    ):
        return [str(item.title) for item in outline.root]


def test_a_part_that_could_not_be_sent_is_refused(
    desk: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_shelf(desk)
    monkeypatch.setattr(batches, "MAX_PART", 10)
    (told,) = desk.tell("document.print_batch", {"batch_id": str(uuid4())})
    assert (told.name, told.data["code"]) == ("document.print_batch_refused", "part_too_large")
    assert told.data["details"]["field"] == "part_size"


@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        ({"order_ids": [str(UUID(int=7))]}, "no_documents", None),
        (
            {"issued_from": DAY.isoformat(), "issued_before": DAY.isoformat()},
            "empty_range",
            "issued_before",
        ),
        ({"cursor": "x", "part": 2}, "unknown_cursor", "cursor"),
        ({"batch_id": "7"}, "invalid", "batch_id"),
        ({"kinds": ["letter"]}, "invalid", "kinds[0]"),
        ({"part_size": 501}, "invalid", "part_size"),
        ({"part": 0}, "invalid", "part"),
    ],
)
def test_what_cannot_be_bound_is_refused(
    wanted: dict[str, Any], code: str, field: str | None, desk: ServiceHarness
) -> None:
    a_shelf(desk)
    (told,) = desk.tell("document.print_batch", {"batch_id": str(uuid4()), **wanted})
    assert (told.name, told.data["code"]) == ("document.print_batch_refused", code)
    if code != "invalid":
        details = told.data["details"]
        assert (details.get("field"), details["part"]) == (field, wanted.get("part", 1))
    else:
        assert str(field) in told.data["reason"]
