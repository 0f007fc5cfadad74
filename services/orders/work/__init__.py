"""What a handler of `orders` may touch during one message, and the order of its locks."""

from services.orders.work.unit import ORDER as ORDER, STORED_ORDER as STORED_ORDER, Work as Work
