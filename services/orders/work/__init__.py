"""What a handler of `orders` may touch during one message. Locks in one order: orders, stock,
rules, shops.
"""

from services.orders.work.unit import Work as Work
