"""Orders: takes them through their states, and everything of money, stock and numbers that belongs to that.

Takes  `order.place`, `order.transition`, `order.set_note`, `payment.record`, `product.put`, `stock.set`, `shop.put`,
       `customer.put`, `cart.put`; hears `thread.message_added`; is asked `order.get`, `order.list`, `order.export`,
       `customer.search`, `product.search`, `cart.list`, `stock.get`.
Tells  everything that happens to an order: `order.*`, `payment.*`, `invoice.issued`, `delivery_slip.issued`,
       `stock.changed`, `product.changed`, `shop.changed`, `customer.changed`, `cart.changed`,
       and a refusal for each command.
Keeps  shops, products, stock, customers, their carts, orders, their history, payments and issued documents,
       the counters of the numbers, and the words by which customers, products and orders are found.
Needs  nothing but its database.
"""
