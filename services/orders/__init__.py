"""Orders: takes them through their states, and everything of money, stock and numbers that belongs
to that.

Takes  `order.place`, `order.transition`, `order.set_note`, `payment.record`, `payment.reverse`,
       `product.put`, `stock.set`,
       `order.add_lines|edit_lines|cancel_lines|add_discount|remove_discount|change_shipping|change_address`,
       `order.set_exemption|set_exchange_rate`,
       `order.change_customer|notify_change|issue_invoice|correct_invoice|issue_delivery_slip|set_invoice_note`,
       `order.print_summary|send_documents`, `document.render`, `refund.create`,
       `payment.mark_refunded`, `return.request|confirm|deny|receive|complete`, `stock.adjust`,
       `refund.to_store_credit`, `store_credit.issue|use`, to itself `store_credit.expire`,
       `shop.put`, `state.put`, `customer.put|put_address|remove_address`, `cart.put`,
       `cart_rule.put|disable`, `voucher.create|disable`, `customer.erase`, `customer.export`; hears
       `thread.message_added`; is asked `order.get`, `order.actions`, `order.list`, `order.export`,
       `refund.preview`, `return.list`, `customer.get|list|search`, `cart.get|list|price`,
       `voucher.get|list`, `cart_rule.get|list`, `shop.get`, `carrier.list`, `payment_method.list`,
       `state.get|list`, `product.get|list|search`, `stock.get|movements`, `store_credit.get|list`,
       `service.health`.
Tells  everything that happens to an order: `order.*`, `payment.*`, `refund.created`,
       `refund.converted`, `return.*`, `invoice.issued`, `delivery_slip.issued`,
       `credit_slip.issued`, `return_slip.issued`, `order_summary.issued`, `stock.*`,
       `product.changed`, `shop.changed`, `state.changed`, `customer.*`, `cart.changed`,
       `cart_rule.changed`, `voucher.*`, `store_credit.*`, and a refusal for each command.
Keeps  shops, their states, products, stock and who waits for it, customers, their carts, cart rules
       and their uses, the ledger of store credit, orders, their history, payments, refunds, returns
       and issued documents, the counters of the numbers, and the words by which all these are
       found.
Needs  nothing but its database.
"""
