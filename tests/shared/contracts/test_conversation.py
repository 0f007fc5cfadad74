"""Tokens identify a conversation, and cannot be forged."""

import string
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from shared.contracts.conversation import (
    Conversation,
    SigningKeys,
    message_id,
    reply_address,
    tokens_in,
)

KEYS = SigningKeys({1: b"k" * 32})
ORDER = Conversation("order", UUID("0190b2a8-7c1f-7d3e-9a51-3f2b6c4d5e6f"))
BASE32 = string.ascii_lowercase + "234567"

conversations = st.builds(Conversation, st.sampled_from(["order", "thread"]), st.uuids())


@given(conversations)
def test_a_token_identifies_its_conversation(conversation: Conversation) -> None:
    token = KEYS.sign(conversation)
    assert KEYS.read(token) == conversation
    assert len(token) == 45
    assert set(token) <= set(BASE32)


@given(conversations)
def test_a_conversation_can_be_written_and_parsed(conversation: Conversation) -> None:
    assert Conversation.parse(str(conversation)) == conversation


@pytest.mark.parametrize(
    "text", ["", "order", "order/", "order/7", f"basket/{UUID(int=7)}", "order/" + "0" * 31]
)
def test_an_invalid_conversation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Conversation.parse(text)


def test_a_token_with_a_changed_character_is_refused() -> None:
    """Except the last bit of the last character, which the base32 of 28 bytes does not use."""
    token = KEYS.sign(ORDER)
    accepted = set()
    for place in range(len(token)):
        for letter in set(BASE32) - {token[place]}:
            forged = token[:place] + letter + token[place + 1 :]
            if KEYS.read(forged) is not None:
                accepted.add((place, forged, KEYS.read(forged)))
    assert len(accepted) <= 1
    assert all(place == 44 and found == ORDER for place, _, found in accepted)


def test_a_token_of_another_key_is_refused() -> None:
    assert SigningKeys({1: b"x" * 32}).read(KEYS.sign(ORDER)) is None
    assert SigningKeys({2: b"k" * 32}).read(KEYS.sign(ORDER)) is None


def test_tokens_of_two_kinds_differ() -> None:
    assert KEYS.sign(ORDER) != KEYS.sign(Conversation("thread", ORDER.id))


def test_a_new_key_signs_and_the_old_one_still_reads() -> None:
    both = SigningKeys({1: KEYS.secrets[1], 2: b"n" * 32})
    assert both.read(KEYS.sign(ORDER)) == ORDER
    assert both.read(both.sign(ORDER)) == ORDER
    assert KEYS.read(both.sign(ORDER)) is None


@given(st.text() | st.text(BASE32, min_size=45, max_size=45))
def test_no_other_text_is_a_token(text: str) -> None:
    assert KEYS.read(text) is None


def test_keys_are_read_from_one_line() -> None:
    found = SigningKeys.parse("1:" + "0a" * 32 + ",255:" + "0b" * 40)
    assert found.secrets == {1: b"\n" * 32, 255: b"\v" * 40}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:zz",
        "256:" + "0a" * 32,
        "-1:" + "0a" * 32,
        "1:" + "0a" * 31,
        "x:" + "0a" * 32,
    ],
)
def test_the_error_about_invalid_keys_does_not_contain_the_secret(text: str) -> None:
    with pytest.raises(ValueError, match="signing key") as caught:
        SigningKeys.parse(text)
    assert "0a0a" not in str(caught.value)


def test_tokens_are_found_in_addresses_and_message_ids_in_any_case() -> None:
    token = KEYS.sign(ORDER)
    address = reply_address("service@shop.test", token)
    assert address == f"service+{token}@shop.test"
    for header in (
        address,
        address.upper(),
        message_id(uuid4(), token, "shop.test"),
        f"<a@b>\r\n <x.{token}@c>",
    ):
        assert tokens_in(header) == [token]


def test_a_longer_or_shorter_text_is_not_a_token() -> None:
    token = KEYS.sign(ORDER)
    assert tokens_in(f"<{token}a@b> <{token[1:]}@b>") == []


def test_several_tokens_keep_their_order() -> None:
    tokens = [KEYS.sign(Conversation("thread", uuid4())) for _ in range(3)]
    assert tokens_in(" ".join(f"<1.{token}@shop.test>" for token in tokens)) == tokens
