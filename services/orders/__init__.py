"""Orders: takes them through their states, and everything of money, stock and numbers that belongs to that.

Takes  `order.place`, `order.transition`, `payment.record`, `product.put`, `stock.set`, `stock.adjust`, `shop.put`,
       `state.put`, `customer.erase`, `customer.export`; asks: `order.get`, `order.actions`.
Tells  everything that happens to an order: `order.*`, `payment.*`, `invoice.issued`, `delivery_slip.issued`,
       `stock.*`, `product.changed`, `shop.changed`, `state.changed`, `customer.erased`, `customer.exported`,
       and a refusal for each command.
Keeps  shops, their states, products, stock and who waits for it, orders, their history, payments and issued
       documents, and the counters of the numbers.
Needs  nothing but its database.
"""
