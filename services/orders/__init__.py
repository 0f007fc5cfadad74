"""Orders: their states, prices, payments, refunds, returns, stock and document numbers.

Stores shops with their states, products, stock and waiting orders, customers with carts, cart rules
and their uses, store credit, orders with history, payments, refunds, returns and issued documents,
the counters of document numbers, and search terms. Needs only its database.

Its messages are listed in `docs/reference/messages.md`.
"""
