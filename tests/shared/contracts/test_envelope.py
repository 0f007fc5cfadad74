"""The envelope agrees with the official CloudEvents SDK."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given, strategies as st

from shared.contracts.envelope import Envelope, Unreadable, decode
from shared.contracts.message import wire_type

WHOLE = Envelope(
    id="1",
    source="/storefront",
    type="aftercart.order.place.v1",
    subject="order 7",
    shop="north",
    time=datetime(2026, 11, 21, 12, 30, 15, 250_000, tzinfo=UTC),
    sequence="000000000012",
    correlationid="walk",
    causationid="0",
    replyto="client.1",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data={"name": "Zoë", "lines": [{"quantity": 2}], "nothing": None, "large": 2**53 + 1},
    partitionkey="7",  # type: ignore[call-arg]
    tenant="x",
)
ATTRIBUTES = (
    "id",
    "source",
    "type",
    "specversion",
    "subject",
    "sequence",
    "correlationid",
    "causationid",
    "replyto",
    "traceparent",
    "shop",
    "partitionkey",
    "tenant",
    "datacontenttype",
)


def judge(body: bytes) -> CloudEvent:
    """Return the event as the SDK reads it; raises if it is not a CloudEvent."""
    return JSONFormat().read(CloudEvent, body)  # type: ignore[return-value]


def bytes_of(**changes: object) -> bytes:
    return json.dumps(
        {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", **changes}
    ).encode()


def test_the_sdk_reads_every_attribute() -> None:
    found = judge(WHOLE.encode())
    assert {name: found.get_attributes()[name] for name in ATTRIBUTES} == {
        name: getattr(WHOLE, name) for name in ATTRIBUTES
    }
    assert found.get_time() == WHOLE.time
    assert found.get_data() == WHOLE.data


def test_an_envelope_survives_the_sdk() -> None:
    assert decode(JSONFormat().write(judge(WHOLE.encode()))) == WHOLE


def test_an_event_of_the_sdk_can_be_read() -> None:
    theirs = CloudEvent(
        {
            "id": "9",
            "source": "https://shop.test/",
            "type": "aftercart.order.place.v1",
            "subject": "7",
            "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
            "specversion": "1.0",
            "datacontenttype": "application/json",
            "shop": "north",
            "replyto": "client.1",
        },
        {"order_id": "7"},
    )
    found = decode(JSONFormat().write(theirs))
    assert (found.id, found.source, found.subject, found.shop, found.replyto) == (
        "9",
        "https://shop.test/",
        "7",
        "north",
        "client.1",
    )
    assert found.time == theirs.get_time()
    assert found.data == {"order_id": "7"}


def test_absent_attributes_are_left_out() -> None:
    lean = Envelope(id="1", source="/s", type="t").encode()
    assert set(json.loads(lean)) == {
        "specversion",
        "id",
        "source",
        "type",
        "datacontenttype",
        "shop",
        "data",
    }
    judge(lean)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=10,
    ).map(lambda value: {"value": value})
)
def test_data_arrives_as_it_was_sent(data: dict[str, object]) -> None:
    assert decode(Envelope(id="1", source="/s", type="t", data=data).encode()).data == data


def test_letters_are_not_escaped() -> None:
    assert "Zoë".encode() in WHOLE.encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff", "not_utf8"),
        (b"[" * 100_000, "not_json"),
        (b"9" * 5000, "not_json"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"{}", "missing_attribute"),
        (bytes_of(specversion="0.3"), "specversion: "),
        (bytes_of(id=5), "id: "),
        (bytes_of(source=""), "source: "),
        (bytes_of(type=None), "type: "),
        (bytes_of(data=[1]), "data: "),
        (bytes_of(time="2026-01-01T00:00:00"), "time: "),
        (bytes_of(data="x"), "data: "),
        (bytes_of(datacontenttype="text/xml"), "datacontenttype: "),
        (bytes_of(shop="North"), "shop: "),
        (bytes_of(shop="a" * 41), "shop: "),
    ],
    ids=repr,
)
def test_the_error_about_an_invalid_envelope_names_the_attribute(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(body)
    assert reason.removesuffix(": ") in (caught.value.reason.field, caught.value.reason.code)


@given(
    st.binary()
    | (st.text() | st.dictionaries(st.text(), st.integers()).map(json.dumps)).map(str.encode)
)
def test_any_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(body)
    assert caught.value.reason.code in (
        "invalid_attribute",
        "missing_attribute",
        "not_an_object",
        "not_json",
        "not_utf8",
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (wire_type("order.place"), "order.place"),
        (wire_type("order.place_refused", 12), "order.place_refused"),
        ("com.example.thing", "com.example.thing"),
        ("aftercart.", "aftercart."),
        ("aftercart.v1", "aftercart.v1"),
        ("other.order.place.v1", "other.order.place.v1"),
    ],
)
def test_the_name_is_the_type_without_prefix_and_version(kind: str, name: str) -> None:
    assert Envelope(id="1", source="/s", type=kind).name == name
