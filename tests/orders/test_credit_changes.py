"""What changes an account of store credit: events of the new entries only, and lots that expire."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.orders.domain.credit_changes import Holder, change_of, known_holder
from services.orders.domain.store_credit import Account, Cause, Lot, issued, used
from shared.contracts import samples
from shared.contracts.orders import CustomerRecord
from tests.orders.words import NOON, SHOP

EMPTY = Account("default", "c-1001", "EUR")
CAUSE = Cause(NOON, "anna@shop.test")
ADA = CustomerRecord(
    customer_id="c-1001", email="ada@customer.test", full_name="Ada Lovelace", language="fr"
)
HOLDER = known_holder(ADA, SHOP)


def lot(number: int, expires_at: datetime | None = None) -> Lot:
    return Lot(UUID(int=number), NOON, 1000, 1000, expires_at)


def test_nothing_new_is_no_change() -> None:
    account = issued(EMPTY, lot(1), CAUSE)
    assert change_of(EMPTY, EMPTY, HOLDER) is None
    assert change_of(account, account, HOLDER) is None


def test_only_entries_since_the_last_message_are_told() -> None:
    before = issued(EMPTY, lot(1), CAUSE)
    change = change_of(before, issued(before, lot(2), CAUSE), HOLDER)
    assert change is not None
    assert [event.lot_id for event in change.events] == [UUID(int=2)]
    assert [event.balance.amount for event in change.events] == [2000]


def test_a_payment_from_two_lots_is_one_event() -> None:
    before = issued(issued(EMPTY, lot(1), CAUSE), lot(2), CAUSE)
    change = change_of(before, used(before, 1500, CAUSE), HOLDER)
    assert change is not None
    assert [event.amount.amount for event in change.events] == [1500]
    assert change.expiries == []


def test_a_new_lot_expires_at_its_time_and_one_without_end_never() -> None:
    end = NOON + timedelta(days=365)
    after = issued(issued(EMPTY, lot(1, end), CAUSE), lot(2), CAUSE)
    change = change_of(EMPTY, after, HOLDER)
    assert change is not None
    assert [(expiry.lot_id, expiry.at) for expiry in change.expiries] == [(UUID(int=1), end)]


def test_the_holder_is_named_where_the_shop_knows_them() -> None:
    assert HOLDER.customer is not None
    assert (HOLDER.customer.name, HOLDER.language) == ("Ada Lovelace", "fr")
    stranger = known_holder(None, replace(SHOP, default_language="de"))
    assert stranger == Holder(None, "de", SHOP.profile)
    assert stranger.shop.name == samples.SHOP_PROFILE["name"]
