"""Define the store credit of the sample customer. Plain JSON data."""

from shared.contracts.samples import CUSTOMER, NOON, ORDER_ID, SHOP_PROFILE, Json, euro

LOT_ID = "5c1d8a7e-90b2-4f63-a4d5-e6f7081920a1"
UNTIL = "2027-11-21T12:00:00Z"
ISSUE: Json = {
    "credit_id": LOT_ID,
    "customer_id": "c-1001",
    "amount": euro(2000),
    "reason": "The parcel was late.",
    "expires_at": UNTIL,
    "by": "anna@shop.test",
}
USE: Json = {
    "order_id": ORDER_ID,
    "payment_id": "6d2e9b8f-a1c3-4074-b5e6-f708192031b2",
    "amount": euro(1500),
    "credit_slips": ["CR000001"],
    "by": "anna@shop.test",
}
CHANGED: Json = {
    "customer_id": "c-1001",
    "amount": euro(2000),
    "balance": euro(2000),
    "lot_id": LOT_ID,
    "at": NOON,
    "by": "anna@shop.test",
    "customer": CUSTOMER,
    "language": "en",
    "shop": SHOP_PROFILE,
}
LOT: Json = {
    "lot_id": LOT_ID,
    "at": NOON,
    "amount": euro(2000),
    "unused": euro(2000),
    "expires_at": UNTIL,
}
ACCOUNT: Json = {"customer_id": "c-1001", "balance": euro(2000), "lots": [LOT]}
ENTRY: Json = {
    "kind": "issued",
    "amount": euro(2000),
    "balance": euro(2000),
    "lot_id": LOT_ID,
    "at": NOON,
    "by": "anna@shop.test",
    "reason": "The parcel was late.",
}
