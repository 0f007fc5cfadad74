"""The frames of many messages are sent in one piece, in order."""

from contextlib import suppress

import pytest
from pika.adapters.select_connection import SelectConnection

from shared.runtime.rabbitmq.packing_connection import MAX_PIECE, PackingConnection


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return what is sent, without a server."""
    found: list[bytes] = []
    monkeypatch.setattr(
        SelectConnection, "_adapter_emit_data", lambda _self, data: found.append(data)
    )
    return found


def connection() -> PackingConnection:
    return PackingConnection.__new__(PackingConnection)


def test_frames_of_a_block_are_one_piece_others_are_sent_at_once(sent: list[bytes]) -> None:
    one = connection()
    one._adapter_emit_data(b"heartbeat ")
    with one.packing():
        one._adapter_emit_data(b"method ")
        one._adapter_emit_data(b"header ")
        assert sent == [b"heartbeat "]
    one._adapter_emit_data(b"ack")
    assert sent == [b"heartbeat ", b"method header ", b"ack"]


def test_an_error_keeps_nothing_back(sent: list[bytes]) -> None:
    one = connection()
    with suppress(ValueError), one.packing():
        one._adapter_emit_data(b"before")
        raise ValueError("too long")
    assert sent == [b"before"]
    one._adapter_emit_data(b" after")
    assert sent == [b"before", b" after"]


def test_large_documents_are_not_copied_as_a_whole(sent: list[bytes]) -> None:
    one = connection()
    with one.packing():
        for _ in range(10):
            one._adapter_emit_data(b"x" * (MAX_PIECE // 2))
    assert len(sent) == 4
    assert sum(map(len, sent)) == 10 * (MAX_PIECE // 2)
